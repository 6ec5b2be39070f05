#pragma once

#include <cerrno>
#include <cstdint>
#include <vector>

#include "wire/align.h"
#include "wire/completion.h"
#include "wire/encode.h"
#include "wire/message_reader.h"

namespace rtnetlink::wire {

/** binding.ts: CompletionCode.refused. Its payload is padded_extended_ack(), then the request. */
inline Completion refusal(uint32_t id, const Message& answer) {
  return {id, CompletionCode::kRefused, static_cast<uint32_t>(answer.error()),
          static_cast<uint32_t>(answer.extended_ack().size())};
}

/** What becomes of a record whose encoding is not complete. Its payload is what was written. */
inline Completion unencoded(uint32_t id, const Encoded& encoded) {
  const bool unresolved = encoded.end == Encoded::End::kUnresolved;
  return {id, unresolved ? CompletionCode::kUnresolved : CompletionCode::kTooLarge,
          static_cast<uint32_t>(unresolved ? encoded.error : EMSGSIZE), static_cast<uint32_t>(encoded.offset)};
}

/** The last TLV of a message lacks the padding that the request behind it needs. */
inline std::vector<std::byte> padded_extended_ack(const Message& answer) {
  const Bytes tlvs = answer.extended_ack();
  std::vector<std::byte> padded(tlvs.begin(), tlvs.end());
  padded.resize(align(padded.size()));
  return padded;
}

}  // namespace rtnetlink::wire
