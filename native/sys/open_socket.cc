#include "sys/open_socket.h"

#include <linux/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "sys/network_namespace.h"
#include "sys/retry.h"
#include "sys/system_error.h"

namespace rtnetlink::sys {
namespace {

/** SIOCGIFINDEX answers for the namespace of the socket that it is asked on. */
void fill_in_link(int descriptor, KernelStruct& value) {
  if (value.link.empty()) return;
  ifreq request{};
  if (value.link.size() >= sizeof request.ifr_name) throw SystemError(SystemCall::kIoctl, ENODEV);
  value.link.copy(request.ifr_name, sizeof request.ifr_name - 1);
  if (ioctl(descriptor, SIOCGIFINDEX, &request) != 0) throw SystemError(SystemCall::kIoctl);
  const auto index = static_cast<std::uint32_t>(request.ifr_ifindex);
  if (value.link_offset + sizeof index > value.bytes.size()) throw SystemError(SystemCall::kIoctl, EINVAL);
  std::memcpy(value.bytes.data() + value.link_offset, &index, sizeof index);
}

/** bind(2) or connect(2), with the error left in errno. */
int call_with_address(int (*call)(int, const sockaddr*, socklen_t), int descriptor, KernelStruct address) {
  fill_in_link(descriptor, address);
  sockaddr_storage storage{};
  if (address.bytes.size() > sizeof storage) {
    errno = EINVAL;
    return -1;
  }
  std::memcpy(&storage, address.bytes.data(), address.bytes.size());
  const auto length = static_cast<socklen_t>(address.bytes.size());
  return call(descriptor, reinterpret_cast<const sockaddr*>(&storage), length);
}

}  // namespace

UniqueFd open_socket(const SocketPlan& plan, const NetworkNamespace* where) {
  UniqueFd descriptor = socket_in(where, plan.domain, plan.type, plan.protocol);
  for (const SocketOption& option : plan.options) set_socket_option(descriptor.get(), option);
  if (!plan.address.bytes.empty() && call_with_address(bind, descriptor.get(), plan.address) != 0) {
    throw SystemError(SystemCall::kBind);
  }
  if (plan.backlog >= 0 && listen(descriptor.get(), plan.backlog) != 0) throw SystemError(SystemCall::kListen);
  return descriptor;
}

/** The kernel reports the end of a connection attempt to the next connect(2): see __inet_stream_connect(). */
bool connect_socket(const UniqueFd& descriptor, const KernelStruct& remote, const Cancellation& cancellation) {
  if (call_with_address(connect, descriptor.get(), remote) != 0 && errno != EINPROGRESS) {
    throw SystemError(SystemCall::kConnect);
  }
  std::array<pollfd, 2> waited{pollfd{descriptor.get(), POLLOUT, 0},
                               pollfd{cancellation.descriptor().get(), POLLIN, 0}};
  if (retry([&] { return poll(waited.data(), waited.size(), -1); }) < 0) throw SystemError(SystemCall::kPoll);
  return waited[1].revents == 0;
}

void set_socket_option(int descriptor, SocketOption option) {
  fill_in_link(descriptor, option.value);
  const std::vector<std::byte>& value = option.value.bytes;
  if (setsockopt(descriptor, option.level, option.name, value.data(), static_cast<socklen_t>(value.size())) != 0) {
    throw SystemError(SystemCall::kSetsockopt);
  }
}

}  // namespace rtnetlink::sys
