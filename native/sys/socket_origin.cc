#include "sys/socket_origin.h"

#include <linux/netlink.h>

#include <optional>
#include <utility>

#include "sys/namespace.h"
#include "sys/system_error.h"

namespace rtnetlink::sys {

NetlinkSocket SocketOrigin::open(Counters& counters) const {
  if (UniqueFd spare = spare_ && settings_.protocol == NETLINK_ROUTE ? spare_->take() : UniqueFd()) {
    return NetlinkSocket(std::move(spare), settings_, counters);
  }
  if (namespace_) return open_in(*namespace_, counters);
  return NetlinkSocket(settings_, counters);
}

/**
 * Another thread of the process may have been started while somebody had taken the main thread elsewhere. Deleting
 * links by name in the wrong namespace would be a disaster, so the cookies are compared.
 */
NetlinkSocket SocketOrigin::open_beside(const NetlinkSocket& first, Counters& counters) const {
  NetlinkSocket socket = open(counters);
  if (socket.shares_namespace_with(first)) return socket;
  const UniqueFd shared = first.network_namespace();
  if (!shared) throw SystemError(SystemCall::kIoctl);
  return open_in(shared, counters);
}

Names::OpenRoute SocketOrigin::route_opener(Counters& counters) const {
  SocketOrigin route = *this;
  route.settings_.protocol = NETLINK_ROUTE;
  return [route, &counters](const NetlinkSocket& beside) { return route.open_beside(beside, counters); };
}

NetlinkSocket SocketOrigin::open_in(const UniqueFd& network_namespace, Counters& counters) const {
  std::optional<NetlinkSocket> socket;
  run_in_namespace(network_namespace, [&] { socket.emplace(settings_, counters); });
  return std::move(*socket);
}

}  // namespace rtnetlink::sys
