#include "sys/thread_pool.h"

#include <utility>

#include "sys/native_thread.h"
#include "sys/system_error.h"

namespace rtnetlink::sys {

bool ThreadPool::submit(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (stop_.stop_requested()) return false;
    jobs_.push_back(std::move(job));
    if (jobs_.size() > idle_) {
      if (threads_.size() < kMostThreads) start_thread();
      return true;
    }
  }
  wake_.notify_one();
  return true;
}

/** With the mutex held. Short of threads, a job waits for one that is there; without any it is handed back. */
void ThreadPool::start_thread() {
  const auto self = threads_.emplace(threads_.end());
  try {
    *self = start_native_thread([this, self] { work(self); });
  } catch (const SystemError&) {
    threads_.erase(self);
    if (!threads_.empty()) return;
    jobs_.pop_back();
    throw;
  }
}

void ThreadPool::work(Threads::iterator self) {
  const Counted counted(counters_.threads);
  std::unique_lock lock(mutex_);
  while (wait_for_job(lock)) {
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job(stop_.get_token());
    job = nullptr;  // What it holds may close descriptors: not under the mutex.
    lock.lock();
  }
  retire(lock, self);
}

/** False when this thread is to end. */
bool ThreadPool::wait_for_job(std::unique_lock<std::mutex>& lock) {
  ++idle_;
  wake_.wait_for(lock, kIdleTime, [this] { return !jobs_.empty() || stop_.stop_requested(); });
  --idle_;
  return !jobs_.empty() && !stop_.stop_requested();
}

/** A thread cannot join itself: it leaves that to the next one that ends, or to stop(), and joins those that ended
 * before it. */
void ThreadPool::retire(std::unique_lock<std::mutex>& lock, Threads::iterator self) {
  if (stop_.stop_requested()) return;
  Threads ended = std::exchange(ended_, {});
  ended_.splice(ended_.end(), threads_, self);
  lock.unlock();
  for (std::thread& thread : ended) thread.join();
}

void ThreadPool::stop() {
  std::deque<Job> dropped;
  Threads threads;
  {
    const std::lock_guard lock(mutex_);
    stop_.request_stop();
    dropped.swap(jobs_);
    threads.splice(threads.end(), threads_);
    threads.splice(threads.end(), ended_);
  }
  wake_.notify_all();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace rtnetlink::sys
