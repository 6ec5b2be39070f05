#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "sys/completion_queue.h"
#include "sys/names.h"
#include "sys/netlink_socket.h"
#include "sys/predecessor.h"
#include "wire/completion.h"
#include "wire/message_reader.h"
#include "wire/message_writer.h"
#include "wire/record.h"
#include "wire/resolver.h"

namespace rtnetlink::sys {

/** Sends a batch of ordinary records over a socket and completes each of them. Kept for the next batch, for its
 * buffers. */
class Exchange : private wire::Resolver {
 public:
  Exchange(NetlinkSocket& socket, Names& names, CompletionQueue& completions)
      : socket_(socket), names_(names), completions_(completions) {}

  /** `previous` is of the record before the first; afterwards, of the last. */
  void run(std::span<const wire::Record> records, Predecessor& previous, const std::stop_token& stop);
  /** Likewise, but posts nothing: answers the completions of those that did not just succeed. Valid until the next run.
   */
  const wire::CompletionBuffer& run_quietly(std::span<const wire::Record> records, Predecessor& previous,
                                            const std::stop_token& stop);

 private:
  enum class State : uint8_t {
    kUnsent,
    /** Sent, and an answer must come. */
    kAwaited,
    /** Sent without NLM_F_ACK: success is silent. */
    kSilent,
    /** Sent; its answer did not fit the receive buffer. */
    kTruncated,
    /** Refused, perhaps only because its family has another id by now. */
    kStale,
    kSucceeded,
    kFailed,
  };

  struct Slot {
    const wire::Record* record;
    std::size_t start;
    std::size_t length;
    State state;
  };

  void perform(std::span<const wire::Record> records, Predecessor& previous, const std::stop_token& stop);
  void encode(const wire::Record& record);

  void send_unsent(std::size_t end);
  void send_one_by_one(std::span<Slot> slots);
  void request_acknowledgement(const Slot& slot);
  void mark_sent(std::span<Slot> slots);
  void fail(std::span<Slot> slots, const SystemError& error);

  void receive();
  void receive_what_is_there();
  void settle_all(wire::Bytes datagram);
  void settle(const wire::Message& message, Slot& slot);
  void truncated(wire::Bytes datagram);
  void remember_link(const wire::Message& message);
  void refuse(Slot& slot, const wire::Message& answer);
  void conclude(Slot& slot, State state);
  void give_up(int error);
  void repeat_truncated();
  bool may_be_stale(const Slot& slot, const wire::Message& answer) const;
  void repeat_stale();
  void repeat_as(Slot& slot, wire::FamilyId family);
  void settle_silent();
  void succeed(const Slot& slot, wire::Bytes extended_ack = {});

  wire::Bytes request(const Slot& slot) const { return writer_.bytes(slot.start, slot.length); }

  wire::LinkIndex index_of(std::string_view name) override;
  wire::LinkIndex index_of_previous() override;
  wire::LinkIndex link_of_previous() override;
  wire::FamilyId family_of(std::string_view name) override;

  NetlinkSocket& socket_;
  Names& names_;
  CompletionQueue& completions_;
  wire::MessageWriter writer_;
  wire::CompletionBuffer completed_;
  std::vector<Slot> slots_;

  // Of the batch at hand.
  uint32_t first_sequence_ = 0;
  std::size_t sent_slots_ = 0;
  std::size_t awaited_ = 0;
  bool quiet_ = false;
  bool overrun_ = false;
  bool renames_unsent_ = false;
  bool families_are_fresh_ = false;
  const Predecessor* previous_ = nullptr;
  Predecessor last_;
  const std::stop_token* stop_ = nullptr;
  std::string known_name_;
  wire::LinkIndex known_index_;
};

}  // namespace rtnetlink::sys
