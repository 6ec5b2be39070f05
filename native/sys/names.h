#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "sys/netlink_socket.h"
#include "sys/predecessor.h"
#include "wire/message_writer.h"
#include "wire/resolver.h"

namespace rtnetlink::sys {

/**
 * Looks up what records name, in the namespace of one socket: links, and families of generic netlink. Only while no
 * request of the socket is outstanding: it reads the socket.
 */
class Names {
 public:
  /** Opens a socket of the routing protocol in the same namespace. */
  using OpenRoute = std::function<NetlinkSocket(const NetlinkSocket& beside)>;

  Names(NetlinkSocket& socket, OpenRoute open_route) : socket_(socket), open_route_(std::move(open_route)) {}

  /** Whether a link's name is too long for the ioctl, so that looking it up reads a socket. */
  static bool is_long(std::string_view name);

  wire::LinkIndex index_of(std::string_view name, const std::stop_token& stop);

  /** A family keeps its id for as long as it is registered, so the kernel is asked once. */
  wire::FamilyId family_of(std::string_view name, const std::stop_token& stop);
  /** What family_of() says without asking. */
  std::optional<uint16_t> known_family(std::string_view name) const;
  void forget_families() { families_.clear(); }

 private:
  NetlinkSocket& routing();
  wire::LinkIndex index_of_long(std::string_view name, const std::stop_token& stop);
  wire::FamilyId ask_for_family(std::string_view name, const std::stop_token& stop);

  NetlinkSocket& socket_;
  OpenRoute open_route_;
  std::optional<NetlinkSocket> route_;
  std::map<std::string, uint16_t, std::less<>> families_;
};

/** What the names of one record mean. */
class RecordNames final : public wire::Resolver {
 public:
  RecordNames(Names& names, const Predecessor& previous, const std::stop_token& stop)
      : names_(names), previous_(previous), stop_(stop) {}

  wire::LinkIndex index_of(std::string_view name) override { return names_.index_of(name, stop_); }
  wire::LinkIndex index_of_previous() override { return index_of_previous(previous_); }
  wire::LinkIndex link_of_previous() override { return link_of_previous(previous_); }
  wire::FamilyId family_of(std::string_view name) override { return names_.family_of(name, stop_); }

  static wire::LinkIndex index_of_previous(const Predecessor& previous);
  static wire::LinkIndex link_of_previous(const Predecessor& previous);

 private:
  Names& names_;
  const Predecessor& previous_;
  const std::stop_token& stop_;
};

}  // namespace rtnetlink::sys
