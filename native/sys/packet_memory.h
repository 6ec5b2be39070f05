#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace rtnetlink::sys {

class PacketErrands;

/** binding.ts: NativePacketDevice.take(). Where a packet lies in its memory. */
struct Packet {
  uint32_t offset;
  uint32_t length;
};
static_assert(sizeof(Packet) == 8);

/** binding.ts: LARGEST_PACKET. 64 KiB of segments, and what can stand before them. */
constexpr std::size_t kLargestPacket = 65536 + 512;

/** Memory that packets are read into or written from. The kernel gives its pages as they are touched. */
class PacketMemory {
 public:
  /** @throws SystemError (kMmap) */
  explicit PacketMemory(std::size_t size);
  ~PacketMemory();
  PacketMemory(const PacketMemory&) = delete;
  PacketMemory& operator=(const PacketMemory&) = delete;

  [[nodiscard]] std::span<std::byte> bytes() const { return bytes_; }
  [[nodiscard]] bool holds(const Packet& packet) const {
    return packet.offset <= bytes_.size() && packet.length <= bytes_.size() - packet.offset;
  }

  // On the JavaScript thread.

  /** A thread reads packets into it, and takes errands. */
  void set_reader(const std::shared_ptr<PacketErrands>& reader) { reader_ = reader; }
  /** Null while nobody does. */
  [[nodiscard]] std::shared_ptr<PacketErrands> reader() const { return reader_.lock(); }

 private:
  std::span<std::byte> bytes_;
  std::weak_ptr<PacketErrands> reader_;
};

}  // namespace rtnetlink::sys
