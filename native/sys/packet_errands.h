#pragma once

#include <deque>
#include <functional>
#include <mutex>

#include "sys/packet_writer.h"
#include "sys/wake_event.h"

namespace rtnetlink::sys {

/**
 * What the JavaScript thread asks of a thread that reads packets: to write some of them to another device. That thread
 * does a little of it between two looks for packets, so that nobody else need be woken, and its caches hold them.
 */
class PacketErrands {
 public:
  struct Errand {
    /** Does a little of it. */
    std::function<WriteProgress()> go_on;
    /** Leaves the rest to a thread that may wait. */
    std::function<void()> hand_over;
  };

  /** @throws SystemError (kEventfd) */
  PacketErrands() = default;

  /** On the JavaScript thread. False when the thread reads no more. */
  bool add(Errand errand);

  // On the thread that reads.

  /** Does a little of the oldest errand; false when there is none. */
  bool go_on();
  /** It is about to sleep until wake() or something else; false when there is an errand. */
  bool lie_down();
  void get_up();
  /** wake() was heard. */
  void clear() const { wake_.clear(); }
  /** It reads no more: others do the rest. */
  void close();

  /** On any thread. */
  void wake() const { wake_.signal(); }
  /** Readable from wake() to clear(). */
  [[nodiscard]] const UniqueFd& descriptor() const { return wake_.descriptor(); }

 private:
  const WakeEvent wake_;
  std::mutex mutex_;
  std::deque<Errand> errands_;
  bool asleep_ = false;
  bool closed_ = false;
};

}  // namespace rtnetlink::sys
