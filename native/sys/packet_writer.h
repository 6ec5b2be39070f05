#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <stop_token>
#include <vector>

#include "sys/completion_queue.h"
#include "sys/packet_counts.h"
#include "sys/packet_memory.h"
#include "sys/unique_fd.h"

namespace rtnetlink::sys {

/** Packets to write, which lie in a memory that stays until then. */
struct PacketBatch {
  uint32_t id;
  std::shared_ptr<const PacketMemory> memory;
  std::vector<Packet> packets;
};

/** Writes batches to one descriptor, in order. Its work is done by a job on a pooled thread, one at a time. */
class PacketWriter {
 public:
  /** The descriptor does not block, and outlives this. */
  PacketWriter(const UniqueFd& descriptor, CompletionQueue& completions)
      : descriptor_(descriptor), completions_(completions) {}

  /**
   * On the JavaScript thread: writes packets here and now, until one fails or it has been at it for long enough since
   * the last append(); none while earlier ones wait, or when they are large. Answers how many: the others are to be
   * appended.
   */
  std::size_t write_now(const PacketMemory& memory, std::span<const Packet> packets);
  /** True when a job is to be started, which calls run(). */
  bool append(PacketBatch batch);
  /** No job could be had: everything that waits has failed. */
  void fail(const SystemError& error);

  /** Until there is nothing left to write. Should the device take no more, it waits, unless a stop is requested. */
  void run(const std::stop_token& stop);

  /** What would have to wait is given up: it completes as `cancelled`. */
  void hurry() { hurried_.store(true, std::memory_order_relaxed); }
  /** Until no job runs. */
  void wait();

  [[nodiscard]] const PacketCounts& counts() const { return counts_; }

 private:
  using Clock = std::chrono::steady_clock;

  /** Of the event loop's time, between two batches whose end it hears of. */
  static constexpr std::chrono::microseconds kPatience{200};

  [[nodiscard]] bool is_idle();
  [[nodiscard]] bool try_write(const PacketMemory& memory, const Packet& packet);
  void write_all(const PacketBatch& batch, const std::stop_token& stop);
  /** False when it was given up. */
  bool write_one(const PacketBatch& batch, uint32_t number, const std::stop_token& stop);
  bool wait_for_room(const std::stop_token& stop) const;

  const UniqueFd& descriptor_;
  CompletionQueue& completions_;
  std::mutex mutex_;
  std::condition_variable idle_;
  std::deque<PacketBatch> waiting_;
  bool running_ = false;
  /** Of the JavaScript thread. */
  Clock::duration patience_ = kPatience;
  std::atomic<bool> hurried_ = false;
  PacketCounts counts_;
};

}  // namespace rtnetlink::sys
