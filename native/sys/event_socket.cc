#include "sys/event_socket.h"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "sys/retry.h"
#include "sys/system_error.h"

namespace rtnetlink::sys {

namespace {

/** No message of the kernel's is longer than its longest attribute, hardly. */
constexpr std::size_t kBuffer = std::size_t{128} * 1024;

/** SO_MEMINFO of <asm-generic/socket.h>, and SK_MEMINFO_DROPS and SK_MEMINFO_VARS of <linux/sock_diag.h>. */
constexpr int kMemoryInfo = 55;
constexpr std::size_t kDrops = 8;
constexpr std::size_t kMemoryVariables = 9;

}  // namespace

EventSocket::EventSocket(NetlinkSocket socket, const EventSettings& settings)
    : socket_(std::move(socket)), buffer_(std::make_unique_for_overwrite<std::byte[]>(kBuffer)) {
  if (settings.all_namespaces) set_option(NETLINK_LISTEN_ALL_NSID, 1);
  for (const int group : settings.groups) set_option(NETLINK_ADD_MEMBERSHIP, group);
}

void EventSocket::set_option(int name, int value) const {
  if (::setsockopt(descriptor().get(), SOL_NETLINK, name, &value, sizeof(value)) != 0)
    throw SystemError(SystemCall::kSetsockopt, errno, static_cast<uint32_t>(name));
}

EventSocket::Event EventSocket::receive() {
  for (;;) {
    sockaddr_nl from{};
    iovec data{buffer_.get(), kBuffer};
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(int))> control;
    msghdr header{};
    header.msg_name = &from;
    header.msg_namelen = sizeof(from);
    header.msg_iov = &data;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    const ssize_t length = retry([&] { return ::recvmsg(descriptor().get(), &header, MSG_DONTWAIT); });
    if (length < 0) {
      if (errno == EAGAIN) return {Event::What::kNothing, {}};
      if (errno == ENOBUFS) return {Event::What::kOverrun, {}};
      throw SystemError(SystemCall::kRecvmsg);
    }
    if (from.nl_pid != 0) continue;
    if ((header.msg_flags & MSG_TRUNC) != 0) return {Event::What::kOverrun, {}};
    Event event{Event::What::kMessages, {buffer_.get(), static_cast<std::size_t>(length)}};
    for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
      if (part->cmsg_level != SOL_NETLINK || part->cmsg_type != NETLINK_LISTEN_ALL_NSID) continue;
      std::memcpy(&event.namespace_id, CMSG_DATA(part), sizeof(event.namespace_id));
    }
    return event;
  }
}

uint32_t EventSocket::drops() const {
  std::array<uint32_t, kMemoryVariables> variables{};
  socklen_t length = sizeof(variables);
  ::getsockopt(descriptor().get(), SOL_SOCKET, kMemoryInfo, variables.data(), &length);
  return variables[kDrops];
}

}  // namespace rtnetlink::sys
