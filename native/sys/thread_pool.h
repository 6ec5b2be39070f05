#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "sys/counters.h"
#include "sys/look_out.h"

namespace rtnetlink::sys {

/**
 * The threads of one environment. A few take the jobs one after another. A job that blocks in the kernel does not hold
 * up the others for long: whoever waits for more than a moment gets one more thread. One that was idle for a while
 * ends.
 */
class ThreadPool {
 public:
  /** A job that may take long asks its token between system calls, and returns soon once a stop was requested. It
   * throws nothing. */
  using Job = std::function<void(const std::stop_token&)>;

  explicit ThreadPool(Counters& counters) : counters_(counters) {}
  ~ThreadPool() { stop(); }
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /** False when the pool has stopped: the job will never run. @throws SystemError (kThread) when no thread can be had.
   */
  bool submit(Job job);

  /** Drops the jobs that wait, asks those that run to stop, and joins every thread. Idempotent. Not to be called from a
   * job. */
  void stop();

 private:
  using Clock = std::chrono::steady_clock;

  struct Worker {
    std::thread thread;
    std::condition_variable wake;
    /** Since when it has been at its job; never, while it has none. */
    Clock::time_point busy_since = kNever;
    /** It is to come, for a look without the mutex. */
    std::atomic<bool> called = false;
    /** It must be woken: it does not look by itself any more. */
    bool asleep = false;
  };
  struct Waiting {
    Job job;
    Clock::time_point since;
  };
  using Workers = std::list<Worker>;
  using Lock = std::unique_lock<std::mutex>;

  void summon(Clock::time_point now);
  void call(Worker& worker);
  Worker* start_worker();
  void work(Workers::iterator self);
  Job find_job(Lock& lock, Worker& worker);
  Job take_job(Worker& worker, Clock::time_point now);
  bool await_call(Lock& lock, Worker& worker);
  bool await_turn(Lock& lock, Worker& worker);
  bool has_room(Clock::time_point now) const;
  void retire(Lock& lock, Workers::iterator self);

  static constexpr Clock::time_point kNever{};
  static constexpr std::size_t kMostThreads = 128;
  /** How many threads there are for jobs at once, not counting those that are stuck: more would mostly wait for each
   * other in the kernel. */
  static constexpr std::ptrdiff_t kTogether = 4;
  /** A job that takes longer than this is stuck, and one that waits for longer gets a thread. */
  static constexpr std::chrono::microseconds kPatience{1000};
  static constexpr std::chrono::seconds kIdleTime{2};
  /** A program that awaits one request after another sends the next one this soon. */
  static constexpr std::chrono::microseconds kLookOut{50};

  Counters& counters_;
  std::stop_source stop_;
  std::mutex mutex_;
  Workers workers_;
  Workers ended_;
  /** The last one to become idle is called next: its caches are warm, and the others have the time to end. */
  std::vector<Worker*> idle_;
  /** The one that is on its way to a job, or waits for its turn: it calls the next. */
  Worker* called_ = nullptr;
  std::deque<Waiting> waiting_;
  LookOut look_out_{kLookOut};
};

}  // namespace rtnetlink::sys
