#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "sys/completion_queue.h"
#include "sys/event_socket.h"
#include "sys/message_rate.h"
#include "sys/monitored.h"

namespace rtnetlink::sys {

/** Hands what an event socket hears to JavaScript, many messages at a time. */
class Monitor final : public Monitored {
 public:
  /** `events`: the id under which parts arrive; `backlog`: how many bytes of them may wait for JavaScript. */
  Monitor(EventSocket socket, uint32_t events, std::size_t backlog, CompletionQueue& completions)
      : completions_(completions), events_(events), backlog_(backlog), socket_(std::move(socket)) {}

  bool take(std::size_t bytes) override;
  void sync(uint32_t id) override;
  void close(std::optional<uint32_t> id) override;

  [[nodiscard]] std::vector<Descriptor> descriptors() const override;
  Next work() override;

 private:
  /** What work() was asked for meanwhile. */
  struct Asked {
    std::vector<uint32_t> syncs;
    bool close = false;
    std::optional<uint32_t> closed_by;
  };

  Asked asked();
  bool is_full();
  /** True when there was nothing more to receive. */
  bool drain();
  void append(const EventSocket::Event& event);
  void post_batch();
  void settle(bool empty);
  void fail(const SystemError& error);
  Next close_now(std::optional<uint32_t> id);

  CompletionQueue& completions_;
  const uint32_t events_;
  const std::size_t backlog_;

  // Of the monitor thread.
  std::optional<EventSocket> socket_;
  MessageRate rate_;
  std::vector<std::byte> batch_;
  uint32_t batch_namespace_ = EventSocket::kOwnNamespace;
  bool overrun_ = false;
  std::vector<uint32_t> syncs_;
  /** Of what was there when it was asked to sync, or when there was an overrun: more than this was not. */
  std::size_t unsettled_ = 0;
  bool failed_ = false;

  std::mutex mutex_;
  Asked asked_;
  std::size_t unread_ = 0;
  bool paused_ = false;
};

}  // namespace rtnetlink::sys
