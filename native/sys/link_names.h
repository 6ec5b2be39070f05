#pragma once

#include <stop_token>
#include <string_view>

#include "sys/netlink_socket.h"
#include "sys/predecessor.h"
#include "wire/link_resolver.h"

namespace rtnetlink::sys {

/** Looks links up in a socket's namespace. Only while no request of the socket is outstanding: it reads the socket. */
class LinkNames final : public wire::LinkResolver {
 public:
  LinkNames(NetlinkSocket& socket, const Predecessor& previous, const std::stop_token& stop)
      : socket_(socket), previous_(previous), stop_(stop) {}

  /** Whether a name is too long for the ioctl, so that looking it up reads the socket. */
  static bool is_long(std::string_view name);

  wire::LinkIndex index_of(std::string_view name) override;
  wire::LinkIndex index_of_previous() override;
  wire::LinkIndex link_of_previous() override;

 private:
  wire::LinkIndex index_of_long(std::string_view name);
  wire::LinkIndex receive_index(uint32_t sequence);

  NetlinkSocket& socket_;
  const Predecessor& previous_;
  const std::stop_token& stop_;
};

}  // namespace rtnetlink::sys
