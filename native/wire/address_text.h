#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace rtnetlink::wire {

/** binding.ts: TextForm */
enum class TextForm : uint32_t { kIpv4 = 0, kIpv6 = 1, kIpv4Network = 2, kIpv6Network = 3, kMac = 4 };

/** How many bytes a text of that form comes to; nothing when there is no such form. */
std::optional<std::size_t> bytes_of(TextForm form);

bool is_network(TextForm form);

/**
 * Writes the address that a text of that form is; `prefix` gets the length of a network's. Nothing that lib/values
 * refuses is taken; what this refuses lib/values may still take.
 */
bool read_address(TextForm form, std::string_view text, std::byte* into, uint32_t& prefix);

}  // namespace rtnetlink::wire
