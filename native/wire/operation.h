#pragma once

#include <cstdint>

namespace rtnetlink::wire {

/** binding.ts: Op */
enum class Operation : uint16_t {
  kU8 = 1,
  kU16 = 2,
  kU32 = 3,
  kU64 = 4,
  kBe16 = 5,
  kBe32 = 6,
  kBe64 = 7,
  kFlag = 8,
  kBytes = 9,
  kString = 10,
  kNest = 11,
  kEnd = 12,
  kRaw = 13,
  kLinkIndex = 14,
  kHeaderIndex = 15,
  kHeaderIndexOfPrevious = 16,
  kHeaderIndexOfPreviousLink = 17,
  kHop = 18,
  kHopIndex = 19,
  kFamily = 20,
  kMessage = 21,
  kRawIndex = 22,
};

}  // namespace rtnetlink::wire
