#include "wire/address_text.h"

#include <arpa/inet.h>

#include <array>
#include <cstring>

namespace rtnetlink::wire {

namespace {

constexpr std::size_t kIpv4Bytes = 4;
constexpr std::size_t kIpv6Bytes = 16;
constexpr std::size_t kMacBytes = 6;
constexpr std::size_t kMacText = kMacBytes * 3 - 1;
constexpr std::size_t kLongestPrefixText = 3;

bool is_digit(char character) { return character >= '0' && character <= '9'; }

/** Without leading zeros, which some tools read as octal. */
bool read_ipv4(std::string_view text, std::byte* into) {
  std::size_t at = 0;
  for (std::size_t part = 0; part < kIpv4Bytes; ++part) {
    if (part > 0 && (at == text.size() || text[at++] != '.')) return false;
    const std::size_t start = at;
    unsigned value = 0;
    for (; at < text.size() && at - start < 3 && is_digit(text[at]); ++at)
      value = value * 10 + static_cast<unsigned>(text[at] - '0');
    if (at == start || value > 255 || (text[start] == '0' && at - start > 1)) return false;
    into[part] = static_cast<std::byte>(value);
  }
  return at == text.size();
}

bool read_ipv6(std::string_view text, std::byte* into) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) return false;
  std::memcpy(terminated.data(), text.data(), text.size());
  return ::inet_pton(AF_INET6, terminated.data(), into) == 1;
}

int hex_digit(char character) {
  if (is_digit(character)) return character - '0';
  const char lower = static_cast<char>(character | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool read_mac(std::string_view text, std::byte* into) {
  if (text.size() != kMacText) return false;
  const char separator = text[2];
  if (separator != ':' && separator != '-') return false;
  for (std::size_t i = 0; i < kMacBytes; ++i) {
    const int high = hex_digit(text[i * 3]);
    const int low = hex_digit(text[i * 3 + 1]);
    if (high < 0 || low < 0 || (i > 0 && text[i * 3 - 1] != separator)) return false;
    into[i] = static_cast<std::byte>(high << 4 | low);
  }
  return true;
}

std::optional<uint32_t> read_prefix(std::string_view text, uint32_t most) {
  if (text.empty() || text.size() > kLongestPrefixText) return std::nullopt;
  uint32_t value = 0;
  for (const char character : text) {
    if (!is_digit(character)) return std::nullopt;
    value = value * 10 + static_cast<uint32_t>(character - '0');
  }
  return value <= most ? std::optional(value) : std::nullopt;
}

bool has_host_bits(const std::byte* address, std::size_t length, uint32_t prefix) {
  for (std::size_t bit = prefix; bit < length * 8; bit = (bit / 8 + 1) * 8) {
    if ((std::to_integer<unsigned>(address[bit / 8]) & (0xffU >> bit % 8)) != 0) return true;
  }
  return false;
}

bool read_network(TextForm form, std::string_view text, std::byte* into, uint32_t& prefix) {
  const bool is_ipv4 = form == TextForm::kIpv4Network;
  const std::size_t length = is_ipv4 ? kIpv4Bytes : kIpv6Bytes;
  const std::size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  if (!(is_ipv4 ? read_ipv4(address, into) : read_ipv6(address, into))) return false;
  prefix = static_cast<uint32_t>(length * 8);
  if (slash == std::string_view::npos) return true;
  const auto given = read_prefix(text.substr(slash + 1), prefix);
  if (!given) return false;
  prefix = *given;
  // IPv6 takes what is behind the prefix, and clears it.
  return !is_ipv4 || !has_host_bits(into, length, prefix);
}

}  // namespace

std::optional<std::size_t> bytes_of(TextForm form) {
  switch (form) {
    case TextForm::kIpv4:
    case TextForm::kIpv4Network:
      return kIpv4Bytes;
    case TextForm::kIpv6:
    case TextForm::kIpv6Network:
      return kIpv6Bytes;
    case TextForm::kMac:
      return kMacBytes;
  }
  return std::nullopt;
}

bool is_network(TextForm form) { return form == TextForm::kIpv4Network || form == TextForm::kIpv6Network; }

bool read_address(TextForm form, std::string_view text, std::byte* into, uint32_t& prefix) {
  switch (form) {
    case TextForm::kIpv4:
      return read_ipv4(text, into);
    case TextForm::kIpv6:
      return read_ipv6(text, into);
    case TextForm::kIpv4Network:
    case TextForm::kIpv6Network:
      return read_network(form, text, into, prefix);
    case TextForm::kMac:
      return read_mac(text, into);
  }
  return false;
}

}  // namespace rtnetlink::wire
