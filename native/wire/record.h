#pragma once

#include <linux/netlink.h>

#include <cstdint>
#include <span>

#include "wire/message_kind.h"

namespace rtnetlink::wire {

/** binding.ts: RecordFlag */
enum RecordFlag : uint32_t {
  kLinked = 1U << 0,
  kBulk = 1U << 1,
  kOverlap = 1U << 2,
  kReply = 1U << 3,
  kDump = 1U << 4,
  kStream = 1U << 5,
  kRenames = 1U << 6,
  kAwaited = 1U << 7,
  kMultipart = 1U << 8,
};

/** binding.ts: Records. A view of one; the words belong to someone else. */
class Record {
 public:
  /** Words before the fixed header. binding.ts: HEADER */
  static constexpr std::size_t kHeader = 3;

  Record(const MessageKind& kind, std::span<const uint32_t> words) : kind_(&kind), words_(words) {}

  const MessageKind& kind() const { return *kind_; }
  std::span<const uint32_t> words() const { return words_; }

  uint32_t id() const { return words_[0]; }
  /** nlmsg_flags to send. Only what answers with nothing else asks for an acknowledgement; a bulk record when its batch
   * ends. */
  uint16_t message_flags() const {
    const auto flags =
        static_cast<uint16_t>(words_[1] | NLM_F_REQUEST | (has(kDump) && !has(kMultipart) ? NLM_F_DUMP : 0));
    const bool silent = has(kBulk) || has(kReply) || has(kDump);
    return static_cast<uint16_t>(silent ? flags & ~NLM_F_ACK : flags);
  }
  uint32_t flags() const { return words_[2]; }
  bool has(RecordFlag flag) const { return (words_[2] & flag) != 0; }

  std::span<const uint32_t> header() const { return words_.subspan(kHeader, kind_->header.fields().size()); }
  std::span<const uint32_t> program() const { return words_.subspan(kHeader + kind_->header.fields().size()); }

 private:
  const MessageKind* kind_;
  std::span<const uint32_t> words_;
};

}  // namespace rtnetlink::wire
