#include "wire/dump_part.h"

namespace rtnetlink::wire {

/** A datagram holds the messages of one dump, its end last. So the messages are one stretch of bytes. */
DumpPart read_dump_part(Bytes datagram, uint32_t sequence) {
  DumpPart part;
  const std::byte* first = nullptr;
  const std::byte* last = nullptr;
  MessageReader reader(datagram);
  while (const auto message = reader.next()) {
    if (message->sequence() != sequence) continue;
    part.interrupted |= message->has(NLM_F_DUMP_INTR);
    part.filtered |= message->has(NLM_F_DUMP_FILTERED);
    if (message->type() == NLMSG_DONE || message->type() == NLMSG_ERROR) {
      part.end = message;
      break;
    }
    if (message->type() < NLMSG_MIN_TYPE) continue;
    if (first == nullptr) first = message->bytes().data();
    last = message->bytes().data() + message->bytes().size();
  }
  if (first != nullptr) part.messages = Bytes(first, last);
  return part;
}

}  // namespace rtnetlink::wire
