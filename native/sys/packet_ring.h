#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "sys/packet_memory.h"

namespace rtnetlink::sys {

/**
 * Packets on their way from the thread that reads them to the JavaScript thread, in memory that goes round. JavaScript
 * takes them in order, looks at them where they lie, and releases them in order. When it is slow the ring fills, and
 * the reader stops: then the kernel's queue fills, and the kernel drops.
 *
 * It is told of packets once for each time that it asked: see want().
 */
class PacketRing {
 public:
  explicit PacketRing(std::shared_ptr<PacketMemory> memory);

  // The reader's side.

  /** Where the next packets may be written: room for one of the largest, at least. */
  struct Room {
    std::size_t from;
    std::size_t to;
    std::size_t packets;
  };
  /** Nothing when what was not released yet is in the way: `release` will say that somebody waits. */
  std::optional<Room> find_room();
  void put(std::span<const Packet> packets);

  /** Whether JavaScript is to be told now. If so, it is not told again until it asks. */
  bool is_due();
  /** The reader will look again in a moment, whatever comes: nobody else need tell. */
  void attend();
  /** The reader is about to wait, for how long nobody knows. As is_due(). */
  bool turn_away();

  [[nodiscard]] std::span<std::byte> bytes() const { return memory_->bytes(); }
  /** Where the packet after this one may begin. */
  static std::size_t behind(const Packet& packet) {
    return (std::size_t{packet.offset} + packet.length + kAlignment - 1) / kAlignment * kAlignment;
  }

  // JavaScript's side.

  /** It asks to be told of the next packets. True when there are some, and nobody else will tell. */
  bool want();
  std::size_t take(std::span<Packet> into);
  /** Gives back the oldest packets that were taken. True when the reader waits for room. */
  bool release(std::size_t count);

 private:
  [[nodiscard]] std::size_t untaken() const { return end_ - taken_; }
  [[nodiscard]] Packet& packet(std::size_t number) { return packets_[number % packets_.size()]; }

  /** Packets lie no closer than this: a view of 8 bytes may look at each. */
  static constexpr std::size_t kAlignment = 8;
  /** Packets in a ring of a MiB that are smaller than this leave some of it unused. */
  static constexpr std::size_t kSmallPacket = 256;

  const std::shared_ptr<PacketMemory> memory_;
  std::mutex mutex_;
  std::vector<Packet> packets_;
  /** Numbers that only grow: the oldest packet that was not released, not taken, and the next one to come. */
  std::size_t released_ = 0;
  std::size_t taken_ = 0;
  std::size_t end_ = 0;
  /** Where the next packet goes. */
  std::size_t write_ = 0;
  bool wanted_ = false;
  bool attended_ = false;
  bool full_ = false;
};

}  // namespace rtnetlink::sys
