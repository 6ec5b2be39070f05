#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

#include "sys/counters.h"

namespace rtnetlink::sys {

/**
 * Threads for tasks that take their thread into a new namespace. One does nothing else: it goes on to the next task,
 * which does the same. When there is none it waits for a while where it came from, so as not to hold the namespace, and
 * ends if it cannot get back. A few are enough, because the kernel makes one namespace at a time for the most part.
 */
class NamespaceThreads {
 public:
  /** What takes the thread into a new namespace, and what tells of it once the thread is on its way. Throw nothing. */
  struct Task {
    std::function<void()> make;
    std::function<void()> tell;
  };

  explicit NamespaceThreads(Counters& counters) : counters_(counters) {}
  ~NamespaceThreads() { stop(); }
  NamespaceThreads(const NamespaceThreads&) = delete;
  NamespaceThreads& operator=(const NamespaceThreads&) = delete;

  /** @throws SystemError (kThread) when no thread can be had: the task will not run. */
  void run(Task task);

  /** Drops the tasks that wait and joins every thread. Idempotent. */
  void stop();

 private:
  using Threads = std::list<std::thread>;

  void work(Threads::iterator self);
  bool carry_out(const Task& task);
  bool await_task(std::unique_lock<std::mutex>& lock);
  void retire(std::unique_lock<std::mutex>& lock, Threads::iterator self);

  static constexpr std::size_t kMostThreads = 4;
  static constexpr std::chrono::seconds kIdleTime{1};

  Counters& counters_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> tasks_;
  std::size_t idle_ = 0;
  /** The thread that the tasks come from: the others wait where it is. */
  pid_t origin_ = 0;
  Threads threads_;
  /** Threads that have left threads_, to be joined. */
  Threads ended_;
  bool stopped_ = false;
};

}  // namespace rtnetlink::sys
