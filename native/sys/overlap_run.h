#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "sys/completion_queue.h"
#include "sys/counters.h"
#include "sys/netlink_socket.h"
#include "sys/predecessor.h"
#include "sys/request_queue.h"
#include "sys/runtime.h"
#include "sys/socket_origin.h"

namespace rtnetlink::sys {

/**
 * A run of overlapping records, spread over threads that have a socket each and end with the run. The kernel releases
 * RTNL while the deletion of a link waits for its readers, so the waits of many overlap. Many deletions go by group
 * first.
 */
class OverlapRun {
 public:
  OverlapRun(RequestQueue& queue, const SocketOrigin& origin, Runtime& runtime)
      : queue_(queue), origin_(origin), runtime_(runtime) {}

  /** Returns when all have completed, with the outcome of the last in call order. */
  Predecessor run(NetlinkSocket& first, const std::stop_token& stop);

 private:
  struct Turn {
    wire::Record record;
    std::size_t number;
  };

  void delete_in_groups(NetlinkSocket& socket, const std::stop_token& stop);
  std::vector<wire::Record> take_deletions();
  std::size_t waiting(std::size_t most);
  void work_beside(const NetlinkSocket& first, const std::stop_token& stop);
  void work(NetlinkSocket& socket, const std::stop_token& stop);
  std::optional<Turn> next();
  void conclude(std::size_t number, const Predecessor& outcome);

  static constexpr std::size_t kMostSockets = 32;
  /** Below this the price of looking each link up first is not worth it. */
  static constexpr std::size_t kFewestForGroup = 8;

  RequestQueue& queue_;
  const SocketOrigin& origin_;
  Runtime& runtime_;

  std::mutex mutex_;
  /** What a deletion by group left over; to be done before the rest of the queue. */
  std::deque<wire::Record> left_;
  std::size_t taken_ = 0;
  std::size_t last_ = 0;
  Predecessor outcome_;
};

}  // namespace rtnetlink::sys
