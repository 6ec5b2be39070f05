#include "sys/namespace_threads.h"

#include <unistd.h>

#include <string>
#include <utility>

#include "sys/namespace.h"
#include "sys/native_thread.h"
#include "sys/system_error.h"

namespace rtnetlink::sys {

namespace {

/** Takes this thread to where another one is. False where that is not allowed: this one's user namespace need not own
 * the network namespace. */
bool join_thread(pid_t thread) {
  try {
    move_thread(open_namespace("/proc/self/task/" + std::to_string(thread) + "/ns/net").get());
    return true;
  } catch (const SystemError&) {
    return false;
  }
}

}  // namespace

void NamespaceThreads::run(Task task) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  origin_ = gettid();
  tasks_.push_back(std::move(task));
  if (tasks_.size() <= idle_) return wake_.notify_one();
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
  bool is_back = true;
  while (!tasks_.empty() || (is_back && await_task(lock))) {
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    is_back = carry_out(task);
    task = {};
    lock.lock();
  }
  retire(lock, self);
}

/** False when the thread stayed in the new namespace. It only does where it will leave that at once for the next. */
bool NamespaceThreads::carry_out(const Task& task) {
  task.make();
  pid_t origin = 0;
  {
    const std::lock_guard lock(mutex_);
    if (tasks_.empty()) origin = origin_;
  }
  const bool is_back = origin != 0 && join_thread(origin);
  task.tell();
  return is_back;
}

/** False when this thread is to end. */
bool NamespaceThreads::await_task(std::unique_lock<std::mutex>& lock) {
  ++idle_;
  wake_.wait_for(lock, kIdleTime, [&] { return !tasks_.empty() || stopped_; });
  --idle_;
  return !tasks_.empty();
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
    wake_.notify_all();
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace rtnetlink::sys
