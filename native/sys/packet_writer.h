#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "sys/completion_queue.h"
#include "sys/packet_counts.h"
#include "sys/packet_memory.h"
#include "sys/unique_fd.h"

namespace rtnetlink::sys {

/** How far a writer came: there is more to write, nothing more, or more than the device takes now. */
enum class WriteProgress { kMore, kDone, kStuck };

/** Whether copying them takes so long that a thread of its own had better write them while others are read. */
bool are_large(std::span<const Packet> packets);

/** Packets to write, which lie in a memory that stays until then. */
struct PacketBatch {
  uint32_t id;
  std::shared_ptr<const PacketMemory> memory;
  std::vector<Packet> packets;
};

/**
 * Writes batches to one descriptor, in order. One thread at a time does the work: a job of the pool, or a thread that
 * reads packets and does it as an errand.
 */
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
  /** True when somebody is to be found who calls run(), or go_on() until it is not kMore. */
  bool append(PacketBatch batch);
  /** Nobody could be found: everything that waits has failed. */
  void fail(const SystemError& error);

  /** Until there is nothing left to write. Should the device take no more, it waits, unless a stop is requested. */
  void run(const std::stop_token& stop);
  /** Writes some packets. What ends thereby waits for CompletionQueue::wake_for_rest(). kStuck: run() is to go on. */
  WriteProgress go_on();

  /** What would have to wait is given up: it completes as `cancelled`. */
  void hurry() { hurried_.store(true, std::memory_order_relaxed); }
  /** Until no job runs. */
  void wait();

  [[nodiscard]] const PacketCounts& counts() const { return counts_; }

 private:
  using Clock = std::chrono::steady_clock;

  /** Packets written between two looks for more: some 50 come in that time, of the 500 that the kernel holds. */
  static constexpr std::size_t kFew = 64;
  /** Of the event loop's time, between two batches whose end it hears of. */
  static constexpr std::chrono::microseconds kPatience{200};

  [[nodiscard]] bool is_idle();
  [[nodiscard]] bool try_write(const PacketMemory& memory, const Packet& packet);
  /** Takes the next batch unless one is at hand. False when there is none: then nobody is at it any more. */
  [[nodiscard]] bool next_batch();
  /** Writes packets of the batch at hand, at most so many, and posts its end. */
  template <typename Post>
  WriteProgress write_some(std::size_t most, Post post);
  bool wait_for_room(const std::stop_token& stop) const;

  const UniqueFd& descriptor_;
  CompletionQueue& completions_;
  std::mutex mutex_;
  std::condition_variable idle_;
  std::deque<PacketBatch> waiting_;
  bool running_ = false;
  /** Of whoever is at it: the batch at hand, and how many of its packets are written. */
  std::optional<PacketBatch> batch_;
  uint32_t written_ = 0;
  /** Of the JavaScript thread. */
  Clock::duration patience_ = kPatience;
  std::atomic<bool> hurried_ = false;
  PacketCounts counts_;
};

}  // namespace rtnetlink::sys
