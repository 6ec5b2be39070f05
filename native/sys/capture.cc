#include "sys/capture.h"

#include <poll.h>

#include <array>
#include <cerrno>
#include <utility>

#include "sys/native_thread.h"
#include "sys/system_error.h"

namespace rtnetlink::sys {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kForever = -1;
/** Between two looks at a link that is down. */
constexpr int kBetweenLooks = 100;
/** The kernel counts in 32 bits, which a flood takes an hour to fill. */
constexpr std::chrono::milliseconds kBetweenCounts = std::chrono::minutes(1);

}  // namespace

Capture::Capture(const CaptureSettings& settings, const NetworkNamespace* where, Tell tell, Counters& counters)
    : tell_(std::move(tell)),
      queue_(settings.blocks * kCaptureBlock),
      opened_(Opened{.socket = {settings, where}, .wake = {}}),
      link_(opened_->socket.link()),
      counted_(counters.sockets),
      thread_(start_native_thread([this, &counters] {
        const Counted counted(counters.threads);
        run();
      })) {}

void Capture::run() {
  while (!is_stopped() && error_ == 0) {
    count_in_time();
    if (!queue_.has_room()) {
      wait_for_room();
    } else if (!read_block()) {
      wait_for_frames();
    }
  }
  if (!rest_is_dropped_.load(std::memory_order_relaxed)) read_rest();
  if (error_ != 0) tell_(error_);
}

bool Capture::read_block() {
  wire::FrameBuffer frames;
  if (!opened_->socket.take(frames)) return false;
  if (queue_.put(std::move(frames))) tell_(0);
  return true;
}

/** At most what the kernel's buffer holds, whether there is room or not. */
void Capture::read_rest() {
  try {
    opened_->socket.shut();
  } catch (const SystemError&) {
    return;
  }
  while (read_block()) continue;
}

void Capture::wait_for_room() {
  pollfd watched{.fd = opened_->wake.descriptor().get(), .events = POLLIN, .revents = 0};
  poll(&watched, 1, static_cast<int>(kBetweenCounts.count()));
  opened_->wake.clear();
}

void Capture::wait_for_frames() {
  std::array<pollfd, 2> watched{{
      {.fd = opened_->wake.descriptor().get(), .events = POLLIN, .revents = 0},
      {.fd = opened_->socket.descriptor().get(), .events = POLLIN, .revents = 0},
  }};
  poll(watched.data(), watched.size(), down_ ? kBetweenLooks : kForever);
  if (watched[0].revents != 0) opened_->wake.clear();
  look_at_link((watched[1].revents & POLLERR) != 0);
}

/**
 * The kernel says ENETDOWN when the link goes down, and nothing more when it then goes altogether (packet_notifier() in
 * net/packet/af_packet.c). A link that is down may come up again; that frames come says nothing, for they may be older.
 */
void Capture::look_at_link(bool has_error) {
  const int error = has_error ? opened_->socket.take_error() : 0;
  if (error == ENETDOWN) {
    down_ = true;
  } else if (error != 0) {
    error_ = error;
  }
  if (!down_) return;
  if (opened_->socket.has_lost_link()) {
    error_ = ENETDOWN;
  } else if (opened_->socket.is_link_up()) {
    down_ = false;
  }
}

void Capture::want() {
  if (queue_.want()) tell_(0);
}

std::optional<wire::FrameBuffer> Capture::take() {
  auto taken = queue_.take();
  if (!taken) return std::nullopt;
  if (taken->made_room) wake();
  return std::move(taken->frames);
}

void Capture::wake() {
  const std::lock_guard lock(mutex_);
  if (opened_) opened_->wake.signal();
}

CaptureCounts Capture::counts() {
  const std::lock_guard lock(mutex_);
  count();
  return counts_;
}

void Capture::count() {
  if (!opened_) return;
  const CaptureCounts more = opened_->socket.take_counts();
  counts_.received += more.received;
  counts_.dropped += more.dropped;
}

void Capture::count_in_time() {
  const Clock::time_point now = Clock::now();
  if (now < counted_at_ + kBetweenCounts) return;
  counted_at_ = now;
  const std::lock_guard lock(mutex_);
  count();
}

void Capture::close(Rest rest) {
  if (rest == Rest::kIsDropped) rest_is_dropped_.store(true, std::memory_order_relaxed);
  stopped_.store(true, std::memory_order_release);
  wake();
  const std::lock_guard closing(closing_);
  if (thread_.joinable()) thread_.join();
  if (rest == Rest::kIsDropped) queue_.clear();
  std::optional<Opened> closed;
  {
    const std::lock_guard lock(mutex_);
    count();
    closed = std::exchange(opened_, std::nullopt);
  }
  closed.reset();
  counted_ = Counted();
}

}  // namespace rtnetlink::sys
