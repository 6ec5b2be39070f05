#pragma once

#include <atomic>
#include <cstdint>

namespace rtnetlink::sys {

/** binding.ts: PacketCounts. Counted by one thread, read by another. */
struct PacketCounts {
  std::atomic<uint64_t> packets{0};
  std::atomic<uint64_t> bytes{0};
  /** Read, and thrown away: larger than kLargestPacket, or the driver could not say what it is. */
  std::atomic<uint64_t> discarded{0};

  void add(uint64_t more_packets, uint64_t more_bytes) {
    packets.fetch_add(more_packets, std::memory_order_relaxed);
    bytes.fetch_add(more_bytes, std::memory_order_relaxed);
  }
};

}  // namespace rtnetlink::sys
