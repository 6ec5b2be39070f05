#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>

#include "sys/dump.h"
#include "sys/netlink_socket.h"
#include "sys/runtime.h"
#include "wire/record.h"

namespace rtnetlink::sys {

/**
 * A dump on a socket of its own that reads a few parts ahead of resume(). It holds no thread while it waits, and is
 * not repeated when it was interrupted: its reader has parts of it already.
 */
class StreamDump : public std::enable_shared_from_this<StreamDump> {
 public:
  StreamDump(std::shared_ptr<Runtime> runtime, NetlinkSocket socket, Names::OpenRoute open_route, uint32_t id);

  /** Sends the request; the parts come from jobs of their own. */
  void start(const wire::Record& record, const Predecessor& previous, const std::stop_token& stop);

  void resume();
  /** Completes it as `cancelled`, unless it has completed. */
  void cancel();
  bool is_over();

 private:
  enum class State { kRunning, kWaiting, kOver };

  /** binding.ts: STREAM_AHEAD. Half of them are read in a row, so that a thread is not woken for each. */
  static constexpr int kAhead = 4;

  /** What it lets go of as soon as it is over. */
  struct Channel {
    Channel(NetlinkSocket opened, Names::OpenRoute open_route, CompletionQueue& completions)
        : socket(std::move(opened)), names(socket, std::move(open_route)), dump(socket, names, completions, 0) {}
    NetlinkSocket socket;
    Names names;
    Dump dump;
  };

  void schedule();
  void run(const std::stop_token& stop);
  bool goes_on(Dump::Progress progress);
  bool is_cancelled();
  void end();

  const std::shared_ptr<Runtime> runtime_;
  const uint32_t id_;
  std::unique_ptr<Channel> channel_;

  std::mutex mutex_;
  State state_ = State::kRunning;
  /** Parts that may still be read before JavaScript has taken some. */
  int credit_ = kAhead;
  bool cancelled_ = false;
};

}  // namespace rtnetlink::sys
