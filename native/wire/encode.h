#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "wire/message_writer.h"
#include "wire/record.h"
#include "wire/resolver.h"

namespace rtnetlink::wire {

/** What is wrong with a record, and at which of its words. */
struct Malformed {
  const char* problem;
  std::size_t word;
};

/** Checks a whole record without encoding it. */
std::optional<Malformed> find_problem(const MessageKind& kind, std::span<const uint32_t> words);

struct Encoded {
  enum class End { kComplete, kUnresolved, kTooLarge, kMalformed };
  End end;
  /** kUnresolved: why there is no index, or no family. */
  int error = 0;
  /** In the message: of the attribute or header field without an index, of nlmsg_type without a family, or of the
   * attribute that is too large. */
  std::size_t offset = 0;
};

/**
 * Appends the record's message to the writer. Where the end is not kComplete, what was written so far stands there,
 * with the lengths of all nests closed; the caller rewinds.
 */
Encoded encode(const Record& record, uint32_t sequence, MessageWriter& writer, Resolver& resolver);

/** The family that a well-formed generic record names. */
std::string_view family_name(const Record& record);

}  // namespace rtnetlink::wire
