#include "sys/completion_queue.h"

#include <utility>

namespace rtnetlink::sys {

void CompletionQueue::open(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
  open_ = true;
}

void CompletionQueue::close() {
  const std::lock_guard lock(mutex_);
  open_ = false;
  posted_.clear();
}

/** Wakes without the mutex, or the JavaScript thread would wake up only to wait for it. */
template <typename Append>
void CompletionQueue::add(Append append) {
  {
    const std::lock_guard lock(mutex_);
    if (!open_) return;
    const std::size_t before = posted_.bytes().size();
    append(posted_);
    if (!watched_.empty()) tell_watchers(posted_.bytes().subspan(before));
    has_posted_.store(true, std::memory_order_release);
    if (std::exchange(woken_, true)) return;
  }
  wake_();
}

void CompletionQueue::post(const wire::Completion& completion, wire::Bytes first, wire::Bytes second) {
  add([&](wire::CompletionBuffer& posted) { posted.append(completion, first, second); });
}

void CompletionQueue::post(uint32_t id, const SystemError& error) {
  post({id, wire::CompletionCode::kFailed, static_cast<uint32_t>(error.error()), static_cast<uint32_t>(error.call())});
}

void CompletionQueue::post(const wire::CompletionBuffer& completions) {
  if (completions.empty()) return;
  add([&](wire::CompletionBuffer& posted) { posted.append(completions); });
}

/** As one who was woken and has not come yet. */
void CompletionQueue::attend() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
}

bool CompletionQueue::turn_away() {
  const std::lock_guard lock(mutex_);
  woken_ = false;
  return !posted_.empty();
}

void CompletionQueue::watch(uint32_t id) {
  const std::lock_guard lock(mutex_);
  watched_.emplace(id, Watched::kUnderWay);
}

bool CompletionQueue::wait_for(uint32_t id, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const auto watched = watched_.find(id);
  if (watched == watched_.end()) return false;
  const Watched& state = watched->second;
  told_.wait(lock, stop, [&] { return state != Watched::kUnderWay; });
  const bool succeeded = state == Watched::kSucceeded;
  watched_.erase(id);
  return succeeded;
}

/** With the mutex held. */
void CompletionQueue::tell_watchers(wire::Bytes completions) {
  while (!completions.empty()) {
    const wire::CompletionExtent extent = wire::completion_at(completions);
    const auto watched = extent.final ? watched_.find(extent.id) : watched_.end();
    if (watched != watched_.end()) {
      watched->second = wire::is_success(extent.code) ? Watched::kSucceeded : Watched::kFailed;
      told_.notify_all();
    }
    completions = completions.subspan(extent.size);
  }
}

void CompletionQueue::take(wire::CompletionBuffer& into) {
  into.clear();
  const std::lock_guard lock(mutex_);
  into.swap(posted_);
  woken_ = false;
  has_posted_.store(false, std::memory_order_relaxed);
}

}  // namespace rtnetlink::sys
