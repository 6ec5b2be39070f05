#include "sys/tun.h"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>

#include <cstring>
#include <utility>

#include "sys/system_error.h"

namespace rtnetlink::sys {
namespace {

template <typename Argument>
void control(const UniqueFd& descriptor, unsigned long request, Argument argument) {
  if (ioctl(descriptor.get(), request, argument) != 0) {
    throw SystemError(SystemCall::kIoctl, errno, static_cast<uint32_t>(request));
  }
}

ifreq interface_request(const std::string& name, uint16_t flags) {
  ifreq request{};
  name.copy(request.ifr_name, sizeof request.ifr_name - 1);
  request.ifr_flags = static_cast<short>(flags);
  return request;
}

void set_queue(const UniqueFd& queue, uint16_t flags) {
  ifreq request = interface_request({}, flags);
  control(queue, TUNSETQUEUE, &request);
}

OpenedQueues open_queues(const TunSettings& settings, const NetworkNamespace* where) {
  const PacketFormat& format = settings.format;
  OpenedQueues opened{.name = settings.name, .queues = {}};
  for (uint32_t number = 0; number < format.queues; ++number) {
    UniqueFd queue = open_in(where, settings.path, O_RDWR | O_NONBLOCK | O_NOCTTY);
    const bool first = number == 0;
    if (first && settings.index) control(queue, TUNSETIFINDEX, &*settings.index);
    // Behind the first, the link is there.
    set_interface(queue, opened.name, first ? format.flags : format.flags & ~IFF_TUN_EXCL);
    opened.queues.push_back(std::move(queue));
  }
  return opened;
}

}  // namespace

void set_interface(const UniqueFd& queue, std::string& name, uint16_t flags) {
  ifreq request = interface_request(name, flags);
  control(queue, TUNSETIFF, &request);
  name.assign(request.ifr_name, strnlen(request.ifr_name, sizeof request.ifr_name));
}

/** The header is little-endian on every machine, as virtio 1.0 has it. */
void apply_format(const UniqueFd& queue, const PacketFormat& format) {
  if ((format.flags & IFF_VNET_HDR) != 0) {
    const int little_endian = 1;
    control(queue, TUNSETVNETHDRSZ, &format.vnet_header_size);
    control(queue, TUNSETVNETLE, &little_endian);
  }
  control(queue, TUNSETOFFLOAD, static_cast<unsigned long>(format.offloads));
}

OpenedQueues open_tun(const TunSettings& settings, const NetworkNamespace* where) {
  OpenedQueues opened = open_queues(settings, where);
  const UniqueFd& first = opened.queues.front();
  apply_format(first, settings.format);
  if (settings.owner) control(first, TUNSETOWNER, static_cast<unsigned long>(*settings.owner));
  if (settings.group) control(first, TUNSETGROUP, static_cast<unsigned long>(*settings.group));
  return opened;
}

void set_persist(const UniqueFd& queue, bool persist) { control(queue, TUNSETPERSIST, persist ? 1UL : 0UL); }

void attach_queue(const UniqueFd& queue) { set_queue(queue, IFF_ATTACH_QUEUE); }

void detach_queue(const UniqueFd& queue) { set_queue(queue, IFF_DETACH_QUEUE); }

}  // namespace rtnetlink::sys
