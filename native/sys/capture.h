#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "sys/capture_socket.h"
#include "sys/counters.h"
#include "sys/frame_queue.h"
#include "sys/wake_event.h"

namespace rtnetlink::sys {

/**
 * Captures frames on a thread of its own, and keeps them until JavaScript takes them: about as many bytes as the
 * kernel's buffer has. Then it leaves them in that buffer, and when that is full too, the kernel drops frames.
 */
class Capture {
 public:
  /** Called on any thread: with 0 when there are frames to take, with an errno when no more will come. */
  using Tell = std::function<void(int error)>;
  /** What becomes of the frames that have not been taken. */
  enum class Rest { kIsKept, kIsDropped };

  /** @throws SystemError */
  Capture(const CaptureSettings& settings, const NetworkNamespace* where, Tell tell, Counters& counters);
  ~Capture() { close(); }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  [[nodiscard]] const CapturedLink& link() const { return link_; }

  // binding.ts: NativeCapture. On the JavaScript thread.
  void want();
  std::optional<wire::FrameBuffer> take();
  CaptureCounts counts();

  /** Ends the thread and closes the socket, on a native thread. Idempotent. */
  void close(Rest rest = Rest::kIsDropped);

 private:
  void run();
  [[nodiscard]] bool is_stopped() const { return stopped_.load(std::memory_order_acquire); }
  bool read_block();
  void read_rest();
  void wait_for_room();
  void wait_for_frames();
  void look_at_link(bool has_error);
  void count();
  void count_in_time();

  void wake();

  const Tell tell_;
  FrameQueue queue_;
  std::atomic<bool> stopped_ = false;
  std::atomic<bool> rest_is_dropped_ = false;
  /** Of the thread: the link is down, and nothing will say when it is gone. */
  bool down_ = false;
  /** Of the thread: why no more frames will come. */
  int error_ = 0;
  /** Of the thread. */
  std::chrono::steady_clock::time_point counted_at_ = std::chrono::steady_clock::now();

  /** What it has open: the thread uses it as it likes, for it is closed only when the thread has ended. */
  struct Opened {
    CaptureSocket socket;
    WakeEvent wake;
  };
  /** Held while others use what is open, or take it away. */
  std::mutex mutex_;
  CaptureCounts counts_;
  std::optional<Opened> opened_;
  const CapturedLink link_;

  /** Held while it is being closed. */
  std::mutex closing_;
  Counted counted_;
  std::thread thread_;
};

}  // namespace rtnetlink::sys
