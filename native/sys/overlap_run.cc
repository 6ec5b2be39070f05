#include "sys/overlap_run.h"

#include <thread>
#include <vector>

#include "sys/exchange.h"
#include "sys/native_thread.h"
#include "sys/system_error.h"

namespace rtnetlink::sys {

/** This thread takes part, so that the run gets done even when no other thread or socket can be had. */
Predecessor OverlapRun::run(NetlinkSocket& first, const std::stop_token& stop) {
  std::vector<std::thread> threads;
  const std::size_t helpers = queue_.overlap_length(kMostSockets) - 1;
  threads.reserve(helpers);
  try {
    while (threads.size() < helpers) threads.push_back(start_native_thread([&] { work_beside(first, stop); }));
  } catch (const SystemError&) {
    // As many as there are.
  }
  work(first, stop);
  for (std::thread& thread : threads) thread.join();
  return outcome_;
}

void OverlapRun::work_beside(const NetlinkSocket& first, const std::stop_token& stop) {
  const Counted counted(runtime_.counters.threads);
  try {
    NetlinkSocket socket = origin_.open_beside(first, runtime_.counters);
    work(socket, stop);
  } catch (const SystemError&) {
    // The others do its share.
  }
}

void OverlapRun::work(NetlinkSocket& socket, const std::stop_token& stop) {
  Exchange exchange(socket, runtime_.completions);
  while (!stop.stop_requested()) {
    const auto turn = next();
    if (!turn) return;
    Predecessor outcome;
    exchange.run({&turn->record, 1}, outcome, stop);
    conclude(turn->number, outcome);
  }
}

std::optional<OverlapRun::Turn> OverlapRun::next() {
  const std::lock_guard lock(mutex_);
  const auto record = queue_.take_overlap();
  if (!record) return std::nullopt;
  return Turn{*record, ++taken_};
}

void OverlapRun::conclude(std::size_t number, const Predecessor& outcome) {
  const std::lock_guard lock(mutex_);
  if (number < last_) return;
  last_ = number;
  outcome_ = outcome;
}

}  // namespace rtnetlink::sys
