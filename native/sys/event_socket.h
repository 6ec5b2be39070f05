#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "sys/netlink_socket.h"

namespace rtnetlink::sys {

/** binding.ts: MonitorOptions */
struct EventSettings {
  std::vector<int> groups;
  bool all_namespaces = false;
};

/** A netlink socket that hears what the kernel tells the members of some groups. */
class EventSocket {
 public:
  /** Of no other namespace than the socket's. */
  static constexpr uint32_t kOwnNamespace = 0xffff'ffff;

  struct Event {
    enum class What {
      kMessages,
      kNothing,
      /** The kernel had to drop some. */
      kOverrun,
    };
    What what;
    /** Valid until the next receive(). */
    wire::Bytes bytes;
    /** Id of the namespace that it happened in, as the socket's one knows it. */
    uint32_t namespace_id = kOwnNamespace;
  };

  /** Nothing is missed from here on. @throws SystemError (kSetsockopt) */
  EventSocket(NetlinkSocket socket, const EventSettings& settings);
  EventSocket(EventSocket&&) noexcept;
  ~EventSocket();

  /** Without waiting. @throws SystemError (kRecvmsg) */
  Event receive();
  /** Whether receive() has more at hand, of which the descriptor shows nothing any more. */
  [[nodiscard]] bool has_received() const;

  [[nodiscard]] const UniqueFd& descriptor() const { return socket_.descriptor(); }
  /** Bytes of the kernel's own accounting. */
  [[nodiscard]] std::size_t capacity() const { return socket_.receive_capacity(); }
  /** How many messages the kernel has dropped in all. */
  [[nodiscard]] uint32_t drops() const;

 private:
  class Batch;

  void set_option(int name, int value) const;

  NetlinkSocket socket_;
  std::unique_ptr<Batch> batch_;
};

}  // namespace rtnetlink::sys
