#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sys/unique_fd.h"

namespace rtnetlink::sys {

/** Something that the monitor thread looks after. */
class Monitored {
 public:
  enum class Next {
    /** Until one of its descriptors is ready. */
    kWait,
    /** For a moment: what comes meanwhile had better be done in one go. */
    kGather,
    /** Until the thread is called. */
    kPause,
    /** There will be no more. */
    kOver,
  };

  struct Descriptor {
    const UniqueFd* fd;
    /** EPOLLIN … */
    uint32_t events;
  };

  Monitored() = default;
  Monitored(const Monitored&) = delete;
  Monitored& operator=(const Monitored&) = delete;
  virtual ~Monitored() = default;

  // On any thread.

  /** JavaScript has taken that many bytes of parts. True: the monitor thread is to be called. */
  virtual bool take(std::size_t bytes) = 0;
  /** Completes behind the parts of what there is to tell. The monitor thread is to be called then. */
  virtual void sync(uint32_t id) = 0;
  /** The monitor thread is to be called then. It lets go, and completes that request, if there is one.
   */
  virtual void close(std::optional<uint32_t> id) = 0;

  // On the monitor thread.

  /** The same ones every time, open until work() says that it is over. */
  [[nodiscard]] virtual std::vector<Descriptor> descriptors() const = 0;
  /** Does what there is to do, and never waits. Throws nothing. */
  virtual Next work() = 0;
};

}  // namespace rtnetlink::sys
