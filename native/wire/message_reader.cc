#include "wire/message_reader.h"

#include <algorithm>
#include <cstring>

#include "wire/align.h"

namespace rtnetlink::wire {

namespace {

template <typename Value>
std::optional<Value> load(Bytes bytes, std::size_t offset = 0) {
  if (bytes.size() < offset || bytes.size() - offset < sizeof(Value)) return std::nullopt;
  Value value;
  std::memcpy(&value, bytes.data() + offset, sizeof(value));
  return value;
}

Bytes skip(Bytes bytes, std::size_t length) { return bytes.subspan(std::min(align(length), bytes.size())); }

}  // namespace

std::optional<Message> MessageReader::next() {
  const auto header = load<nlmsghdr>(left_);
  if (!header || header->nlmsg_len < sizeof(nlmsghdr) || header->nlmsg_len > left_.size()) return std::nullopt;
  const Bytes bytes = left_.first(header->nlmsg_len);
  left_ = skip(left_, header->nlmsg_len);
  return Message(*header, bytes);
}

int Message::error() const {
  const auto error = load<int>(payload());
  return error && *error < 0 && *error > -4096 ? -*error : 0;
}

/** The request follows the error number only in NLMSG_ERROR, and of it no more than its nlmsghdr when NLM_F_CAPPED is
 * set. */
std::size_t Message::extended_ack_offset() const {
  if (type() == NLMSG_DONE) return sizeof(int);
  if (has(NLM_F_CAPPED)) return sizeof(nlmsgerr);
  const auto inner = load<nlmsghdr>(payload(), sizeof(int));
  return sizeof(int) + align(inner ? inner->nlmsg_len : 0);
}

Bytes Message::extended_ack() const {
  if (!has(NLM_F_ACK_TLVS)) return {};
  return skip(payload(), extended_ack_offset());
}

std::optional<Bytes> find_attribute(Bytes attributes, uint16_t type) {
  while (const auto header = load<nlattr>(attributes)) {
    if (header->nla_len < sizeof(nlattr) || header->nla_len > attributes.size()) break;
    if ((header->nla_type & NLA_TYPE_MASK) == type) return attributes.first(header->nla_len).subspan(sizeof(nlattr));
    attributes = skip(attributes, header->nla_len);
  }
  return std::nullopt;
}

}  // namespace rtnetlink::wire
