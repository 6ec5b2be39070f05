#include "sys/namespace_threads.h"

#include <utility>

#include "sys/native_thread.h"
#include "sys/system_error.h"

namespace rtnetlink::sys {

void NamespaceThreads::run(Task task) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  tasks_.push_back(std::move(task));
  if (threads_.size() == kMostThreads) return;
  const auto self = threads_.emplace(threads_.end());
  try {
    *self = start_native_thread([this, self] { work(self); });
  } catch (const SystemError&) {
    threads_.erase(self);
    if (!threads_.empty()) return;
    tasks_.pop_back();
    throw;
  }
}

void NamespaceThreads::work(Threads::iterator self) {
  const Counted counted(counters_.threads);
  std::unique_lock lock(mutex_);
  while (!tasks_.empty()) {
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
    task = nullptr;
    lock.lock();
  }
  retire(lock, self);
}

/** A thread cannot join itself: it leaves that to the next one that ends, or to stop(). */
void NamespaceThreads::retire(std::unique_lock<std::mutex>& lock, Threads::iterator self) {
  if (stopped_) return;
  Threads ended = std::exchange(ended_, {});
  ended_.splice(ended_.end(), threads_, self);
  lock.unlock();
  for (std::thread& thread : ended) thread.join();
}

void NamespaceThreads::stop() {
  std::deque<Task> dropped;
  Threads threads;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    dropped.swap(tasks_);
    threads.splice(threads.end(), threads_);
    threads.splice(threads.end(), ended_);
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace rtnetlink::sys
