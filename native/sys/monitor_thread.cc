#include "sys/monitor_thread.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/prctl.h>

#include <array>
#include <utility>

#include "sys/native_thread.h"
#include "sys/retry.h"
#include "sys/system_error.h"

namespace rtnetlink::sys {

namespace {
using namespace std::chrono_literals;

constexpr int kMostAtOnce = 64;

/** Of several hundred messages in a millisecond it makes tens at a time; more do not fit into the processor's cache. */
constexpr std::chrono::nanoseconds kGathering = 250us;

}  // namespace

void MonitorThread::add(std::shared_ptr<Monitored> monitored) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  if (!running_) start();
  called_.push_back({.monitored = std::move(monitored), .is_new = true});
  wake_->signal();
}

void MonitorThread::call(const std::shared_ptr<Monitored>& monitored) {
  const std::lock_guard lock(mutex_);
  if (stopped_ || !running_) return;
  called_.push_back({.monitored = monitored, .is_new = false});
  wake_->signal();
}

/** With the mutex held. One that ran before has let go of it for the last time. */
void MonitorThread::start() {
  if (thread_.joinable()) thread_.join();
  if (!wake_) wake_ = std::make_unique<WakeEvent>();
  if (!epoll_) {
    UniqueFd epoll(epoll_create1(EPOLL_CLOEXEC));
    if (!epoll) throw SystemError(SystemCall::kPoll);
    epoll_event event{.events = EPOLLIN, .data = {.ptr = nullptr}};
    if (epoll_ctl(epoll.get(), EPOLL_CTL_ADD, wake_->descriptor().get(), &event) != 0)
      throw SystemError(SystemCall::kPoll);
    epoll_ = std::move(epoll);
  }
  thread_ = start_native_thread([this] {
    const Counted thread(counters_.threads);
    run();
  });
  running_ = true;
}

void MonitorThread::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    if (wake_) wake_->signal();
  }
  if (thread_.joinable()) thread_.join();
  entries_.clear();
  called_.clear();
}

void MonitorThread::run() {
  prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);  // Or gathering takes half as long again.
  while (take_calls()) wait();
}

/** False when the thread is to end: it has stopped, or has nothing left to look after. */
bool MonitorThread::take_calls() {
  for (;;) {
    std::vector<Call> called;
    {
      const std::lock_guard lock(mutex_);
      if (stopped_) return false;
      if (called_.empty()) {
        running_ = !entries_.empty();
        return running_;
      }
      called.swap(called_);
    }
    for (const auto& [monitored, is_new] : called) {
      if (is_new) entries_.emplace(monitored.get(), Entry{.monitored = monitored});
      look_at(monitored.get());
    }
  }
}

void MonitorThread::wait() {
  std::array<epoll_event, kMostAtOnce> events;
  const int timeout = gathering_.empty() ? -1 : 0;
  if (!gathering_.empty() && !wait_while_gathering()) return look_at_gathered();
  const int count = retry([&] { return epoll_wait(epoll_.get(), events.data(), kMostAtOnce, timeout); });
  for (int i = 0; i < count; ++i) {
    auto* const monitored = static_cast<Monitored*>(events[static_cast<std::size_t>(i)].data.ptr);
    if (monitored == nullptr) {
      wake_->clear();
    } else {
      look_at(monitored);
    }
  }
}

/** False when the time has passed. For less than the milliseconds of epoll_wait(). */
bool MonitorThread::wait_while_gathering() const {
  const std::chrono::nanoseconds left = gathered_ - Clock::now();
  if (left.count() <= 0) return false;
  const timespec timeout{.tv_sec = 0, .tv_nsec = left.count()};
  pollfd epoll{.fd = epoll_.get(), .events = POLLIN, .revents = 0};
  return ppoll(&epoll, 1, &timeout, nullptr) > 0;
}

void MonitorThread::look_at_gathered() {
  for (Monitored* const monitored : std::exchange(gathering_, {})) {
    const auto found = entries_.find(monitored);
    if (found != entries_.end()) found->second.gathers = false;
    look_at(monitored);
  }
}

/** One that is over may stand in the list of those that are ready a second time. */
void MonitorThread::look_at(Monitored* monitored) {
  const auto found = entries_.find(monitored);
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  switch (monitored->work()) {
    case Monitored::Next::kWait:
      return watch(entry);
    case Monitored::Next::kGather:
      return gather(entry);
    case Monitored::Next::kPause:
      return unwatch(entry);
    case Monitored::Next::kOver:
      entries_.erase(found);  // Closing a descriptor takes it out of epoll, too.
  }
}

void MonitorThread::watch(Entry& entry) {
  if (std::exchange(entry.watched, true)) return;
  for (const Monitored::Descriptor& descriptor : entry.monitored->descriptors()) {
    epoll_event event{.events = descriptor.events, .data = {.ptr = entry.monitored.get()}};
    epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor.fd->get(), &event);
  }
}

/** Errors are reported even of what is not asked for: so it is taken out. */
void MonitorThread::unwatch(Entry& entry) const {
  if (!std::exchange(entry.watched, false)) return;
  for (const Monitored::Descriptor& descriptor : entry.monitored->descriptors())
    epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, descriptor.fd->get(), nullptr);
}

/** All that gather are looked at together, or each would wake the thread at a time of its own. */
void MonitorThread::gather(Entry& entry) {
  unwatch(entry);
  if (std::exchange(entry.gathers, true)) return;
  if (gathering_.empty()) gathered_ = Clock::now() + kGathering;
  gathering_.push_back(entry.monitored.get());
}

}  // namespace rtnetlink::sys
