#include "sys/packet_writer.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "sys/retry.h"
#include "sys/system_error.h"

namespace rtnetlink::sys {

using wire::CompletionCode;

namespace {

/** Copying more than this takes longer than waking a thread. */
constexpr std::size_t kSmall = 16 * 1024;

bool are_small(std::span<const Packet> packets) {
  std::size_t bytes = 0;
  for (const Packet& packet : packets) bytes += packet.length;
  return bytes <= kSmall;
}

}  // namespace

std::size_t PacketWriter::write_now(const PacketMemory& memory, std::span<const Packet> packets) {
  if (!is_idle() || !are_small(packets)) return 0;
  std::size_t written = 0;
  for (Clock::time_point start = Clock::now(); written < packets.size() && patience_ > Clock::duration::zero();) {
    if (!try_write(memory, packets[written])) break;
    ++written;
    const Clock::time_point end = Clock::now();
    patience_ -= end - start;
    start = end;
  }
  return written;
}

bool PacketWriter::is_idle() {
  const std::lock_guard lock(mutex_);
  return !running_;
}

bool PacketWriter::append(PacketBatch batch) {
  patience_ = kPatience;
  const std::lock_guard lock(mutex_);
  waiting_.push_back(std::move(batch));
  return !std::exchange(running_, true);
}

void PacketWriter::fail(const SystemError& error) {
  std::deque<PacketBatch> failed;
  {
    const std::lock_guard lock(mutex_);
    failed.swap(waiting_);
    running_ = false;
  }
  for (const PacketBatch& batch : failed) completions_.post(batch.id, error);
}

void PacketWriter::run(const std::stop_token& stop) {
  for (;;) {
    PacketBatch batch;
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.empty()) {
        running_ = false;
        idle_.notify_all();
        return;
      }
      batch = std::move(waiting_.front());
      waiting_.pop_front();
    }
    write_all(batch, stop);
  }
}

void PacketWriter::wait() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [&] { return !running_; });
}

void PacketWriter::write_all(const PacketBatch& batch, const std::stop_token& stop) {
  try {
    for (uint32_t number = 0; number < batch.packets.size(); ++number) {
      if (!write_one(batch, number, stop)) return completions_.post({batch.id, CompletionCode::kCancelled, 0, number});
    }
    completions_.post({batch.id, CompletionCode::kDone});
  } catch (const SystemError& error) {
    completions_.post(batch.id, error);
  }
}

bool PacketWriter::write_one(const PacketBatch& batch, uint32_t number, const std::stop_token& stop) {
  while (!try_write(*batch.memory, batch.packets[number])) {
    if (errno != EAGAIN) throw SystemError(SystemCall::kWrite, errno, number);
    if (!wait_for_room(stop)) return false;
  }
  return true;
}

/** False with errno. */
bool PacketWriter::try_write(const PacketMemory& memory, const Packet& packet) {
  const std::byte* data = memory.bytes().data() + packet.offset;
  if (retry([&] { return ::write(descriptor_.get(), data, packet.length); }) < 0) return false;
  counts_.add(1, packet.length);
  return true;
}

bool PacketWriter::wait_for_room(const std::stop_token& stop) const {
  constexpr int kSlice = 50;
  for (;;) {
    if (hurried_.load(std::memory_order_relaxed) || stop.stop_requested()) return false;
    pollfd watched{.fd = descriptor_.get(), .events = POLLOUT, .revents = 0};
    if (poll(&watched, 1, kSlice) != 0) return true;
  }
}

}  // namespace rtnetlink::sys
