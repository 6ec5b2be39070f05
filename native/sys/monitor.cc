#include "sys/monitor.h"

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "sys/system_error.h"
#include "wire/align.h"

namespace rtnetlink::sys {

namespace {

using wire::CompletionCode;

/** A part of this size fits into the inbox with others. */
constexpr std::size_t kBatch = std::size_t{4} * 1024;
/** Then it is the turn of the other sockets. */
constexpr int kMostInARow = 512;

/**
 * Bytes of the kernel's own accounting, of which a route takes 800. In a smaller receive buffer every moment counts.
 */
constexpr std::size_t kRoomToGather = std::size_t{4} * 1024 * 1024;

}  // namespace

bool Monitor::take(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  unread_ -= std::min(bytes, unread_);
  return paused_ && unread_ <= backlog_ / 2 && std::exchange(paused_, false);
}

void Monitor::sync(uint32_t id) {
  const std::lock_guard lock(mutex_);
  asked_.syncs.push_back(id);
}

void Monitor::close(std::optional<uint32_t> id) {
  const std::lock_guard lock(mutex_);
  asked_.close = true;
  asked_.closed_by = id;
}

Monitor::Asked Monitor::asked() {
  const std::lock_guard lock(mutex_);
  return std::exchange(asked_, {});
}

bool Monitor::is_full() {
  const std::lock_guard lock(mutex_);
  paused_ = unread_ > backlog_;
  return paused_;
}

std::vector<Monitored::Descriptor> Monitor::descriptors() const {
  return {{.fd = &socket_->descriptor(), .events = EPOLLIN}};
}

Monitored::Next Monitor::work() {
  const Asked now = asked();
  syncs_.insert(syncs_.end(), now.syncs.begin(), now.syncs.end());
  if (now.close) return close_now(now.closed_by);
  if (!now.syncs.empty()) unsettled_ = socket_->capacity();
  if (is_full() || failed_) return Next::kPause;
  try {
    const bool empty = drain();
    settle(empty);
    const bool gathers = empty && rate_.is_high() && socket_->capacity() >= kRoomToGather;
    return gathers ? Next::kGather : Next::kWait;
  } catch (const SystemError& error) {
    fail(error);
    return Next::kPause;
  }
}

Monitored::Next Monitor::close_now(std::optional<uint32_t> id) {
  for (const uint32_t sync : std::exchange(syncs_, {})) completions_.post({sync, CompletionCode::kCancelled});
  socket_.reset();
  if (id) completions_.post({*id, CompletionCode::kDone});
  return Next::kOver;
}

bool Monitor::drain() {
  bool empty = false;
  std::size_t messages = 0;
  // What was received with others is handed on with them: no event of the descriptor's would call for it.
  for (int i = 0; (i < kMostInARow || socket_->has_received()) && !empty; ++i) {
    const EventSocket::Event event = socket_->receive();
    switch (event.what) {
      case EventSocket::Event::What::kNothing:
        empty = true;
        break;
      case EventSocket::Event::What::kOverrun:
        overrun_ = true;
        unsettled_ = socket_->capacity();
        break;
      case EventSocket::Event::What::kMessages:
        ++messages;
        append(event);
    }
  }
  post_batch();
  rate_.count(messages, MessageRate::Clock::now());
  return empty;
}

void Monitor::append(const EventSocket::Event& event) {
  const std::size_t size = wire::align(event.bytes.size());
  if (event.namespace_id != batch_namespace_ || batch_.size() + size > kBatch) post_batch();
  batch_namespace_ = event.namespace_id;
  batch_.insert(batch_.end(), event.bytes.begin(), event.bytes.end());
  batch_.resize(wire::align(batch_.size()));
  unsettled_ -= std::min(unsettled_, size);
}

void Monitor::post_batch() {
  if (batch_.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    unread_ += batch_.size();
  }
  completions_.post({events_, CompletionCode::kPart, 0, batch_namespace_}, batch_);
  batch_.clear();
}

/**
 * Behind what was in the socket by then: the kernel goes on dropping until that is empty (NETLINK_S_CONGESTED), and
 * says so once; who reads the tables again any sooner would miss what is dropped meanwhile.
 */
void Monitor::settle(bool empty) {
  if (!empty && unsettled_ > 0) return;
  if (std::exchange(overrun_, false)) {
    completions_.post({events_, CompletionCode::kPart, ENOBUFS, socket_->drops()});
  }
  for (const uint32_t id : std::exchange(syncs_, {})) completions_.post({id, CompletionCode::kDone});
}

void Monitor::fail(const SystemError& error) {
  post_batch();
  completions_.post(
      {events_, CompletionCode::kPart, static_cast<uint32_t>(error.error()), static_cast<uint32_t>(error.call())});
  failed_ = true;
}

}  // namespace rtnetlink::sys
