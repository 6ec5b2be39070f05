#include "sys/packet_reader.h"

#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace rtnetlink::sys {
namespace {

using namespace std::chrono_literals;

/** How many are read before the others hear of it. */
constexpr std::size_t kChunk = 64;
/** Between two looks while packets come fast. The kernel's queue holds 500, of which some 30 come in this time. */
constexpr std::chrono::nanoseconds kPause = 50us;
constexpr std::chrono::nanoseconds kBetweenQuestions = 1s;

}  // namespace

PacketReader::PacketReader(const UniqueFd& descriptor, const std::shared_ptr<PacketMemory>& memory, PacketNews news,
                           IsGone is_gone)
    : descriptor_(descriptor),
      ring_(memory),
      news_(news),
      is_gone_(std::move(is_gone)),
      errands_(std::make_shared<PacketErrands>()) {
  memory->set_reader(errands_);
}

void PacketReader::run() {
  prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);  // Or a pause of 50 µs takes 100.
  int error = 0;
  while (error == 0 && !stopped_.load(std::memory_order_relaxed)) {
    const bool wrote = errands_->go_on();
    const auto room = ring_.find_room();
    if (!room) {
      wait_for_room();
      continue;
    }
    const Drained drained = drain(*room);
    const Clock::time_point now = Clock::now();
    rate_.count(drained.packets, drained.bytes, now);
    if (is_time_to_tell(drained, now) && ring_.is_due()) {
      told_ = now;
      news_.tell(0);
    }
    // Only now: one waking is enough for the end of a write and for what was read behind it.
    if (wrote) news_.completions.wake_for_rest();
    if (drained.empty) wait_for_packets();
    error = drained.error;
  }
  errands_->close();
  if (error == 0) return;
  tell_rest();
  news_.tell(error);
}

void PacketReader::stop() {
  stopped_.store(true, std::memory_order_relaxed);
  errands_->wake();
}

void PacketReader::want() {
  if (ring_.want()) news_.tell(0);
}

void PacketReader::release(std::size_t count) {
  if (ring_.release(count)) errands_->wake();
}

PacketReader::Drained PacketReader::drain(const PacketRing::Room& room) {
  std::array<Packet, kChunk> packets;
  Drained drained{.error = gone_ ? EBADFD : 0};
  std::size_t at = room.from;
  const std::size_t most = std::min(kChunk, room.packets);
  while (drained.error == 0 && drained.packets < most && room.to - at >= kLargestPacket) {
    const ssize_t size = read(descriptor_.get(), ring_.bytes().data() + at, kLargestPacket);
    if (size < 0 && errno == EAGAIN) {
      drained.empty = true;
      break;
    }
    // The driver of tun answers EINVAL for a packet that its header has no words for, and that packet is gone.
    if (size >= static_cast<ssize_t>(kLargestPacket) || size == 0 || (size < 0 && errno == EINVAL)) {
      counts_.discarded.fetch_add(1, std::memory_order_relaxed);
    } else if (size < 0) {
      if (errno != EINTR) drained.error = errno;
    } else {
      packets[drained.packets++] = {.offset = static_cast<uint32_t>(at), .length = static_cast<uint32_t>(size)};
      drained.bytes += static_cast<uint64_t>(size);
      at = PacketRing::behind(packets[drained.packets - 1]);
    }
  }
  ring_.put(std::span(packets).first(drained.packets));
  counts_.add(drained.packets, drained.bytes);
  return drained;
}

/**
 * While packets come fast, JavaScript is told of them once in a while and not of each: waking it costs as much as tens
 * of packets, and as much again on the thread that wakes.
 */
bool PacketReader::is_time_to_tell(const Drained& drained, Clock::time_point now) const {
  return !rate_.is_high() || drained.empty || now - told_ >= kPause;
}

void PacketReader::wait_for_packets() {
  if (rate_.is_high()) {
    ring_.attend();
    wait(false, &kPause);
    return;
  }
  tell_rest();
  if (wait(true, is_gone_ ? &kBetweenQuestions : nullptr)) return;
  gone_ = is_gone_();
}

void PacketReader::wait_for_room() {
  tell_rest();
  news_.completions.wake_for_rest();
  wait(false, nullptr);
}

/** From here on this thread does not look by itself. */
void PacketReader::tell_rest() {
  if (ring_.turn_away()) news_.tell(0);
}

bool PacketReader::wait(bool for_packets, const std::chrono::nanoseconds* at_most) {
  std::array<pollfd, 2> watched{{
      {.fd = errands_->descriptor().get(), .events = POLLIN, .revents = 0},
      {.fd = descriptor_.get(), .events = POLLIN, .revents = 0},
  }};
  timespec timeout{};
  if (at_most != nullptr) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(*at_most);
    timeout = {.tv_sec = seconds.count(), .tv_nsec = (*at_most - seconds).count()};
  }
  if (!errands_->lie_down()) return true;
  const int ready = ppoll(watched.data(), for_packets ? 2 : 1, at_most == nullptr ? nullptr : &timeout, nullptr);
  errands_->get_up();
  if (watched[0].revents != 0) errands_->clear();
  return ready != 0;
}

}  // namespace rtnetlink::sys
