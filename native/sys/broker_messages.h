#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace rtnetlink::sys {

/** The argument that rtnetlink-broker is started with; its socket is descriptor 0, SOCK_SEQPACKET. */
inline constexpr const char* kBrokerArgument = "serve";

enum class BrokerTask : uint32_t {
  /**
   * First, and once: with a descriptor, goes into that user namespace; else into a new one, in which the user is root.
   * Gives the user namespace's descriptor.
   */
  kEnter = 1,
  /** Gives a new network namespace's descriptor, and that of a netlink socket of the routing protocol in it. */
  kCreate = 2,
  /** socket(2) in the network namespace of the descriptor that comes along; SOCK_CLOEXEC is set. */
  kSocket = 3,
  /** open(2) in it, of a tun device or a setting of the network; O_CLOEXEC is set. */
  kOpen = 4,
};

/** One datagram to the broker. What a task has no use for is 0. */
struct BrokerRequest {
  BrokerTask task{};
  int32_t domain = 0;
  int32_t type = 0;
  int32_t protocol = 0;
  /** Of open(2). */
  int32_t flags = 0;
  /** Ends with NUL. */
  std::array<char, 256> path{};
};
static_assert(sizeof(BrokerRequest) == 276);

/** One datagram back, together with the descriptors that the task gives. */
struct BrokerAnswer {
  /** sys::SystemCall of what failed. */
  uint32_t call = 0;
  /** 0: nothing did. */
  int32_t error = 0;
};
static_assert(sizeof(BrokerAnswer) == 8);

/** As many descriptors as any task gives or takes. */
inline constexpr std::size_t kMostBrokerDescriptors = 2;

}  // namespace rtnetlink::sys
