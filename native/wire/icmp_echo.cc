#include "wire/icmp_echo.h"

namespace rtnetlink::wire {
namespace {

std::uint16_t load_be16(std::span<const std::byte> bytes, std::size_t at) {
  return static_cast<std::uint16_t>(std::to_integer<unsigned>(bytes[at]) << 8 |
                                    std::to_integer<unsigned>(bytes[at + 1]));
}

void store_be16(std::span<std::byte> bytes, std::size_t at, std::uint16_t value) {
  bytes[at] = static_cast<std::byte>(value >> 8);
  bytes[at + 1] = static_cast<std::byte>(value & 0xff);
}

}  // namespace

void write_echo_request(IcmpVersion version, std::uint16_t identifier, std::uint16_t sequence,
                        std::span<std::byte> packet) {
  packet[0] = static_cast<std::byte>(echo_request_type(version));
  packet[1] = std::byte{0};
  store_be16(packet, 2, 0);
  store_be16(packet, 4, identifier);
  store_be16(packet, 6, sequence);
  if (version == IcmpVersion::v4) store_be16(packet, 2, internet_checksum(packet));
}

std::optional<EchoHeader> read_echo_header(std::span<const std::byte> packet) {
  if (packet.size() < kEchoHeaderSize) return std::nullopt;
  return EchoHeader{
      .type = std::to_integer<std::uint8_t>(packet[0]),
      .code = std::to_integer<std::uint8_t>(packet[1]),
      .identifier = load_be16(packet, 4),
      .sequence = load_be16(packet, 6),
  };
}

std::span<const std::byte> skip_ipv4_header(std::span<const std::byte> packet) {
  constexpr std::size_t kSmallest = 20;
  if (packet.size() < kSmallest) return {};
  const auto length = std::to_integer<std::size_t>(packet[0] & std::byte{0x0f}) * 4;
  if (length < kSmallest || length > packet.size()) return {};
  return packet.subspan(length);
}

std::uint16_t internet_checksum(std::span<const std::byte> bytes) {
  std::uint64_t sum = 0;
  std::size_t at = 0;
  for (; at + 1 < bytes.size(); at += 2) sum += load_be16(bytes, at);
  if (at < bytes.size()) sum += std::to_integer<std::uint64_t>(bytes[at]) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

}  // namespace rtnetlink::wire
