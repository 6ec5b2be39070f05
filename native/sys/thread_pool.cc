#include "sys/thread_pool.h"

#include <utility>

#include "sys/native_thread.h"
#include "sys/system_error.h"

namespace rtnetlink::sys {

bool ThreadPool::submit(Job job) {
  const std::lock_guard lock(mutex_);
  if (stop_.stop_requested()) return false;
  if (!idle_.empty()) {
    Worker& worker = *idle_.back();
    idle_.pop_back();
    worker.job = std::move(job);
    worker.called.store(true, std::memory_order_release);
    if (worker.asleep) worker.wake.notify_one();
  } else if (workers_.size() < kMostThreads) {
    start_worker(std::move(job));
  } else {
    waiting_.push_back(std::move(job));
  }
  return true;
}

/** With the mutex held. Where no more threads can be had, the job waits for one that there is. */
void ThreadPool::start_worker(Job job) {
  const auto self = workers_.emplace(workers_.end());
  self->job = std::move(job);
  try {
    self->thread = start_native_thread([this, self] { work(self); });
  } catch (const SystemError&) {
    job = std::move(self->job);
    workers_.erase(self);
    if (workers_.empty()) throw;
    waiting_.push_back(std::move(job));
  }
}

void ThreadPool::work(Workers::iterator self) {
  const Counted counted(counters_.threads);
  Lock lock(mutex_);
  while (find_job(lock, *self)) {
    Job job = std::exchange(self->job, nullptr);
    lock.unlock();
    job(stop_.get_token());
    job = nullptr;  // What it holds may close descriptors: not under the mutex.
    lock.lock();
  }
  retire(lock, self);
}

/** False when this thread is to end. */
bool ThreadPool::find_job(Lock& lock, Worker& worker) {
  if (!worker.job && !waiting_.empty()) {
    worker.job = std::move(waiting_.front());
    waiting_.pop_front();
  }
  if (!worker.job && !stop_.stop_requested()) {
    idle_.push_back(&worker);
    await_job(lock, worker);
    if (!worker.job) std::erase(idle_, &worker);
  }
  return worker.job && !stop_.stop_requested();
}

/** Jobs go to the last thread that became idle, so while it looks out the others may sleep. */
void ThreadPool::await_job(Lock& lock, Worker& worker) {
  worker.called.store(false, std::memory_order_relaxed);
  if (look_out_.is_promising()) {
    lock.unlock();
    const bool called = look_out_.watch([&] { return worker.called.load(std::memory_order_acquire); });
    lock.lock();
    look_out_.learn(called);
  }
  worker.asleep = true;
  worker.wake.wait_for(lock, kIdleTime, [&] { return worker.job || stop_.stop_requested(); });
  worker.asleep = false;
}

/** A thread cannot join itself: it leaves that to the next one that ends, or to stop(), and joins those that ended
 * before it. */
void ThreadPool::retire(Lock& lock, Workers::iterator self) {
  if (stop_.stop_requested()) return;
  Workers ended = std::exchange(ended_, {});
  ended_.splice(ended_.end(), workers_, self);
  lock.unlock();
  for (Worker& worker : ended) worker.thread.join();
}

void ThreadPool::stop() {
  std::deque<Job> dropped;
  Workers workers;
  {
    const std::lock_guard lock(mutex_);
    stop_.request_stop();
    dropped.swap(waiting_);
    workers.splice(workers.end(), workers_);
    workers.splice(workers.end(), ended_);
    for (Worker& worker : workers) worker.wake.notify_one();
  }
  for (Worker& worker : workers) worker.thread.join();
}

}  // namespace rtnetlink::sys
