#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "sys/completion_queue.h"
#include "sys/packet_counts.h"
#include "sys/packet_errands.h"
#include "sys/packet_memory.h"
#include "sys/packet_rate.h"
#include "sys/packet_ring.h"
#include "sys/unique_fd.h"

namespace rtnetlink::sys {

/** How the JavaScript thread hears of the packets of a queue: by parts of a request. */
struct PacketNews {
  CompletionQueue& completions;
  uint32_t id;
  uint32_t queue;

  /** On any thread: with 0 when there are packets to take, with an errno when no more will come. */
  void tell(int error) const {
    completions.post({id, wire::CompletionCode::kPart, static_cast<uint32_t>(error), queue});
  }
};

/**
 * Reads the packets of one queue into a ring, on a thread of its own, which does errands with them between two looks;
 * docs/decisions/0049.
 */
class PacketReader {
 public:
  /** Says whether the device has gone without a word; asked now and then. Null where a read would tell. */
  using IsGone = std::function<bool()>;

  /** The descriptor does not block, and outlives this. @throws SystemError (kEventfd) */
  PacketReader(const UniqueFd& descriptor, const std::shared_ptr<PacketMemory>& memory, PacketNews news,
               IsGone is_gone);

  /** On the reader's thread, until stop() or an error. */
  void run();
  void stop();

  // binding.ts: NativePacketDevice. On the JavaScript thread.
  void want();
  std::size_t take(std::span<Packet> into) { return ring_.take(into); }
  void release(std::size_t count);

  [[nodiscard]] const PacketCounts& counts() const { return counts_; }
  /** Packets come fast. */
  [[nodiscard]] bool is_busy() const { return rate_.is_high(); }

 private:
  using Clock = PacketRate::Clock;

  struct Drained {
    std::size_t packets = 0;
    uint64_t bytes = 0;
    /** There was nothing more to read. */
    bool empty = false;
    int error = 0;
  };

  Drained drain(const PacketRing::Room& room);
  [[nodiscard]] bool is_time_to_tell(const Drained& drained, Clock::time_point now) const;
  void wait_for_packets();
  void wait_for_room();
  void tell_rest();
  /** False when the time was over. */
  bool wait(bool for_packets, const std::chrono::nanoseconds* at_most);

  const UniqueFd& descriptor_;
  PacketRing ring_;
  const PacketNews news_;
  const IsGone is_gone_;
  /** It is woken through these also when there is room again, or it is to stop. */
  const std::shared_ptr<PacketErrands> errands_;
  std::atomic<bool> stopped_ = false;
  PacketRate rate_;
  Clock::time_point told_;
  bool gone_ = false;
  PacketCounts counts_;
};

}  // namespace rtnetlink::sys
