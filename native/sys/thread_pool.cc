#include "sys/thread_pool.h"

#include <algorithm>
#include <utility>

#include "sys/native_thread.h"
#include "sys/system_error.h"

namespace rtnetlink::sys {

bool ThreadPool::submit(Job job) {
  const Clock::time_point now = Clock::now();
  const std::lock_guard lock(mutex_);
  if (stop_.stop_requested()) return false;
  waiting_.push_back({std::move(job), now});
  try {
    summon(now);
  } catch (const SystemError&) {
    waiting_.pop_back();
    throw;
  }
  return true;
}

/** With the mutex held. One comes at a time and calls the next, so that whoever submits wakes one thread at most. */
void ThreadPool::summon(Clock::time_point now) {
  if (waiting_.empty()) return;
  if (called_ != nullptr) {
    if (called_->asleep && has_room(now)) call(*called_);
    return;
  }
  if (!idle_.empty()) {
    called_ = idle_.back();
    idle_.pop_back();
    call(*called_);
  } else if (workers_.size() < kMostThreads) {
    called_ = start_worker();
  }
}

void ThreadPool::call(Worker& worker) {
  worker.called.store(true, std::memory_order_release);
  if (worker.asleep) worker.wake.notify_one();
}

/** With the mutex held. Null where no more threads can be had: then the job waits for one that there is. */
ThreadPool::Worker* ThreadPool::start_worker() {
  const auto self = workers_.emplace(workers_.end());
  try {
    self->thread = start_native_thread([this, self] { work(self); });
    return &*self;
  } catch (const SystemError&) {
    workers_.erase(self);
    if (workers_.empty()) throw;
    return nullptr;
  }
}

void ThreadPool::work(Workers::iterator self) {
  const Counted counted(counters_.threads);
  Lock lock(mutex_);
  while (Job job = find_job(lock, *self)) {
    lock.unlock();
    job(stop_.get_token());
    job = nullptr;  // What it holds may close descriptors: not under the mutex.
    lock.lock();
    self->busy_since = kNever;
  }
  retire(lock, self);
}

/** None when this thread is to end. One that has just done a job takes the next at once; nobody need be woken. */
ThreadPool::Job ThreadPool::find_job(Lock& lock, Worker& worker) {
  while (!stop_.stop_requested()) {
    if (called_ == &worker) {
      if (await_turn(lock, worker)) return take_job(worker, Clock::now());
    } else if (!waiting_.empty()) {
      return take_job(worker, Clock::now());
    } else if (!await_call(lock, worker)) {
      break;
    }
  }
  return nullptr;
}

ThreadPool::Job ThreadPool::take_job(Worker& worker, Clock::time_point now) {
  Job job = std::move(waiting_.front().job);
  waiting_.pop_front();
  worker.busy_since = now;
  if (called_ == &worker) called_ = nullptr;
  try {
    summon(now);
  } catch (const SystemError&) {
    // There is this thread.
  }
  return job;
}

/** False when nobody called for so long that this thread is to end. Threads are called in turn from the last that
 * became idle, so while it looks out the others may sleep. */
bool ThreadPool::await_call(Lock& lock, Worker& worker) {
  worker.called.store(false, std::memory_order_relaxed);
  idle_.push_back(&worker);
  if (look_out_.is_promising()) {
    lock.unlock();
    const bool called = look_out_.watch([&] { return worker.called.load(std::memory_order_acquire); });
    lock.lock();
    look_out_.learn(called);
  }
  worker.asleep = true;
  worker.wake.wait_for(lock, kIdleTime, [&] { return called_ == &worker || stop_.stop_requested(); });
  worker.asleep = false;
  if (called_ == &worker) return true;
  std::erase(idle_, &worker);
  return stop_.stop_requested();
}

/** False when others have taken what waited. Then it is not called any more. */
bool ThreadPool::await_turn(Lock& lock, Worker& worker) {
  while (!waiting_.empty() && !stop_.stop_requested()) {
    const Clock::time_point now = Clock::now();
    if (has_room(now) || now - waiting_.front().since >= kPatience) return true;
    worker.called.store(false, std::memory_order_relaxed);
    worker.asleep = true;
    worker.wake.wait_for(lock, kPatience,
                         [&] { return worker.called.load(std::memory_order_relaxed) || stop_.stop_requested(); });
    worker.asleep = false;
  }
  called_ = nullptr;
  return false;
}

/** Whether fewer threads are at work than may be. Stuck ones do not count. */
bool ThreadPool::has_room(Clock::time_point now) const {
  return std::count_if(workers_.begin(), workers_.end(), [&](const Worker& worker) {
           return worker.busy_since != kNever && now - worker.busy_since < kPatience;
         }) < kTogether;
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
  std::deque<Waiting> dropped;
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
