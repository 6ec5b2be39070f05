#include "sys/request_queue.h"

#include <algorithm>
#include <utility>

#include "sys/batch_room.h"

namespace rtnetlink::sys {

namespace {

constexpr std::size_t kMostSpare = 4;

bool is_waiting(const wire::Record& record) { return record.kind().type == wire::kAfter; }

bool is_link_ioctl(const wire::Record& record) { return record.kind().type == wire::kLinkIoctl; }

bool is_overlapping(const wire::Record& record) { return record.has(wire::kOverlap) && !record.has(wire::kLinked); }

}  // namespace

bool RequestQueue::Chunk::cancel(uint32_t id) {
  if (id < lowest_id || id > highest_id) return false;
  for (std::size_t i = next; i < entries.size(); ++i) {
    if (record(entries[i]).id() == id) return !std::exchange(entries[i].cancelled, true);
  }
  return false;
}

void RequestQueue::Chunk::clear() {
  words.clear();
  entries.clear();
  next = 0;
}

bool RequestQueue::is_full() const {
  return pending_->entries.size() >= BatchRoom::kMostRecords ||
         pending_->words.size() * sizeof(uint32_t) >= BatchRoom::kMostBytes;
}

void RequestQueue::append(const wire::Record& record) {
  Chunk& chunk = *pending_;
  const bool first = chunk.entries.empty();
  chunk.entries.push_back({chunk.words.size(), record.words().size(), &record.kind(), false});
  chunk.words.insert(chunk.words.end(), record.words().begin(), record.words().end());
  chunk.lowest_id = first ? record.id() : std::min(chunk.lowest_id, record.id());
  chunk.highest_id = first ? record.id() : std::max(chunk.highest_id, record.id());
}

bool RequestQueue::flush() {
  const std::lock_guard lock(mutex_);
  if (!pending_->entries.empty()) {
    chunks_.push_back(std::move(pending_));
    if (spare_.empty()) {
      pending_ = std::make_unique<Chunk>();
    } else {
      pending_ = std::move(spare_.back());
      spare_.pop_back();
    }
  }
  return !chunks_.empty() && !std::exchange(running_, true);
}

bool RequestQueue::cancel(uint32_t id) {
  if (pending_->cancel(id)) return true;
  const std::lock_guard lock(mutex_);
  return std::any_of(chunks_.begin(), chunks_.end(), [id](const auto& chunk) { return chunk->cancel(id); });
}

std::vector<uint32_t> RequestQueue::close() {
  closed_ = true;
  std::vector<uint32_t> ids;
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    for (const auto& chunk : chunks_) remove_all(*chunk, ids);
  }
  remove_all(*pending_, ids);
  return ids;
}

std::vector<uint32_t> RequestQueue::withdraw() {
  std::vector<uint32_t> ids;
  const std::lock_guard lock(mutex_);
  for (const auto& chunk : chunks_) remove_all(*chunk, ids);
  return ids;
}

void RequestQueue::remove_all(Chunk& chunk, std::vector<uint32_t>& ids) {
  for (; !chunk.is_used_up(); ++chunk.next) {
    const Entry& entry = chunk.entries[chunk.next];
    if (!entry.cancelled) ids.push_back(chunk.record(entry).id());
  }
}

bool RequestQueue::start_if_idle() {
  const std::lock_guard lock(mutex_);
  return !std::exchange(running_, true);
}

void RequestQueue::stand_still() {
  const std::lock_guard lock(mutex_);
  running_ = false;
}

/** The chunk with the next record, or null. With the mutex held. */
RequestQueue::Chunk* RequestQueue::front() {
  for (const auto& chunk : chunks_) {
    if (!chunk->is_used_up()) return chunk.get();
  }
  return nullptr;
}

RequestQueue::Turn RequestQueue::take(bool previous_succeeded, const Limits& limits,
                                      std::vector<wire::Record>& records) {
  records.clear();
  const std::lock_guard lock(mutex_);
  recycle_used_up();
  Chunk* chunk = front();
  if (chunk == nullptr) {
    running_ = ending_;
    return ending_ ? Turn::kClosed : Turn::kIdle;
  }
  const Entry& entry = chunk->entries[chunk->next];
  const wire::Record record = chunk->record(entry);
  if (entry.cancelled) return take_one(*chunk, records, Turn::kCancelled);
  if (record.has(wire::kLinked) && !previous_succeeded) return take_one(*chunk, records, Turn::kSkipped);
  if (is_waiting(record)) return take_one(*chunk, records, Turn::kAfter);
  if (record.kind().is_transaction()) return take_one(*chunk, records, Turn::kTransaction);
  if (record.kind().is_slice()) return take_one(*chunk, records, Turn::kSlice);
  if (is_link_ioctl(record)) return take_one(*chunk, records, Turn::kLinkIoctl);
  if (record.has(wire::kStream)) return take_one(*chunk, records, Turn::kStream);
  if (record.has(wire::kDump)) return take_one(*chunk, records, Turn::kDump);
  if (is_overlapping(record) && count_overlap(2) == 2) return Turn::kOverlap;
  take_batch(limits, records);
  return Turn::kBatch;
}

bool RequestQueue::take_waiting(const std::function<bool(const wire::Record&)>& is_due,
                                std::vector<wire::Record>& records) {
  records.clear();
  const std::lock_guard lock(mutex_);
  recycle_used_up();
  Chunk* chunk = front();
  if (chunk == nullptr) return false;
  const Entry& entry = chunk->entries[chunk->next];
  const wire::Record record = chunk->record(entry);
  if (entry.cancelled || record.has(wire::kLinked) || !is_waiting(record) || !is_due(record)) return false;
  take_one(*chunk, records, Turn::kAfter);
  return true;
}

RequestQueue::Turn RequestQueue::take_one(Chunk& chunk, std::vector<wire::Record>& records, Turn turn) {
  records.push_back(chunk.record(chunk.entries[chunk.next++]));
  return turn;
}

/** The first record goes in whatever it is. A linked one must know how its predecessor ended, so it starts a batch. */
void RequestQueue::take_batch(const Limits& limits, std::vector<wire::Record>& records) {
  BatchRoom room(limits.replies);
  for (const auto& chunk : chunks_) {
    for (; !chunk->is_used_up(); ++chunk->next) {
      const Entry& entry = chunk->entries[chunk->next];
      const wire::Record record = chunk->record(entry);
      const bool alone = entry.cancelled || record.has(wire::kDump) || record.has(wire::kLinked) ||
                         is_overlapping(record) || is_waiting(record) || is_link_ioctl(record) ||
                         record.kind().is_transaction() || record.kind().is_slice();
      if ((!records.empty() && alone) || !room.take(record)) return;
      records.push_back(record);
    }
  }
}

/** A chunk is only given back here: records of it may be in use until the job takes again. */
void RequestQueue::recycle_used_up() {
  while (!chunks_.empty() && chunks_.front()->is_used_up()) {
    std::unique_ptr<Chunk> chunk = std::move(chunks_.front());
    chunks_.pop_front();
    if (spare_.size() == kMostSpare || chunk->words.capacity() * sizeof(uint32_t) > 4 * BatchRoom::kMostBytes) continue;
    chunk->clear();
    spare_.push_back(std::move(chunk));
  }
}

std::optional<wire::Record> RequestQueue::take_overlap() {
  const std::lock_guard lock(mutex_);
  for (Chunk* chunk = front(); chunk != nullptr; chunk = front()) {
    const Entry& entry = chunk->entries[chunk->next];
    const wire::Record record = chunk->record(entry);
    if (!is_overlapping(record)) return std::nullopt;
    ++chunk->next;
    if (!entry.cancelled) return record;
  }
  return std::nullopt;
}

std::size_t RequestQueue::overlap_length(std::size_t most) {
  const std::lock_guard lock(mutex_);
  return count_overlap(most);
}

std::size_t RequestQueue::count_overlap(std::size_t most) const {
  std::size_t count = 0;
  for (const auto& chunk : chunks_) {
    for (std::size_t i = chunk->next; i < chunk->entries.size(); ++i) {
      if (count == most || !is_overlapping(chunk->record(chunk->entries[i]))) return count;
      count += chunk->entries[i].cancelled ? 0 : 1;
    }
  }
  return count;
}

}  // namespace rtnetlink::sys
