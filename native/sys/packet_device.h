#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sys/completion_queue.h"
#include "sys/counters.h"
#include "sys/packet_reader.h"
#include "sys/packet_writer.h"
#include "sys/thread_pool.h"
#include "sys/tun.h"

namespace rtnetlink::sys {

/**
 * A tun, tap, macvtap or ipvtap that is open: for each queue a descriptor, a writer, and a reader once somebody reads.
 * Closing a descriptor waits for the kernel, 20 ms where its link goes with it: never on the JavaScript thread.
 */
class PacketDevice {
 public:
  enum class Deletion { kIsRead, kMustBeAsked };

  PacketDevice(OpenedQueues opened, Deletion deletion, Counters& counters, CompletionQueue& completions);
  ~PacketDevice() { close(); }
  PacketDevice(const PacketDevice&) = delete;
  PacketDevice& operator=(const PacketDevice&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] uint32_t queue_count() const { return static_cast<uint32_t>(queues_.size()); }

  // On the JavaScript thread.

  /** Starts the reader of a queue. @throws SystemError (kEventfd, kThread) */
  void read(uint32_t queue, const std::shared_ptr<PacketMemory>& memory, PacketNews news);
  /** Null before read(). */
  [[nodiscard]] PacketReader* reader(uint32_t queue) const { return queues_[queue]->reader.get(); }
  [[nodiscard]] PacketWriter& writer(uint32_t queue) const { return queues_[queue]->writer; }

  // On a native thread.

  void set_persist(bool persist);
  void attach_queue(uint32_t queue);
  void detach_queue(uint32_t queue);

  /** Lets the writers do what they were given, as far as the device takes it at once. */
  void finish_writing();
  /** Stops the readers, which may be writing to other devices. */
  void stop_reading();
  /** Stops the readers and closes the descriptors; nobody may write any more. Idempotent. */
  void close();

 private:
  struct Queue {
    Queue(UniqueFd opened, CompletionQueue& completions)
        : descriptor(std::move(opened)), writer(descriptor, completions) {}

    UniqueFd descriptor;
    PacketWriter writer;
    std::unique_ptr<PacketReader> reader;
    std::thread thread;
  };

  void join_readers();

  const std::string name_;
  const Deletion deletion_;
  Counters& counters_;
  Counted counted_;
  std::vector<std::unique_ptr<Queue>> queues_;
  /** Held on native threads, while descriptors are closed or used for anything but packets. */
  std::mutex mutex_;
};

}  // namespace rtnetlink::sys
