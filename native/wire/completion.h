#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace rtnetlink::wire {

/** binding.ts: CompletionCode */
enum class CompletionCode : uint32_t {
  kDone = 0,
  kReply = 1,
  kPart = 2,
  kDumpRestart = 3,
  kDumpDone = 4,
  kRefused = 5,
  kUnresolved = 6,
  kFailed = 7,
  kUnknown = 8,
  kSkipped = 9,
  kCancelled = 10,
  kTooLarge = 11,
  kTruncated = 12,
  kSliceDone = 13,
};

/** binding.ts: DumpFlag */
enum DumpFlag : uint32_t {
  kDumpInterrupted = 1,
  kDumpFiltered = 2,
};

/** Whether a completion with this code is the last one of its request. */
constexpr bool is_final(CompletionCode code) {
  return code != CompletionCode::kPart && code != CompletionCode::kDumpRestart;
}

constexpr bool is_success(CompletionCode code) {
  return code == CompletionCode::kDone || code == CompletionCode::kReply || code == CompletionCode::kDumpDone ||
         code == CompletionCode::kSliceDone;
}

using Bytes = std::span<const std::byte>;

struct Completion {
  uint32_t id;
  CompletionCode code;
  uint32_t error = 0;
  uint32_t detail = 0;
};

/** binding.ts: Completions. The words before the payload. */
struct CompletionHeader {
  uint32_t id;
  uint32_t code;
  uint32_t error;
  uint32_t detail;
  uint32_t payload_length;
  uint32_t zero;
};
static_assert(sizeof(CompletionHeader) == 6 * sizeof(uint32_t));

/** Bytes that a completion with this payload takes, padding included. */
constexpr std::size_t completion_size(std::size_t payload_length) {
  return sizeof(CompletionHeader) + ((payload_length + 7) & ~std::size_t{7});
}

/** Completions one after another, in the form that TypeScript reads. */
class CompletionBuffer {
 public:
  /** The payload is `first`, then `second`. */
  void append(const Completion& completion, Bytes first = {}, Bytes second = {});
  void append(const CompletionBuffer& other);

  Bytes bytes() const { return bytes_; }
  bool empty() const { return bytes_.empty(); }
  /** Keeps the memory for the next time, unless an unusual load made it large. */
  void clear();
  void swap(CompletionBuffer& other) noexcept { bytes_.swap(other.bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

/** The size of the completion at the start of `bytes`, and whether it is the last one of its request. */
struct CompletionExtent {
  std::size_t size;
  bool final;
  uint32_t id;
  CompletionCode code;
};
CompletionExtent completion_at(Bytes bytes);

}  // namespace rtnetlink::wire
