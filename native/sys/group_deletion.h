#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "sys/completion_queue.h"
#include "sys/netlink_socket.h"
#include "wire/message_reader.h"
#include "wire/message_writer.h"
#include "wire/record.h"

namespace rtnetlink::sys {

/**
 * Deletes many links at the price of one. Each deletion costs the kernel an rcu_barrier of some 16 ms, which a deletion
 * by group pays once for all (rtnl_group_dellink() in net/core/rtnetlink.c). So the links go into a group of their own
 * and out together, in one sendmsg. docs/decisions has the figures.
 */
class GroupDeletion {
 public:
  GroupDeletion(NetlinkSocket& socket, CompletionQueue& completions, const std::stop_token& stop)
      : socket_(socket), completions_(completions), stop_(stop) {}

  /** How many links go together: for as long the kernel holds its lock. */
  static constexpr std::size_t kMost = 256;

  /** Completes those that are deleted. Returns the others, untouched, to be deleted one by one. */
  std::vector<wire::Record> run(std::span<const wire::Record> records);

 private:
  /** What the kernel says of a link that is to be deleted. */
  struct Victim {
    wire::Record record;
    uint32_t index = 0;
    uint32_t group = 0;
    bool deletable = false;
  };

  enum class Outcome { kDeleted, kRefused, kLost };

  void look_up();
  void ask(std::span<Victim> victims);
  void note(const wire::Message& message, std::span<Victim> victims, uint32_t first_sequence);
  void leave_twins();
  Outcome delete_together();
  void put(uint16_t type, uint16_t flags, uint32_t sequence, uint32_t index, uint32_t group);
  void restore_groups();
  void complete(wire::CompletionCode code, int error);
  template <typename Visit>
  bool receive_until(uint32_t last_sequence, Visit visit);

  NetlinkSocket& socket_;
  CompletionQueue& completions_;
  const std::stop_token& stop_;
  wire::MessageWriter writer_;
  std::vector<Victim> victims_;
};

}  // namespace rtnetlink::sys
