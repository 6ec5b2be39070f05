#include "sys/slice.h"

#include <algorithm>

#include "sys/batch_room.h"

namespace rtnetlink::sys {

using wire::CompletionCode;

void Slice::run(const wire::Record& slice, Predecessor& previous, const std::stop_token& stop) {
  wire::SliceReader reader(slice);
  const uint32_t batch = slice.header()[1];
  most_records_ = batch == 0 ? BatchRoom::kMostRecords : std::min<std::size_t>(batch, BatchRoom::kMostRecords);
  next_ = reader.next();
  while (next_ && !stop.stop_requested()) {
    take_batch(reader);
    send_batch(previous, stop);
  }
  if (!next_) completions_.post({slice.id(), CompletionCode::kSliceDone}, completed_.bytes());
}

/** A linked record must know how its predecessor ended, so it starts a batch. */
void Slice::take_batch(wire::SliceReader& reader) {
  batch_.clear();
  BatchRoom room(replies_, most_records_);
  while (next_ && (batch_.empty() || !next_->has(wire::kLinked)) && room.take(*next_)) {
    batch_.push_back(*next_);
    next_ = reader.next();
  }
}

void Slice::send_batch(Predecessor& previous, const std::stop_token& stop) {
  const wire::Record& first = batch_.front();
  if (!first.has(wire::kLinked) || previous.succeeded)
    return completed_.append(exchange_.run_quietly(batch_, previous, stop));
  // What was skipped has nothing to say of those behind it, but for the next that is linked.
  completed_.append({first.id(), CompletionCode::kSkipped});
  previous = {};
  batch_.erase(batch_.begin());
  if (!batch_.empty()) completed_.append(exchange_.run_quietly(batch_, previous, stop));
}

}  // namespace rtnetlink::sys
