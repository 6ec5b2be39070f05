#include "sys/socket_origin.h"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <utility>

#include "sys/system_error.h"

namespace rtnetlink::sys {

NetlinkSocket SocketOrigin::open(Counters& counters) const {
  if (UniqueFd spare = spare_ && settings_.protocol == NETLINK_ROUTE ? spare_->take() : UniqueFd()) {
    return NetlinkSocket(std::move(spare), settings_, counters);
  }
  return open_in(namespace_.get(), counters);
}

/**
 * Another thread of the process may have been started while somebody had taken the main thread elsewhere. Deleting
 * links by name in the wrong namespace would be a disaster, so the cookies are compared.
 */
NetlinkSocket SocketOrigin::open_beside(const NetlinkSocket& first, Counters& counters) const {
  NetlinkSocket socket = open(counters);
  if (socket.shares_namespace_with(first)) return socket;
  UniqueFd shared = first.network_namespace();
  if (!shared) throw SystemError(SystemCall::kIoctl);
  const NetworkNamespace where(std::move(shared));
  return open_in(&where, counters);
}

Names::OpenRoute SocketOrigin::route_opener(Counters& counters) const {
  SocketOrigin route = *this;
  route.settings_.protocol = NETLINK_ROUTE;
  return [route, &counters](const NetlinkSocket& beside) { return route.open_beside(beside, counters); };
}

NetlinkSocket SocketOrigin::open_in(const NetworkNamespace* where, Counters& counters) const {
  return {socket_in(where, AF_NETLINK, SOCK_RAW, settings_.protocol), settings_, counters};
}

}  // namespace rtnetlink::sys
