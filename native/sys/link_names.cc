#include "sys/link_names.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <cerrno>
#include <cstring>

#include "sys/patience.h"
#include "sys/system_error.h"
#include "wire/message_reader.h"
#include "wire/message_writer.h"

namespace rtnetlink::sys {

namespace {
/** ALTIFNAMSIZ, its NUL included. */
constexpr std::size_t kLongestName = 128;
}  // namespace

bool LinkNames::is_long(std::string_view name) { return name.size() >= IFNAMSIZ; }

wire::LinkIndex LinkNames::index_of(std::string_view name) {
  if (!is_long(name)) return socket_.index_of(name);
  if (name.size() >= kLongestName) return {0, ENODEV};
  return index_of_long(name);
}

wire::LinkIndex LinkNames::index_of_previous() { return {previous_.index, previous_.index == 0 ? ENODEV : 0}; }

wire::LinkIndex LinkNames::link_of_previous() { return {previous_.link, previous_.link == 0 ? ENODEV : 0}; }

wire::LinkIndex LinkNames::index_of_long(std::string_view name) {
  wire::MessageWriter writer;
  const uint32_t sequence = socket_.reserve_sequences(1);
  const std::size_t start = writer.begin(RTM_GETLINK, NLM_F_REQUEST, sequence, sizeof(ifinfomsg));
  writer.put_string(IFLA_ALT_IFNAME, name);
  writer.finish(start);
  try {
    socket_.send(writer.bytes());
    return receive_index(sequence);
  } catch (const SystemError& error) {
    return {0, error.error()};
  }
}

wire::LinkIndex LinkNames::receive_index(uint32_t sequence) {
  Patience patience(stop_);
  for (;;) {
    const Received received = socket_.receive();
    if (received.what == Received::What::kOverrun) return {0, ENOBUFS};
    if (received.what == Received::What::kNothing) {
      if (!patience.wait(socket_)) return {0, patience.error()};
      continue;
    }
    // The start of a truncated reply is enough: the index stands in its first bytes.
    nlmsghdr header;
    ifinfomsg link;
    if (received.bytes.size() < sizeof(header) + sizeof(int)) continue;
    std::memcpy(&header, received.bytes.data(), sizeof(header));
    if (header.nlmsg_seq != sequence) continue;
    if (header.nlmsg_type != RTM_NEWLINK || received.bytes.size() < sizeof(header) + sizeof(link)) return {0, ENODEV};
    std::memcpy(&link, received.bytes.data() + sizeof(header), sizeof(link));
    return {static_cast<uint32_t>(link.ifi_index), 0};
  }
}

}  // namespace rtnetlink::sys
