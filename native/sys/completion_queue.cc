#include "sys/completion_queue.h"

#include <utility>

namespace rtnetlink::sys {

void CompletionQueue::open(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
}

void CompletionQueue::close() {
  const std::lock_guard lock(mutex_);
  wake_ = nullptr;
  posted_.clear();
}

/** Wakes under the mutex: after close() has returned nobody calls `wake` any more. */
template <typename Append>
void CompletionQueue::add(Append append) {
  const std::lock_guard lock(mutex_);
  if (!wake_) return;
  append(posted_);
  if (!std::exchange(woken_, true)) wake_();
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

void CompletionQueue::take(wire::CompletionBuffer& into) {
  into.clear();
  const std::lock_guard lock(mutex_);
  into.swap(posted_);
  woken_ = false;
}

}  // namespace rtnetlink::sys
