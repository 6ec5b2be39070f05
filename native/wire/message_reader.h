#pragma once

#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <optional>

#include "wire/completion.h"

namespace rtnetlink::wire {

/** One message in a received buffer, nlmsghdr included. A view: the bytes belong to the buffer. */
class Message {
 public:
  Message(const nlmsghdr& header, Bytes bytes) : header_(header), bytes_(bytes) {}

  uint16_t type() const { return header_.nlmsg_type; }
  uint32_t sequence() const { return header_.nlmsg_seq; }
  bool has(uint16_t flag) const { return (header_.nlmsg_flags & flag) != 0; }

  Bytes bytes() const { return bytes_; }
  Bytes payload() const { return bytes_.subspan(sizeof(nlmsghdr)); }

  /** The positive errno of an NLMSG_ERROR or NLMSG_DONE; 0 for an acknowledgement, and where the payload is too short
   * to say. */
  int error() const;
  /** The TLVs behind an NLMSG_ERROR or NLMSG_DONE, empty where there are none. */
  Bytes extended_ack() const;

 private:
  std::size_t extended_ack_offset() const;

  nlmsghdr header_;
  Bytes bytes_;
};

/** Walks the messages of one received datagram. Ends early at a message whose length cannot be true. */
class MessageReader {
 public:
  explicit MessageReader(Bytes datagram) : left_(datagram) {}

  std::optional<Message> next();

 private:
  Bytes left_;
};

/** The payload of the first attribute of this type, or nothing. `attributes` starts at an attribute. */
std::optional<Bytes> find_attribute(Bytes attributes, uint16_t type);

}  // namespace rtnetlink::wire
