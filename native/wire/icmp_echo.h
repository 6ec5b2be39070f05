#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace rtnetlink::wire {

enum class IcmpVersion : std::uint8_t { v4, v6 };

/** The header of an echo request or reply; ICMP and ICMPv6 differ in the type numbers only. */
struct EchoHeader {
  std::uint8_t type;
  std::uint8_t code;
  std::uint16_t identifier;
  std::uint16_t sequence;
};

inline constexpr std::size_t kEchoHeaderSize = 8;

[[nodiscard]] constexpr std::uint8_t echo_request_type(IcmpVersion version) {
  return version == IcmpVersion::v4 ? 8 : 128;
}
[[nodiscard]] constexpr std::uint8_t echo_reply_type(IcmpVersion version) {
  return version == IcmpVersion::v4 ? 0 : 129;
}

/**
 * Writes the header of an echo request at the start of `packet`, which holds at least kEchoHeaderSize bytes; what
 * follows is the payload. The checksum is written for ICMP; for ICMPv6 the kernel computes it, as it covers the
 * addresses.
 */
void write_echo_request(IcmpVersion version, std::uint16_t identifier, std::uint16_t sequence,
                        std::span<std::byte> packet);

/** The header at the start of `packet`, of whatever type; nothing when it is too short. Does not look at the checksum.
 */
[[nodiscard]] std::optional<EchoHeader> read_echo_header(std::span<const std::byte> packet);

/** What follows the IPv4 header of a packet from a raw socket; empty when the header is cut short or makes no sense. */
[[nodiscard]] std::span<const std::byte> skip_ipv4_header(std::span<const std::byte> packet);

/** RFC 1071. Zero over a message whose checksum field is right. */
[[nodiscard]] std::uint16_t internet_checksum(std::span<const std::byte> bytes);

}  // namespace rtnetlink::wire
