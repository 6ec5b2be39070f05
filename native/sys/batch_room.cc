#include "sys/batch_room.h"

#include <linux/netlink.h>

namespace rtnetlink::sys {

namespace {

/** What replies take of a receive buffer, as the kernel counts it (measured on 6.18). An error is as large as an
 * acknowledgement. */
constexpr std::size_t kAcknowledgementCost = 830;
constexpr std::size_t kMessageCost = 2300;

std::size_t reply_cost(const wire::Record& record) {
  const bool has_message = record.has(wire::kReply) || (record.message_flags() & NLM_F_ECHO) != 0;
  return kAcknowledgementCost + (has_message ? kMessageCost : 0);
}

}  // namespace

bool BatchRoom::take(const wire::Record& record) {
  bytes_ += record.words().size() * sizeof(uint32_t);
  replies_ += reply_cost(record);
  const bool first = records_ == 0;
  if (!first && (bytes_ > kMostBytes || replies_ > most_replies_ || records_ == most_records_)) return false;
  ++records_;
  return true;
}

}  // namespace rtnetlink::sys
