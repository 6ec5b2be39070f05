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
  /** A block of captured frames, as the kernel fills it. */
  kBlock = 3,
};
inline constexpr unsigned kInputKinds = 4;

}  // namespace rtnetlink::fuzz
