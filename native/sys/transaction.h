#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>

#include "sys/completion_queue.h"
#include "sys/names.h"
#include "sys/netlink_socket.h"
#include "sys/predecessor.h"
#include "wire/message_reader.h"
#include "wire/message_writer.h"
#include "wire/record.h"

namespace rtnetlink::sys {

/** Sends messages of netfilter's of which all take effect, or none. binding.ts: NativeSocket.transaction() */
class Transaction {
 public:
  Transaction(NetlinkSocket& socket, Names& names, CompletionQueue& completions)
      : socket_(socket), names_(names), completions_(completions) {}

  /** Whether all of them took effect; it has completed. */
  bool run(const wire::Record& record, const Predecessor& previous, const std::stop_token& stop);

 private:
  bool encode(const wire::Record& record, const Predecessor& previous, const std::stop_token& stop);
  void ask_for_an_answer();
  bool send();
  bool receive(const std::stop_token& stop);
  std::optional<bool> read(wire::Bytes datagram);
  bool refuse(const wire::Message& answer);
  wire::Bytes message_at(std::size_t number) const;
  void drain();
  bool complete(const wire::Completion& completion, wire::Bytes first = {}, wire::Bytes second = {});

  NetlinkSocket& socket_;
  Names& names_;
  CompletionQueue& completions_;
  wire::MessageWriter writer_;
  uint32_t id_ = 0;
  /** Of the message that begins it; the others count on from there. */
  uint32_t first_ = 0;
  /** Number of the last message but the one that ends it. */
  uint32_t last_ = 0;
};

}  // namespace rtnetlink::sys
