#include "sys/frame_queue.h"

#include <utility>

namespace rtnetlink::sys {

bool FrameQueue::has_room() {
  const std::lock_guard lock(mutex_);
  full_ = bytes_ >= most_bytes_;
  return !full_;
}

bool FrameQueue::put(wire::FrameBuffer frames) {
  const std::size_t size = frames.bytes().size();
  if (size == 0) return false;
  const std::lock_guard lock(mutex_);
  bytes_ += size;
  if (!batches_.empty() && batches_.back().bytes().size() + size <= kLargestBatch) {
    batches_.back().append(frames);
  } else {
    batches_.push_back(std::move(frames));
  }
  return std::exchange(wanted_, false);
}

bool FrameQueue::want() {
  const std::lock_guard lock(mutex_);
  wanted_ = batches_.empty();
  return !wanted_;
}

std::optional<FrameQueue::Taken> FrameQueue::take() {
  const std::lock_guard lock(mutex_);
  if (batches_.empty()) return std::nullopt;
  Taken taken{.frames = std::move(batches_.front()), .made_room = std::exchange(full_, false)};
  batches_.pop_front();
  bytes_ -= taken.frames.bytes().size();
  return taken;
}

void FrameQueue::clear() {
  std::deque<wire::FrameBuffer> dropped;
  const std::lock_guard lock(mutex_);
  dropped.swap(batches_);
  bytes_ = 0;
}

}  // namespace rtnetlink::sys
