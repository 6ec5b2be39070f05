#include "sys/overlap_run.h"

#include <linux/rtnetlink.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "sys/exchange.h"
#include "sys/group_deletion.h"
#include "sys/native_thread.h"
#include "sys/system_error.h"

namespace rtnetlink::sys {

/** This thread takes part, so that the run gets done even when no other thread or socket can be had. */
Predecessor OverlapRun::run(NetlinkSocket& first, const std::stop_token& stop) {
  delete_in_groups(first, stop);
  const std::size_t turns = waiting(kMostSockets);
  if (turns == 0) return outcome_;
  std::vector<std::thread> threads;
  const std::size_t helpers = turns - 1;
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

/** Where the links of a run can go together, all but a few are done with this. */
void OverlapRun::delete_in_groups(NetlinkSocket& socket, const std::stop_token& stop) {
  while (!stop.stop_requested() && queue_.overlap_length(kFewestForGroup) == kFewestForGroup) {
    const std::vector<wire::Record> records = take_deletions();
    if (records.empty()) return;
    const std::vector<wire::Record> left = GroupDeletion(socket, runtime_.completions, stop).run(records);
    left_.insert(left_.end(), left.begin(), left.end());
    if (left.size() == records.size()) return;
    outcome_ = {true};
  }
}

/** Neighbouring deletions of links; anything else that overlaps is not for a group. */
std::vector<wire::Record> OverlapRun::take_deletions() {
  std::vector<wire::Record> records;
  while (records.size() < GroupDeletion::kMost) {
    const auto record = queue_.take_overlap();
    if (!record) break;
    if (record->kind().type != RTM_DELLINK) {
      left_.push_back(*record);
      break;
    }
    records.push_back(*record);
  }
  return records;
}

std::size_t OverlapRun::waiting(std::size_t most) { return std::min(most, left_.size() + queue_.overlap_length(most)); }

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
  Names names(socket, origin_.route_opener(runtime_.counters));
  Exchange exchange(socket, names, runtime_.completions);
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
  if (!left_.empty()) {
    const Turn turn{left_.front(), ++taken_};
    left_.pop_front();
    return turn;
  }
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
