#pragma once

#include <cstddef>
#include <cstdint>

namespace rtnetlink::wire {

/** Messages and attributes start at multiples of 4: NLMSG_ALIGN, NLA_ALIGN. */
constexpr std::size_t align(std::size_t length) { return (length + 3) & ~std::size_t{3}; }

/** Words of a record that hold this many bytes. 64 bits wide, so that no length in a record can overflow it. */
constexpr uint64_t words_for(uint32_t bytes) { return (uint64_t{bytes} + 3) / 4; }

}  // namespace rtnetlink::wire
