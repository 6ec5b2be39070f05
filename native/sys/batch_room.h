#pragma once

#include <cstddef>

#include "wire/record.h"

namespace rtnetlink::sys {

/** How much goes into one exchange. */
class BatchRoom {
 public:
  static constexpr std::size_t kMostRecords = 128;
  static constexpr std::size_t kMostBytes = std::size_t{64} * 1024;

  /** `replies`: bytes of the socket's receive buffer, for all replies of the exchange. */
  explicit BatchRoom(std::size_t replies, std::size_t records = kMostRecords)
      : most_records_(records), most_replies_(replies) {}

  /** Whether the record fits behind those that were taken. The first does, whatever it is. */
  bool take(const wire::Record& record);

 private:
  const std::size_t most_records_;
  const std::size_t most_replies_;
  std::size_t records_ = 0;
  std::size_t bytes_ = 0;
  std::size_t replies_ = 0;
};

}  // namespace rtnetlink::sys
