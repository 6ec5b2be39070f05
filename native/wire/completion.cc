#include "wire/completion.h"

#include <cstring>

namespace rtnetlink::wire {

namespace {
constexpr std::size_t kKeptCapacity = 1 << 20;
}

void CompletionBuffer::append(const Completion& completion, Bytes first, Bytes second) {
  const std::size_t length = first.size() + second.size();
  const CompletionHeader header{completion.id,     static_cast<uint32_t>(completion.code), completion.error,
                                completion.detail, static_cast<uint32_t>(length),          0};
  const std::size_t start = bytes_.size();
  bytes_.resize(start + completion_size(length));
  std::byte* to = bytes_.data() + start;
  std::memcpy(to, &header, sizeof(header));
  if (!first.empty()) std::memcpy(to + sizeof(header), first.data(), first.size());
  if (!second.empty()) std::memcpy(to + sizeof(header) + first.size(), second.data(), second.size());
}

void CompletionBuffer::append(const CompletionBuffer& other) {
  bytes_.insert(bytes_.end(), other.bytes_.begin(), other.bytes_.end());
}

void CompletionBuffer::clear() {
  bytes_.clear();
  if (bytes_.capacity() > kKeptCapacity) bytes_.shrink_to_fit();
}

CompletionExtent completion_at(Bytes bytes) {
  CompletionHeader header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  const auto code = static_cast<CompletionCode>(header.code);
  return {completion_size(header.payload_length), is_final(code), header.id, code};
}

}  // namespace rtnetlink::wire
