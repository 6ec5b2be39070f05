#include "sys/packet_ring.h"

#include <algorithm>
#include <utility>

namespace rtnetlink::sys {

PacketRing::PacketRing(std::shared_ptr<PacketMemory> memory)
    : memory_(std::move(memory)), packets_(std::max<std::size_t>(memory_->bytes().size() / kSmallPacket, 1)) {}

std::optional<PacketRing::Room> PacketRing::find_room() {
  const std::lock_guard lock(mutex_);
  const std::size_t size = memory_->bytes().size();
  const std::size_t in_use = end_ - released_;
  const std::size_t left = packets_.size() - in_use;
  full_ = false;
  if (in_use == 0) {
    write_ = 0;  // Its first pages are warm.
    return Room{.from = 0, .to = size, .packets = left};
  }
  const std::size_t oldest = packet(released_).offset;
  const bool wrapped = write_ <= oldest;
  if (left > 0) {
    const std::size_t to = wrapped ? oldest : size;
    if (to - write_ >= kLargestPacket) return Room{.from = write_, .to = to, .packets = left};
    if (!wrapped && oldest >= kLargestPacket) return Room{.from = 0, .to = oldest, .packets = left};
  }
  full_ = true;
  return std::nullopt;
}

void PacketRing::put(std::span<const Packet> packets) {
  if (packets.empty()) return;
  const std::lock_guard lock(mutex_);
  for (const Packet& next : packets) packet(end_++) = next;
  write_ = behind(packets.back());
}

bool PacketRing::is_due() {
  const std::lock_guard lock(mutex_);
  return untaken() > 0 && std::exchange(wanted_, false);
}

void PacketRing::attend() {
  const std::lock_guard lock(mutex_);
  attended_ = true;
}

bool PacketRing::turn_away() {
  const std::lock_guard lock(mutex_);
  attended_ = false;
  return untaken() > 0 && std::exchange(wanted_, false);
}

bool PacketRing::want() {
  const std::lock_guard lock(mutex_);
  wanted_ = untaken() == 0 || attended_;
  return !wanted_;
}

std::size_t PacketRing::take(std::span<Packet> into) {
  const std::lock_guard lock(mutex_);
  const std::size_t count = std::min(untaken(), into.size());
  for (std::size_t i = 0; i < count; ++i) into[i] = packet(taken_++);
  return count;
}

bool PacketRing::release(std::size_t count) {
  const std::lock_guard lock(mutex_);
  released_ += std::min(count, taken_ - released_);
  return std::exchange(full_, false);
}

}  // namespace rtnetlink::sys
