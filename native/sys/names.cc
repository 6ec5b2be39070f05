#include "sys/names.h"

#include <linux/genetlink.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <cerrno>
#include <cstring>

#include "sys/patience.h"
#include "sys/system_error.h"
#include "wire/message_reader.h"

namespace rtnetlink::sys {

namespace {

/** ALTIFNAMSIZ, its NUL included. */
constexpr std::size_t kLongestName = 128;

/** The start of an answer, which is enough: `message` has at least its nlmsghdr. */
struct Answer {
  int error = 0;
  nlmsghdr header{};
  wire::Bytes payload = {};
};

Answer receive_answer(NetlinkSocket& socket, uint32_t sequence, const std::stop_token& stop) {
  Patience patience(stop);
  for (;;) {
    const Received received = socket.receive();
    if (received.what == Received::What::kOverrun) return {ENOBUFS};
    if (received.what == Received::What::kNothing) {
      if (!patience.wait(socket)) return {patience.error()};
      continue;
    }
    Answer answer;
    if (received.bytes.size() < sizeof(answer.header)) continue;
    std::memcpy(&answer.header, received.bytes.data(), sizeof(answer.header));
    if (answer.header.nlmsg_seq != sequence) continue;
    answer.payload = received.bytes.subspan(sizeof(answer.header));
    if (answer.header.nlmsg_type == NLMSG_ERROR) answer.error = wire::Message(answer.header, received.bytes).error();
    return answer;
  }
}

/** Sends the request in the writer and waits for what comes back. */
Answer ask(NetlinkSocket& socket, const wire::MessageWriter& writer, uint32_t sequence, const std::stop_token& stop) {
  try {
    socket.send(writer.bytes());
    return receive_answer(socket, sequence, stop);
  } catch (const SystemError& error) {
    return {error.error()};
  }
}

}  // namespace

bool Names::is_long(std::string_view name) { return name.size() >= IFNAMSIZ; }

wire::LinkIndex Names::index_of(std::string_view name, const std::stop_token& stop) {
  if (!is_long(name)) return socket_.index_of(name);
  if (name.size() >= kLongestName) return {0, ENODEV};
  try {
    return index_of_long(name, stop);
  } catch (const SystemError& error) {
    return {0, error.error()};
  }
}

/** Of generic netlink, nobody answers for the names of links. */
NetlinkSocket& Names::routing() {
  if (socket_.protocol() == NETLINK_ROUTE) return socket_;
  if (!route_) route_.emplace(open_route_(socket_));
  return *route_;
}

wire::LinkIndex Names::index_of_long(std::string_view name, const std::stop_token& stop) {
  NetlinkSocket& socket = routing();
  wire::MessageWriter writer;
  const uint32_t sequence = socket.reserve_sequences(1);
  const std::size_t start = writer.begin(RTM_GETLINK, NLM_F_REQUEST, sequence, sizeof(ifinfomsg));
  writer.put_string(IFLA_ALT_IFNAME, name);
  writer.finish(start);
  const Answer answer = ask(socket, writer, sequence, stop);
  if (answer.header.nlmsg_type == NLMSG_ERROR) return {0, ENODEV};
  if (answer.error != 0) return {0, answer.error};
  ifinfomsg link;
  if (answer.header.nlmsg_type != RTM_NEWLINK || answer.payload.size() < sizeof(link)) return {0, ENODEV};
  std::memcpy(&link, answer.payload.data(), sizeof(link));
  return {static_cast<uint32_t>(link.ifi_index), 0};
}

std::optional<uint16_t> Names::known_family(std::string_view name) const {
  const auto known = families_.find(name);
  return known == families_.end() ? std::nullopt : std::optional(known->second);
}

wire::FamilyId Names::family_of(std::string_view name, const std::stop_token& stop) {
  if (const auto known = known_family(name)) return {*known, 0};
  const wire::FamilyId family = ask_for_family(name, stop);
  if (family.error == 0) families_.emplace(name, family.id);
  return family;
}

/** The kernel loads the family's module, where it is one, before it answers (ctrl_getfamily() in
 * net/netlink/genetlink.c). */
wire::FamilyId Names::ask_for_family(std::string_view name, const std::stop_token& stop) {
  wire::MessageWriter writer;
  const uint32_t sequence = socket_.reserve_sequences(1);
  const std::size_t start = writer.begin(GENL_ID_CTRL, NLM_F_REQUEST, sequence, sizeof(genlmsghdr));
  writer.patch(start + sizeof(nlmsghdr), genlmsghdr{CTRL_CMD_GETFAMILY, 1, 0});
  writer.put_string(CTRL_ATTR_FAMILY_NAME, name);
  writer.finish(start);
  const Answer answer = ask(socket_, writer, sequence, stop);
  if (answer.error != 0) return {0, answer.error};
  if (answer.header.nlmsg_type != GENL_ID_CTRL || answer.payload.size() < sizeof(genlmsghdr)) return {0, ENOENT};
  uint16_t id = 0;
  const auto attribute = wire::find_attribute(answer.payload.subspan(sizeof(genlmsghdr)), CTRL_ATTR_FAMILY_ID);
  if (!attribute || attribute->size() < sizeof(id)) return {0, ENOENT};
  std::memcpy(&id, attribute->data(), sizeof(id));
  return {id, 0};
}

wire::LinkIndex RecordNames::index_of_previous(const Predecessor& previous) {
  return {previous.index, previous.index == 0 ? ENODEV : 0};
}

wire::LinkIndex RecordNames::link_of_previous(const Predecessor& previous) {
  return {previous.link, previous.link == 0 ? ENODEV : 0};
}

}  // namespace rtnetlink::sys
