#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

#include "sys/counters.h"

namespace rtnetlink::sys {

/**
 * Threads for tasks that take their thread into a new namespace. None ever comes back: one goes on to the next task,
 * which does the same, and ends when there is none. A few are enough, because the kernel makes one namespace at a time
 * for the most part.
 */
class NamespaceThreads {
 public:
  /** Throws nothing. */
  using Task = std::function<void()>;

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
  void retire(std::unique_lock<std::mutex>& lock, Threads::iterator self);

  static constexpr std::size_t kMostThreads = 4;

  Counters& counters_;
  std::mutex mutex_;
  std::deque<Task> tasks_;
  Threads threads_;
  /** Threads that have left threads_, to be joined. */
  Threads ended_;
  bool stopped_ = false;
};

}  // namespace rtnetlink::sys
