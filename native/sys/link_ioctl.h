#pragma once

#include <stop_token>

#include "sys/completion_queue.h"
#include "sys/names.h"
#include "sys/netlink_socket.h"
#include "sys/predecessor.h"
#include "wire/message_writer.h"
#include "wire/record.h"

namespace rtnetlink::sys {

/** Performs a record that is an ioctl(2) about a link. binding.ts: NativeSocket.linkIoctl() */
class LinkIoctl {
 public:
  LinkIoctl(NetlinkSocket& socket, Names& names, CompletionQueue& completions)
      : socket_(socket), names_(names), completions_(completions) {}

  /** Whether it succeeded; it has completed. */
  bool run(const wire::Record& record, const Predecessor& previous, const std::stop_token& stop);

 private:
  bool perform(uint32_t id);

  NetlinkSocket& socket_;
  Names& names_;
  CompletionQueue& completions_;
  wire::MessageWriter writer_;
};

}  // namespace rtnetlink::sys
