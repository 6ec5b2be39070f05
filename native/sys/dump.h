#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "sys/completion_queue.h"
#include "sys/names.h"
#include "sys/netlink_socket.h"
#include "sys/predecessor.h"
#include "wire/dump_part.h"
#include "wire/message_writer.h"
#include "wire/record.h"

namespace rtnetlink::sys {

/** One dump over a socket on which nothing else is outstanding. */
class Dump {
 public:
  enum class Progress {
    kPart,
    /** Nothing for JavaScript, and more to come. */
    kNothing,
    /** It has completed. */
    kOver,
  };

  /** Begins anew, at most `restarts` times, when the kernel's tables changed meanwhile. */
  Dump(NetlinkSocket& socket, Names& names, CompletionQueue& completions, int restarts)
      : socket_(socket), names_(names), completions_(completions), restarts_left_(restarts) {}

  /** Encodes and sends. False when it is over already: it has completed. */
  bool start(const wire::Record& record, const Predecessor& previous, const std::stop_token& stop);
  /** Receives one datagram and posts what it holds. */
  Progress advance(const std::stop_token& stop);
  /** Whether it ended with all that there is. */
  bool succeeded() const { return succeeded_; }

 private:
  bool encode(const wire::Record& record, const Predecessor& previous, const std::stop_token& stop);
  bool send();
  std::optional<Received> receive(const std::stop_token& stop);
  void finish(const wire::Message& end);
  bool has_other_family(const wire::Message& end, const std::stop_token& stop);
  Progress restart();
  bool complete(const wire::Completion& completion, wire::Bytes first = {}, wire::Bytes second = {});

  NetlinkSocket& socket_;
  Names& names_;
  CompletionQueue& completions_;
  wire::MessageWriter writer_;
  uint32_t id_ = 0;
  /** Whose id may be stale: the name of the family, until the kernel was asked for it anew. */
  std::string family_;
  uint32_t sequence_ = 0;
  uint32_t restarts_ = 0;
  int restarts_left_;
  int truncations_ = 0;
  bool truncated_ = false;
  bool interrupted_ = false;
  bool filtered_ = false;
  bool has_parts_ = false;
  bool succeeded_ = false;
};

}  // namespace rtnetlink::sys
