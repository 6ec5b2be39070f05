#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "wire/encode.h"
#include "wire/record.h"

namespace rtnetlink::wire {

/** Goes from one record of a slice to the next. binding.ts: NativeSocket.slice() */
class SliceReader {
 public:
  explicit SliceReader(const Record& slice) : words_(slice.program()) {}

  /** Nothing at the end; of a slice that was not checked, also where no record can stand. */
  std::optional<Record> next();
  bool at_end() const { return at_ == words_.size(); }
  /** In words from the start of the first record. */
  std::size_t offset() const { return at_; }

 private:
  /** Words before each record: its length in words, and its nlmsg_type. */
  static constexpr std::size_t kPrefix = 2;

  std::span<const uint32_t> words_;
  /** Of the record before, which is likely to be that of the next. */
  const MessageKind* kind_ = nullptr;
  std::size_t at_ = 0;
};

/** Checks the records of a slice. */
std::optional<Malformed> find_problem_in_slice(const Record& slice);

}  // namespace rtnetlink::wire
