#include "sys/completion_queue.h"

#include <utility>

namespace rtnetlink::sys {

void CompletionQueue::open(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
  open_ = true;
}

void CompletionQueue::close() {
  std::unordered_map<uint32_t, Watched> forgotten;
  const std::lock_guard lock(mutex_);
  open_ = false;
  posted_.clear();
  forgotten.swap(watched_);
}

/** Wakes without the mutex, or the JavaScript thread would wake up only to wait for it. */
template <typename Append>
void CompletionQueue::add(Append append, bool alone) {
  Calls calls;
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (!open_) return;
    const std::size_t before = posted_.bytes().size();
    append(posted_);
    if (!watched_.empty()) calls = settle_watched(posted_.bytes().subspan(before));
    has_posted_.store(true, std::memory_order_release);
    wake = alone && !std::exchange(woken_, true);
  }
  for (const auto& call : calls) call();
  if (wake) wake_();
}

void CompletionQueue::post(const wire::Completion& completion, wire::Bytes first, wire::Bytes second) {
  add([&](wire::CompletionBuffer& posted) { posted.append(completion, first, second); });
}

void CompletionQueue::post_with_next(const wire::Completion& completion) {
  add([&](wire::CompletionBuffer& posted) { posted.append(completion); }, false);
}

void CompletionQueue::wake_for_rest() {
  {
    const std::lock_guard lock(mutex_);
    if (!open_ || posted_.empty() || std::exchange(woken_, true)) return;
  }
  wake_();
}

void CompletionQueue::post(uint32_t id, const SystemError& error) {
  const std::optional<uint32_t> subject = error.subject();
  post(failed(id, error), subject ? std::as_bytes(std::span(&*subject, 1)) : wire::Bytes{});
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
  if (open_) watched_.emplace(id, Watched{});
}

bool CompletionQueue::is_under_way(uint32_t id) const {
  const std::lock_guard lock(mutex_);
  const auto watched = watched_.find(id);
  return watched != watched_.end() && !watched->second.succeeded;
}

std::optional<bool> CompletionQueue::succeeded(uint32_t id, std::function<void(bool)> then) {
  const std::lock_guard lock(mutex_);
  const auto watched = watched_.find(id);
  if (watched == watched_.end()) return false;
  const std::optional<bool> succeeded = watched->second.succeeded;
  if (succeeded) {
    watched_.erase(watched);
  } else {
    watched->second.then = std::move(then);
  }
  return succeeded;
}

/** With the mutex held; the calls are to be made without it. */
CompletionQueue::Calls CompletionQueue::settle_watched(wire::Bytes completions) {
  Calls calls;
  while (!completions.empty()) {
    const wire::CompletionExtent extent = wire::completion_at(completions);
    completions = completions.subspan(extent.size);
    const auto watched = extent.final ? watched_.find(extent.id) : watched_.end();
    if (watched == watched_.end()) continue;
    const bool succeeded = wire::is_success(extent.code);
    watched->second.succeeded = succeeded;
    if (!watched->second.then) continue;
    calls.emplace_back([then = std::move(watched->second.then), succeeded] { then(succeeded); });
    watched_.erase(watched);
  }
  return calls;
}

void CompletionQueue::take(wire::CompletionBuffer& into) {
  into.clear();
  const std::lock_guard lock(mutex_);
  into.swap(posted_);
  woken_ = false;
  has_posted_.store(false, std::memory_order_relaxed);
}

}  // namespace rtnetlink::sys
