#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "wire/completion.h"
#include "wire/frame_buffer.h"

namespace rtnetlink::wire {

/** The name of a link, padded with NUL; nothing but NUL when there is none of this index any more. */
using LinkName = std::array<char, 16>;
using NameOf = std::function<LinkName(uint32_t index)>;

/**
 * Copies the frames of a block that the kernel has filled (TPACKET_V3) to the end of `frames`, of each at most
 * `longest` bytes. What points out of the block ends it. Returns how many there were.
 */
std::size_t copy_frames(Bytes block, std::size_t longest, const NameOf& name_of, FrameBuffer& frames);

}  // namespace rtnetlink::wire
