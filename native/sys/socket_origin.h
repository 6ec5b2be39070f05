#pragma once

#include <memory>
#include <utility>

#include "sys/counters.h"
#include "sys/names.h"
#include "sys/netlink_socket.h"
#include "sys/network_namespace.h"
#include "sys/spare_socket.h"

namespace rtnetlink::sys {

/** Where the sockets of one session come from: all are of the same namespace. */
class SocketOrigin {
 public:
  /** Null means the process's own namespace. */
  SocketOrigin(const SocketSettings& settings, std::shared_ptr<const NetworkNamespace> network_namespace,
               std::shared_ptr<SpareSocket> spare)
      : settings_(settings), namespace_(std::move(network_namespace)), spare_(std::move(spare)) {}

  int protocol() const { return settings_.protocol; }
  /** On any thread. @throws SystemError */
  NetlinkSocket open(Counters& counters) const;
  /** Another one in the namespace of the first. On any thread. @throws SystemError */
  NetlinkSocket open_beside(const NetlinkSocket& first, Counters& counters) const;
  /** Opens sockets of the routing protocol there, whatever the protocol of the others. */
  Names::OpenRoute route_opener(Counters& counters) const;

 private:
  NetlinkSocket open_in(const NetworkNamespace* where, Counters& counters) const;

  SocketSettings settings_;
  std::shared_ptr<const NetworkNamespace> namespace_;
  /** A socket of the namespace that is there already, or null. */
  std::shared_ptr<SpareSocket> spare_;
};

}  // namespace rtnetlink::sys
