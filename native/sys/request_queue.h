#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "wire/record.h"

namespace rtnetlink::sys {

/**
 * The records of one session, in call order. The JavaScript thread appends to a chunk of its own and hands whole chunks
 * over; one job at a time takes from them.
 */
class RequestQueue {
 public:
  /** What the job is to do next. */
  enum class Turn {
    /** Nothing: the job ends, and the next flush wants a new one. */
    kIdle,
    /** As kIdle, and there will be nothing any more. */
    kClosed,
    /** Several ordinary records, for one exchange. */
    kBatch,
    kDump,
    kStream,
    /** A record that waits for another socket's. */
    kAfter,
    /** A record that is many messages, of which all succeed or none. */
    kTransaction,
    /** A record with records of its own in it. */
    kSlice,
    /** A record that is no message, but an ioctl(2) about a link. */
    kLinkIoctl,
    /** A run of overlapping records; none is taken yet. See take_overlap(). */
    kOverlap,
    /** A record that is linked to one that failed. */
    kSkipped,
    /** A record that was cancelled, and completed so. */
    kCancelled,
  };

  /** How many records go into one exchange. */
  struct Limits {
    /** Of the socket's receive buffer, for all replies of the exchange. */
    std::size_t replies;
  };

  // On the JavaScript thread.

  /** Whether the record belongs behind the one before it, and there is none to belong to in this flush. */
  bool is_orphan(const wire::Record& record) const { return record.has(wire::kLinked) && pending_->entries.empty(); }
  bool is_full() const;
  bool has_pending() const { return !pending_->entries.empty(); }
  void append(const wire::Record& record);
  /** Hands over what was appended. True when a job has to be started. */
  bool flush();
  /** True when the record had not been taken; its id will not come up any more. */
  bool cancel(uint32_t id);
  /** Cancels everything not yet taken and returns the ids. */
  std::vector<uint32_t> close();
  bool is_closed() const { return closed_; }
  /** True when a job has to be started to notice the end. */
  bool start_if_idle();
  /** Takes the next record if that waits for another socket's, and `is_due` says so. In place of the job that flush()
   * asked for. */
  bool take_waiting(const std::function<bool(const wire::Record&)>& is_due, std::vector<wire::Record>& records);
  /** The job that had to be started could not be. */
  void stand_still();

  // On the job's thread.

  /** Removes everything that was handed over and not taken, and returns the ids. */
  std::vector<uint32_t> withdraw();
  /** The records it returns are valid until the next call. */
  Turn take(bool previous_succeeded, const Limits& limits, std::vector<wire::Record>& records);
  /** The next record of a run, on any thread; nothing at the end of the run. Valid until the next take(). */
  std::optional<wire::Record> take_overlap();
  /** How many of a run of overlapping records wait, at most `most`. */
  std::size_t overlap_length(std::size_t most);

 private:
  struct Entry {
    std::size_t offset;
    std::size_t length;
    const wire::MessageKind* kind;
    bool cancelled;
  };

  /** Records that were handed over together. Its words do not move once it was. */
  struct Chunk {
    std::vector<uint32_t> words;
    std::vector<Entry> entries;
    std::size_t next = 0;
    uint32_t lowest_id = 0;
    uint32_t highest_id = 0;

    wire::Record record(const Entry& entry) const {
      return {*entry.kind, std::span(words).subspan(entry.offset, entry.length)};
    }
    bool is_used_up() const { return next == entries.size(); }
    bool cancel(uint32_t id);
    void clear();
  };

  static void remove_all(Chunk& chunk, std::vector<uint32_t>& ids);
  Chunk* front();
  std::size_t count_overlap(std::size_t most) const;
  Turn take_one(Chunk& chunk, std::vector<wire::Record>& records, Turn turn);
  void take_batch(const Limits& limits, std::vector<wire::Record>& records);
  void recycle_used_up();

  std::unique_ptr<Chunk> pending_ = std::make_unique<Chunk>();
  bool closed_ = false;

  std::mutex mutex_;
  std::deque<std::unique_ptr<Chunk>> chunks_;
  std::vector<std::unique_ptr<Chunk>> spare_;
  bool running_ = false;
  bool ending_ = false;
};

}  // namespace rtnetlink::sys
