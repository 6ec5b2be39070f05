#pragma once

#include <linux/netlink.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "wire/align.h"
#include "wire/completion.h"

namespace rtnetlink::wire {

/** Host to network order, and back. */
template <typename Integer>
constexpr Integer to_network(Integer value) {
  if constexpr (std::endian::native == std::endian::big || sizeof(Integer) == 1) return value;
  Integer result = 0;
  for (std::size_t i = 0; i < sizeof(Integer); ++i) {
    result = static_cast<Integer>(result << 8 | (value & 0xff));
    value = static_cast<Integer>(value >> 8);
  }
  return result;
}

/**
 * Appends netlink messages to one buffer. Offsets are counted from the start of the buffer. Lengths that outgrow their
 * field are noticed when their scope closes: see overflow().
 */
class MessageWriter {
 public:
  /** A nested attribute; its length is written when the scope ends. */
  class Nest {
   public:
    Nest(MessageWriter& writer, uint16_t type) : writer_(writer), start_(writer.open_nest(type)) {}
    ~Nest() { writer_.close_nest(start_); }
    Nest(const Nest&) = delete;
    Nest& operator=(const Nest&) = delete;

   private:
    MessageWriter& writer_;
    std::size_t start_;
  };

  /** Starts a message, its fixed header zeroed; returns its offset. */
  std::size_t begin(uint16_t type, uint16_t flags, uint32_t sequence, std::size_t header_size);
  /** Writes the length of the message that starts at `start`. */
  void finish(std::size_t start);
  /** Takes back everything from `start` on. */
  void rewind(std::size_t start);

  template <typename Integer>
  void put(uint16_t type, Integer value) {
    std::byte* to = put_header(type, sizeof(Integer));
    std::memcpy(to, &value, sizeof(value));
  }
  void put_flag(uint16_t type) { put_header(type, 0); }
  void put_bytes(uint16_t type, Bytes bytes);
  void put_string(uint16_t type, std::string_view text);
  /** Bytes without an attribute header, padded. */
  void put_raw(Bytes bytes);

  std::size_t open_nest(uint16_t type);
  void close_nest(std::size_t start) { close_length(start); }
  /** One struct rtnexthop in the payload of RTA_MULTIPATH; returns its offset. */
  std::size_t open_hop(uint8_t flags, uint8_t hops, uint32_t index);
  void close_hop(std::size_t start) { close_length(start); }

  /** Overwrites what is already written. */
  template <typename Value>
  void patch(std::size_t offset, const Value& value) {
    static_assert(std::is_trivially_copyable_v<Value>);
    std::memcpy(at(offset, sizeof(value)), &value, sizeof(value));
  }

  std::size_t size() const { return size_; }
  Bytes bytes() const { return Bytes(buffer_).first(size_); }
  Bytes bytes(std::size_t start, std::size_t length) const { return bytes().subspan(start, length); }
  void clear() { rewind(0); }

  /** The offset of the first attribute since the last rewind whose length does not fit its 16 bits. */
  std::optional<std::size_t> overflow() const { return overflow_; }

 private:
  std::byte* grow(std::size_t length);
  std::byte* at(std::size_t offset, std::size_t length) {
    return std::span(buffer_).first(size_).subspan(offset, length).data();
  }
  std::byte* put_header(uint16_t type, std::size_t payload_length);
  void close_length(std::size_t start);

  std::vector<std::byte> buffer_;
  std::size_t size_ = 0;
  std::optional<std::size_t> overflow_;
};

}  // namespace rtnetlink::wire
