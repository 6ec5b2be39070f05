#pragma once

#include <cstdint>
#include <optional>

#include "wire/completion.h"
#include "wire/message_reader.h"

namespace rtnetlink::wire {

/** What one datagram brings for a dump. */
struct DumpPart {
  /** The data messages, one after another. */
  Bytes messages;
  /** NLMSG_DONE, or the NLMSG_ERROR that came instead. */
  std::optional<Message> end;
  bool interrupted = false;
  bool filtered = false;
};

/** Takes a datagram apart; messages that answer another request are passed over. */
DumpPart read_dump_part(Bytes datagram, uint32_t sequence);

}  // namespace rtnetlink::wire
