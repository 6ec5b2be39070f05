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
    append(posted_);
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

void CompletionQueue::take(wire::CompletionBuffer& into) {
  into.clear();
  const std::lock_guard lock(mutex_);
  into.swap(posted_);
  woken_ = false;
}

}  // namespace rtnetlink::sys
