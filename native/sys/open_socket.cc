#include "sys/open_socket.h"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "sys/namespace.h"
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

void bind_to(int descriptor, KernelStruct address) {
  if (address.bytes.empty()) return;
  fill_in_link(descriptor, address);
  sockaddr_storage storage{};
  if (address.bytes.size() > sizeof storage) throw SystemError(SystemCall::kBind, EINVAL);
  std::memcpy(&storage, address.bytes.data(), address.bytes.size());
  const auto length = static_cast<socklen_t>(address.bytes.size());
  if (bind(descriptor, reinterpret_cast<const sockaddr*>(&storage), length) != 0) throw SystemError(SystemCall::kBind);
}

UniqueFd open_here(const SocketPlan& plan) {
  UniqueFd descriptor(socket(plan.domain, plan.type | SOCK_CLOEXEC, plan.protocol));
  if (!descriptor) throw SystemError(SystemCall::kSocket);
  for (const SocketOption& option : plan.options) set_socket_option(descriptor.get(), option);
  bind_to(descriptor.get(), plan.address);
  if (plan.backlog >= 0 && listen(descriptor.get(), plan.backlog) != 0) throw SystemError(SystemCall::kListen);
  return descriptor;
}

}  // namespace

UniqueFd open_socket(const SocketPlan& plan, const UniqueFd* network_namespace) {
  if (network_namespace == nullptr) return open_here(plan);
  UniqueFd descriptor;
  run_in_namespace(*network_namespace, [&] { descriptor = open_here(plan); });
  return descriptor;
}

void set_socket_option(int descriptor, SocketOption option) {
  fill_in_link(descriptor, option.value);
  const std::vector<std::byte>& value = option.value.bytes;
  if (setsockopt(descriptor, option.level, option.name, value.data(), static_cast<socklen_t>(value.size())) != 0) {
    throw SystemError(SystemCall::kSetsockopt);
  }
}

}  // namespace rtnetlink::sys
