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
 * The threads of one environment. It grows whenever no thread is idle, so that a job that blocks in the kernel never
 * holds up another; a thread that was idle for a while ends.
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
  struct Worker {
    std::thread thread;
    std::condition_variable wake;
    /** What it is to do next. */
    Job job;
    /** There is a job, for a look without the mutex. */
    std::atomic<bool> called = false;
    /** It must be woken: it does not look by itself any more. */
    bool asleep = false;
  };
  using Workers = std::list<Worker>;
  using Lock = std::unique_lock<std::mutex>;

  void start_worker(Job job);
  void work(Workers::iterator self);
  bool find_job(Lock& lock, Worker& worker);
  void await_job(Lock& lock, Worker& worker);
  void retire(Lock& lock, Workers::iterator self);

  static constexpr std::size_t kMostThreads = 128;
  static constexpr std::chrono::seconds kIdleTime{2};
  /** A program that awaits one request after another sends the next one this soon. */
  static constexpr std::chrono::microseconds kLookOut{50};

  Counters& counters_;
  std::stop_source stop_;
  std::mutex mutex_;
  Workers workers_;
  Workers ended_;
  /** The last one to become idle gets the next job: its caches are warm, and the others have the time to end. */
  std::vector<Worker*> idle_;
  std::deque<Job> waiting_;
  LookOut look_out_{kLookOut};
};

}  // namespace rtnetlink::sys
