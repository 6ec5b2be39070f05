#include "wire/message_writer.h"

#include <linux/rtnetlink.h>

#include <algorithm>
#include <limits>

namespace rtnetlink::wire {

namespace {
constexpr std::size_t kFirstCapacity = 4096;
constexpr std::size_t kLongestAttribute = std::numeric_limits<uint16_t>::max();

// A nest and a hop both start with their length in 16 bits; close_length relies on it.
static_assert(offsetof(nlattr, nla_len) == 0 && sizeof(nlattr::nla_len) == 2 && sizeof(nlattr) == 4);
static_assert(offsetof(rtnexthop, rtnh_len) == 0 && sizeof(rtnexthop::rtnh_len) == 2 && sizeof(rtnexthop) == 8);
}  // namespace

/** Room for `length` bytes and the padding behind them, which is zeroed. */
std::byte* MessageWriter::grow(std::size_t length) {
  const std::size_t padded = align(length);
  if (buffer_.size() - size_ < padded) buffer_.resize(std::max({kFirstCapacity, 2 * buffer_.size(), size_ + padded}));
  std::byte* start = buffer_.data() + size_;
  for (std::size_t i = length; i < padded; ++i) start[i] = std::byte{0};
  size_ += padded;
  return start;
}

std::size_t MessageWriter::begin(uint16_t type, uint16_t flags, uint32_t sequence, std::size_t header_size) {
  const std::size_t start = size_;
  const nlmsghdr header{0, type, flags, sequence, 0};
  std::byte* to = grow(sizeof(header) + header_size);
  std::memcpy(to, &header, sizeof(header));
  std::memset(to + sizeof(header), 0, header_size);
  return start;
}

void MessageWriter::finish(std::size_t start) {
  patch(start + offsetof(nlmsghdr, nlmsg_len), static_cast<uint32_t>(size_ - start));
}

void MessageWriter::rewind(std::size_t start) {
  size_ = std::min(size_, start);
  overflow_.reset();
}

std::byte* MessageWriter::put_header(uint16_t type, std::size_t payload_length) {
  const std::size_t length = sizeof(nlattr) + payload_length;
  if (length > kLongestAttribute && !overflow_) overflow_ = size_;
  std::byte* to = grow(length);
  const nlattr header{static_cast<uint16_t>(length), type};
  std::memcpy(to, &header, sizeof(header));
  return to + sizeof(header);
}

void MessageWriter::put_bytes(uint16_t type, Bytes bytes) {
  std::byte* to = put_header(type, bytes.size());
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
}

void MessageWriter::put_string(uint16_t type, std::string_view text) {
  std::byte* to = put_header(type, text.size() + 1);
  std::memcpy(to, text.data(), text.size());
  to[text.size()] = std::byte{0};
}

void MessageWriter::put_raw(Bytes bytes) {
  std::byte* to = grow(bytes.size());
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
}

std::size_t MessageWriter::open_nest(uint16_t type) {
  const std::size_t start = size_;
  const nlattr header{0, type};
  std::memcpy(grow(sizeof(header)), &header, sizeof(header));
  return start;
}

std::size_t MessageWriter::open_hop(uint8_t flags, uint8_t hops, uint32_t index) {
  const std::size_t start = size_;
  const rtnexthop hop{0, flags, hops, static_cast<int>(index)};
  std::memcpy(grow(sizeof(hop)), &hop, sizeof(hop));
  return start;
}

void MessageWriter::close_length(std::size_t start) {
  const std::size_t length = size_ - start;
  if (length > kLongestAttribute && !overflow_) overflow_ = start;
  patch(start, static_cast<uint16_t>(length));
}

}  // namespace rtnetlink::wire
