#pragma once

#include <cstddef>
#include <optional>
#include <stop_token>
#include <vector>

#include "sys/completion_queue.h"
#include "sys/exchange.h"
#include "sys/predecessor.h"
#include "wire/record.h"
#include "wire/slice.h"

namespace rtnetlink::sys {

/** Sends the records of a slice, in as few batches as may be, and completes it as one. binding.ts: NativeSocket.slice()
 */
class Slice {
 public:
  /** `replies`: bytes of the socket's receive buffer, for all replies of a batch. */
  Slice(Exchange& exchange, CompletionQueue& completions, std::size_t replies)
      : exchange_(exchange), completions_(completions), replies_(replies) {}

  void run(const wire::Record& slice, Predecessor& previous, const std::stop_token& stop);

 private:
  void take_batch(wire::SliceReader& reader);
  void send_batch(Predecessor& previous, const std::stop_token& stop);

  Exchange& exchange_;
  CompletionQueue& completions_;
  const std::size_t replies_;
  std::size_t most_records_ = 0;
  std::optional<wire::Record> next_;
  std::vector<wire::Record> batch_;
  wire::CompletionBuffer completed_;
};

}  // namespace rtnetlink::sys
