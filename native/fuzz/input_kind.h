#pragma once

#include <cstdint>

namespace rtnetlink::fuzz {

/** The first byte of an input. */
enum class InputKind : uint8_t {
  /** A datagram as the kernel sends it. */
  kDatagram = 0,
  /** The index of a message kind, then the words of a record. */
  kRecord = 1,
  /** An IPv4 packet with ICMP. */
  kPacket = 2,
};
inline constexpr unsigned kInputKinds = 3;

}  // namespace rtnetlink::fuzz
