#include "wire/frame_buffer.h"

#include <algorithm>
#include <span>

namespace rtnetlink::wire {
namespace {

/** Two hardware addresses stand before the tag. */
constexpr std::size_t kTagOffset = 12;
constexpr std::size_t kTagSize = 4;
constexpr std::size_t kAlignment = 8;

std::array<std::byte, kTagSize> bytes_of(const VlanTag& tag) {
  const auto high = [](uint16_t word) { return static_cast<std::byte>(word >> 8); };
  const auto low = [](uint16_t word) { return static_cast<std::byte>(word); };
  return {high(tag.protocol), low(tag.protocol), high(tag.control), low(tag.control)};
}

}  // namespace

void FrameBuffer::append(FrameHeader header, Bytes frame, const std::optional<VlanTag>& tag, std::size_t longest) {
  const std::size_t before_tag = tag ? std::min(frame.size(), kTagOffset) : frame.size();
  std::array<std::byte, kTagSize> inserted{};
  Bytes middle;
  if (tag) {
    header.length += kTagSize;
    header.network_offset = static_cast<uint16_t>(header.network_offset + kTagSize);
    inserted = bytes_of(*tag);
    // Nothing is known of what follows a frame that was cut within its addresses.
    if (before_tag == kTagOffset) middle = inserted;
  }
  const std::size_t captured = std::min(frame.size() + middle.size(), longest);
  header.captured = static_cast<uint32_t>(captured);
  append(std::as_bytes(std::span(&header, 1)));
  std::size_t left = captured;
  for (const Bytes part : {frame.first(before_tag), middle, frame.subspan(before_tag)}) {
    const Bytes kept = part.first(std::min(part.size(), left));
    append(kept);
    left -= kept.size();
  }
  bytes_.resize((bytes_.size() + kAlignment - 1) / kAlignment * kAlignment);
}

}  // namespace rtnetlink::wire
