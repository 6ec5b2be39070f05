#include "wire/slice.h"

#include <linux/netlink.h>

#include <algorithm>

namespace rtnetlink::wire {

namespace {

constexpr uint32_t kFlags = kLinked | kBulk | kReply | kRenames;

/** The kind of a message of the routing protocol's; null for another number. */
const MessageKind* find_kind(uint32_t type) {
  if (type < NLMSG_MIN_TYPE) return nullptr;
  const auto found = std::find_if(kMessageKinds.begin(), kMessageKinds.end(),
                                  [type](const MessageKind& kind) { return kind.type == type; });
  return found == kMessageKinds.end() ? nullptr : &*found;
}

}  // namespace

std::optional<Record> SliceReader::next() {
  const std::span<const uint32_t> rest = words_.subspan(at_);
  if (rest.size() < kPrefix || rest[0] > rest.size() - kPrefix) return std::nullopt;
  if (kind_ == nullptr || kind_->type != rest[1]) kind_ = find_kind(rest[1]);
  if (kind_ == nullptr) return std::nullopt;
  at_ += kPrefix + rest[0];
  return Record(*kind_, rest.subspan(kPrefix, rest[0]));
}

std::optional<Malformed> find_problem_in_slice(const Record& slice) {
  const std::size_t start = slice.words().size() - slice.program().size();
  SliceReader reader(slice);
  uint32_t count = 0;
  for (std::size_t at = 0; !reader.at_end(); at = reader.offset()) {
    const auto record = reader.next();
    if (!record) return Malformed{"a record of a slice does not fit, or is of no message that a slice has", start + at};
    const std::size_t own = start + reader.offset() - record->words().size();
    if (const auto problem = find_problem(record->kind(), record->words()))
      return Malformed{problem->problem, own + problem->word};
    if ((record->flags() & ~kFlags) != 0) return Malformed{"a record of a slice has no such flag", own + 2};
    if (count == 0 && record->has(kLinked)) return Malformed{"it is linked to nothing in this slice", own + 2};
    ++count;
  }
  if (count == 0) return Malformed{"a slice is empty", start};
  if (count != slice.header()[0]) return Malformed{"a slice has another number of records", Record::kHeader};
  return std::nullopt;
}

}  // namespace rtnetlink::wire
