#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>

#include "wire/frame_buffer.h"

namespace rtnetlink::sys {

/**
 * Captured frames on their way from the thread that reads them to the JavaScript thread, which takes them in batches.
 * It is told of them once for each time that it asked: see want().
 */
class FrameQueue {
 public:
  /** Once it holds so many bytes there is no room. */
  explicit FrameQueue(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  // The reader's side.

  /** When there is none, the next take() says that somebody waits. */
  bool has_room();
  /** True when JavaScript is to be told. */
  bool put(wire::FrameBuffer frames);

  // JavaScript's side.

  /** It asks to be told of the next frames. True when there are some, and nobody else will tell. */
  bool want();
  struct Taken {
    wire::FrameBuffer frames;
    /** The reader waits for room. */
    bool made_room;
  };
  std::optional<Taken> take();
  void clear();

 private:
  /** What is gathered in one batch while nobody takes it. */
  static constexpr std::size_t kLargestBatch = 256 * 1024;

  const std::size_t most_bytes_;
  std::mutex mutex_;
  std::deque<wire::FrameBuffer> batches_;
  std::size_t bytes_ = 0;
  bool wanted_ = false;
  bool full_ = false;
};

}  // namespace rtnetlink::sys
