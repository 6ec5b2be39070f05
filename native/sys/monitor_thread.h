#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "sys/counters.h"
#include "sys/monitored.h"
#include "sys/unique_fd.h"
#include "sys/wake_event.h"

namespace rtnetlink::sys {

/** The one thread that drains the sockets of all monitors of an environment. It runs while there are any. */
class MonitorThread {
 public:
  explicit MonitorThread(Counters& counters) : counters_(counters) {}
  ~MonitorThread() { stop(); }
  MonitorThread(const MonitorThread&) = delete;
  MonitorThread& operator=(const MonitorThread&) = delete;

  // On any thread but its own.

  /** Looks after it from now on. @throws SystemError */
  void add(std::shared_ptr<Monitored> monitored);
  /** Looks at it again, unless it is over. */
  void call(const std::shared_ptr<Monitored>& monitored);
  /** Lets go of all and joins the thread. Idempotent. */
  void stop();

 private:
  struct Call {
    std::shared_ptr<Monitored> monitored;
    bool is_new;
  };
  struct Entry {
    std::shared_ptr<Monitored> monitored;
    bool watched = false;
    bool gathers = false;
  };
  using Clock = std::chrono::steady_clock;

  void run();
  void start();
  bool take_calls();
  void wait();
  [[nodiscard]] bool wait_while_gathering() const;
  void look_at(Monitored* monitored);
  void look_at_gathered();
  void watch(Entry& entry);
  void unwatch(Entry& entry) const;
  void gather(Entry& entry);

  Counters& counters_;
  std::mutex mutex_;
  /** Those to look after, and those to look at, in the order of the calls. */
  std::vector<Call> called_;
  std::thread thread_;
  bool running_ = false;
  bool stopped_ = false;
  std::unique_ptr<WakeEvent> wake_;

  // Of the thread.
  UniqueFd epoll_;
  std::unordered_map<Monitored*, Entry> entries_;
  /** Those that gather, until the first of them had its time. */
  std::vector<Monitored*> gathering_;
  Clock::time_point gathered_;
};

}  // namespace rtnetlink::sys
