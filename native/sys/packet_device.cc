#include "sys/packet_device.h"

#include <utility>

#include "sys/native_thread.h"
#include "sys/system_error.h"
#include "sys/tap_link.h"

namespace rtnetlink::sys {

PacketDevice::PacketDevice(OpenedQueues opened, Deletion deletion, Counters& counters, CompletionQueue& completions)
    : name_(std::move(opened.name)), deletion_(deletion), counters_(counters), counted_(counters.devices) {
  for (UniqueFd& queue : opened.queues) queues_.push_back(std::make_unique<Queue>(std::move(queue), completions));
}

void PacketDevice::read(uint32_t queue, const std::shared_ptr<PacketMemory>& memory, PacketNews news) {
  Queue& at = *queues_[queue];
  PacketReader::IsGone is_gone;
  if (deletion_ == Deletion::kMustBeAsked) is_gone = [&at] { return is_tap_link_gone(at.descriptor); };
  auto reader = std::make_unique<PacketReader>(at.descriptor, memory, news, std::move(is_gone));
  at.thread = start_native_thread([this, &reader = *reader] {
    const Counted thread(counters_.threads);
    reader.run();
  });
  at.reader = std::move(reader);
}

void PacketDevice::set_persist(bool persist) {
  const std::lock_guard lock(mutex_);
  sys::set_persist(queues_.front()->descriptor, persist);
}

void PacketDevice::attach_queue(uint32_t queue) {
  const std::lock_guard lock(mutex_);
  sys::attach_queue(queues_[queue]->descriptor);
}

void PacketDevice::detach_queue(uint32_t queue) {
  const std::lock_guard lock(mutex_);
  sys::detach_queue(queues_[queue]->descriptor);
}

void PacketDevice::finish_writing() {
  for (const auto& queue : queues_) queue->writer.hurry();
  for (const auto& queue : queues_) queue->writer.wait();
}

void PacketDevice::stop_reading() {
  const std::lock_guard lock(mutex_);
  join_readers();
}

void PacketDevice::close() {
  const std::lock_guard lock(mutex_);
  join_readers();
  for (const auto& queue : queues_) queue->descriptor.reset();
  counted_ = Counted();
}

void PacketDevice::join_readers() {
  for (const auto& queue : queues_) {
    if (queue->reader) queue->reader->stop();
  }
  for (const auto& queue : queues_) {
    if (queue->thread.joinable()) queue->thread.join();
  }
}

}  // namespace rtnetlink::sys
