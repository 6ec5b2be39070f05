#pragma once

#include <linux/filter.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sys/mapping.h"
#include "sys/network_namespace.h"
#include "sys/unique_fd.h"
#include "wire/packet_block.h"

namespace rtnetlink::sys {

/** binding.ts: CAPTURE_BLOCK. Holds several frames of 64 KiB, as segments are that the kernel left together. */
constexpr std::size_t kCaptureBlock = 256 * 1024;

/** binding.ts: CaptureOptions */
struct CaptureSettings {
  std::string link;
  int index;
  std::vector<sock_filter> filter;
  bool promiscuous;
  std::size_t blocks;
  /** Milliseconds that a frame may wait in the kernel for others. */
  uint32_t delay;
  std::size_t snap_length;
};

/** binding.ts: NativeCapture.open(). The link that a capture is of. */
struct CapturedLink {
  uint32_t index;
  uint32_t hardware_type;
  wire::LinkName name;
};
static_assert(sizeof(CapturedLink) == 24);

/** binding.ts: NativeCapture.counts() */
struct CaptureCounts {
  /** What passed the filter, with what was dropped then. */
  uint64_t received = 0;
  uint64_t dropped = 0;
};

/**
 * A packet socket whose frames the kernel writes into memory that it shares with us, block by block (packet(7),
 * TPACKET_V3). Opening and closing it waits for the kernel: never on the JavaScript thread.
 */
class CaptureSocket {
 public:
  /** In the given namespace; in the calling thread's when null. @throws SystemError */
  CaptureSocket(const CaptureSettings& settings, const NetworkNamespace* where);

  /** Index 0 when it is of every link. */
  [[nodiscard]] const CapturedLink& link() const { return link_; }

  /** Readable when there is a block to take; in error when something happened to the link. */
  [[nodiscard]] const UniqueFd& descriptor() const { return descriptor_; }

  /**
   * Copies the frames of the next block that is full, or that has waited long enough; false when there is none. After
   * shut(), also of the block that was being filled.
   */
  bool take(wire::FrameBuffer& frames);

  /** Lets no frame in any more. @throws SystemError */
  void shut();

  /** The error that is pending, or 0: ENETDOWN when the link went down, or is gone. */
  [[nodiscard]] int take_error() const;
  /** It went to another namespace, or was deleted: no frame will come any more. */
  [[nodiscard]] bool has_lost_link() const;
  /** False, too, when the link is renamed just now. */
  [[nodiscard]] bool is_link_up() const;

  /** What happened since the last call. */
  [[nodiscard]] CaptureCounts take_counts() const;

 private:
  [[nodiscard]] wire::LinkName name_of(uint32_t index) const;
  [[nodiscard]] std::span<std::byte> next_block() const;

  std::size_t snap_length_;
  UniqueFd descriptor_;
  Mapping blocks_;
  std::size_t next_ = 0;
  bool shut_ = false;
  CapturedLink link_{};
};

}  // namespace rtnetlink::sys
