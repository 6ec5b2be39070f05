#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "wire/completion.h"

namespace rtnetlink::wire {

/** binding.ts: FRAME_HEADER. What stands before the bytes of a captured frame. */
struct FrameHeader {
  /** Nanoseconds since 1970. */
  uint64_t timestamp;
  /** Bytes that were captured, and that there were. */
  uint32_t captured;
  uint32_t length;
  uint32_t link;
  uint16_t hardware_type;
  uint16_t protocol;
  uint16_t network_offset;
  uint8_t packet_type;
  uint8_t zero = 0;
  uint32_t zeros = 0;
  std::array<char, 16> name;
};
static_assert(sizeof(FrameHeader) == 48);

/** An IEEE 802.1Q tag that the kernel took out of a frame: its two words in host order. */
struct VlanTag {
  uint16_t protocol;
  uint16_t control;
};

/** Captured frames one after another, in the form that TypeScript reads. */
class FrameBuffer {
 public:
  /**
   * Sets `captured`. A tag is put back behind the addresses of an Ethernet frame, whose length it belongs to; of that,
   * too, no more than `longest` bytes are kept.
   */
  void append(FrameHeader header, Bytes frame, const std::optional<VlanTag>& tag, std::size_t longest);

  void append(const FrameBuffer& other) { append(other.bytes()); }

  [[nodiscard]] Bytes bytes() const { return bytes_; }

 private:
  void append(Bytes bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }

  std::vector<std::byte> bytes_;
};

}  // namespace rtnetlink::wire
