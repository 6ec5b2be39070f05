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

/** Larger than any packet of a usual link: the kernel has left segments together. */
constexpr std::size_t kLarge = 4096;

std::size_t bytes_of(std::span<const Packet> packets) {
  std::size_t bytes = 0;
  for (const Packet& packet : packets) bytes += packet.length;
  return bytes;
}

}  // namespace

bool are_large(std::span<const Packet> packets) { return bytes_of(packets) > packets.size() * kLarge; }

std::size_t PacketWriter::write_now(const PacketMemory& memory, std::span<const Packet> packets) {
  if (!is_idle() || bytes_of(packets) > kSmall) return 0;
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
    if (batch_) failed.push_front(*std::exchange(batch_, std::nullopt));
    running_ = false;
    idle_.notify_all();
  }
  for (const PacketBatch& batch : failed) completions_.post(batch.id, error);
}

void PacketWriter::run(const std::stop_token& stop) {
  const auto post = [this](const wire::Completion& completion) { completions_.post(completion); };
  for (;;) {
    const WriteProgress progress = write_some(SIZE_MAX, post);
    if (progress == WriteProgress::kDone) return;
    if (progress == WriteProgress::kStuck && !wait_for_room(stop)) {
      completions_.post({batch_->id, CompletionCode::kCancelled, 0, written_});
      batch_.reset();
    }
  }
}

WriteProgress PacketWriter::go_on() {
  return write_some(kFew, [this](const wire::Completion& completion) { completions_.post_with_next(completion); });
}

template <typename Post>
WriteProgress PacketWriter::write_some(std::size_t most, Post post) {
  if (!next_batch()) return WriteProgress::kDone;
  for (; written_ < batch_->packets.size(); ++written_, --most) {
    if (most == 0) return WriteProgress::kMore;
    if (try_write(*batch_->memory, batch_->packets[written_])) continue;
    if (errno == EAGAIN) return WriteProgress::kStuck;
    completions_.post(batch_->id, SystemError(SystemCall::kWrite, errno, written_));
    batch_.reset();
    return WriteProgress::kMore;
  }
  post({batch_->id, CompletionCode::kDone});
  batch_.reset();
  return next_batch() ? WriteProgress::kMore : WriteProgress::kDone;
}

bool PacketWriter::next_batch() {
  if (batch_) return true;
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) {
    running_ = false;
    idle_.notify_all();
    return false;
  }
  batch_ = std::move(waiting_.front());
  waiting_.pop_front();
  written_ = 0;
  return true;
}

void PacketWriter::wait() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [&] { return !running_; });
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
