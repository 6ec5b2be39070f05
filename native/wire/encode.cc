#include "wire/encode.h"

#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <cstddef>

#include "wire/program.h"
#include "wire/slice.h"

namespace rtnetlink::wire {

namespace {

constexpr uint32_t kKnownFlags =
    kLinked | kBulk | kOverlap | kReply | kDump | kStream | kRenames | kAwaited | kMultipart;

/** Walks a program for nothing but its checks. */
class Checker {
 public:
  explicit Checker(const Record& record) : record_(record) {}

  bool has_header_index() const { return record_.kind().header.index_offset().has_value(); }
  bool is_linked() const { return record_.has(kLinked); }
  bool has_family() const { return record_.kind().has_family(); }
  bool is_transaction() const { return record_.kind().is_transaction(); }
  template <typename Integer>
  void put(uint16_t, Integer) {}
  void put_flag(uint16_t) {}
  void put_bytes(uint16_t, Bytes) {}
  void put_string(uint16_t, std::string_view) {}
  void put_raw(Bytes) {}
  std::size_t open_nest(uint16_t) { return 0; }
  void close_nest(std::size_t) {}
  std::size_t open_hop(uint8_t, uint8_t, uint32_t) { return 0; }
  void close_hop(std::size_t) {}
  std::size_t open_message(uint16_t, uint16_t, uint8_t) { return 0; }
  void close_message(std::size_t) {}
  bool put_link_index(uint16_t, std::string_view) { return true; }
  bool put_raw_index(std::string_view) { return true; }
  bool set_header_index(std::string_view) { return true; }
  bool set_header_index_of_previous() { return true; }
  bool set_header_index_of_previous_link() { return true; }
  bool set_hop_index(std::size_t, std::string_view) { return true; }
  bool set_family(std::string_view) { return true; }

 private:
  const Record& record_;
};

/** Writes what a program says. */
class Encoder {
 public:
  Encoder(const Record& record, std::size_t start, uint32_t sequence, MessageWriter& writer, Resolver& resolver)
      : record_(record), start_(start), sequence_(sequence), writer_(writer), resolver_(resolver) {}

  bool has_header_index() const { return record_.kind().header.index_offset().has_value(); }
  bool is_linked() const { return record_.has(kLinked); }
  bool has_family() const { return record_.kind().has_family(); }
  bool is_transaction() const { return record_.kind().is_transaction(); }
  template <typename Integer>
  void put(uint16_t type, Integer value) {
    writer_.put(type, value);
  }
  void put_flag(uint16_t type) { writer_.put_flag(type); }
  void put_bytes(uint16_t type, Bytes bytes) { writer_.put_bytes(type, bytes); }
  void put_string(uint16_t type, std::string_view text) { writer_.put_string(type, text); }
  void put_raw(Bytes bytes) { writer_.put_raw(bytes); }
  std::size_t open_nest(uint16_t type) { return writer_.open_nest(type); }
  void close_nest(std::size_t start) { writer_.close_nest(start); }
  std::size_t open_hop(uint8_t flags, uint8_t hops, uint32_t index) { return writer_.open_hop(flags, hops, index); }
  void close_hop(std::size_t start) { writer_.close_hop(start); }

  std::size_t open_message(uint16_t type, uint16_t flags, uint8_t family) {
    const std::size_t message = writer_.begin(type, NLM_F_REQUEST | flags, ++sequence_, sizeof(nfgenmsg));
    writer_.patch(message + NLMSG_HDRLEN, nfgenmsg{family, NFNETLINK_V0, 0});
    return message;
  }
  void close_message(std::size_t start) { writer_.finish(start); }

  /** The number of the message that was opened last. */
  uint32_t sequence() const { return sequence_; }

  /** The attribute is written first, so that an unresolved one can be recognised in the message. */
  bool put_link_index(uint16_t type, std::string_view name) {
    const std::size_t attribute = writer_.size();
    writer_.put(type, uint32_t{0});
    return set(attribute + sizeof(nlattr), attribute, resolver_.index_of(name));
  }
  bool put_raw_index(std::string_view name) {
    const std::size_t field = writer_.size();
    const uint32_t none = 0;
    writer_.put_raw(std::as_bytes(std::span(&none, 1)));
    return set(field, field, resolver_.index_of(name));
  }
  bool set_header_index(std::string_view name) { return set_header(resolver_.index_of(name)); }
  bool set_header_index_of_previous() { return set_header(resolver_.index_of_previous()); }
  bool set_header_index_of_previous_link() { return set_header(resolver_.link_of_previous()); }
  bool set_hop_index(std::size_t hop, std::string_view name) {
    const std::size_t field = hop + offsetof(rtnexthop, rtnh_ifindex);
    return set(field, field, resolver_.index_of(name));
  }

  bool set_family(std::string_view name) {
    const FamilyId found = resolver_.family_of(name);
    const std::size_t type = start_ + offsetof(nlmsghdr, nlmsg_type);
    if (found.error != 0) return fail(found.error, type);
    writer_.patch(type, found.id);
    return true;
  }

  int error() const { return error_; }
  std::size_t unresolved() const { return unresolved_ - start_; }

 private:
  bool set_header(LinkIndex found) {
    const std::size_t field = start_ + NLMSG_HDRLEN + record_.kind().header.index_offset().value();
    return set(field, field, found);
  }

  bool set(std::size_t field, std::size_t named, LinkIndex found) {
    if (found.error != 0) return fail(found.error, named);
    writer_.patch(field, found.index);
    return true;
  }

  bool fail(int error, std::size_t where) {
    error_ = error;
    unresolved_ = where;
    return false;
  }

  const Record& record_;
  std::size_t start_;
  uint32_t sequence_;
  MessageWriter& writer_;
  Resolver& resolver_;
  int error_ = 0;
  std::size_t unresolved_ = 0;
};

void write_field(MessageWriter& writer, std::size_t offset, HeaderField field, uint32_t value) {
  switch (field.size) {
    case 1:
      return writer.patch(offset, static_cast<uint8_t>(value));
    case 2:
      return writer.patch(offset, static_cast<uint16_t>(value));
    default:
      return writer.patch(offset, value);
  }
}

uint32_t ordered(HeaderField field, uint32_t value) {
  return field.network_order ? to_network(static_cast<uint16_t>(value)) : value;
}

void write_header(MessageWriter& writer, std::size_t start, const Record& record) {
  const std::span<const uint32_t> values = record.header();
  std::size_t i = 0;
  for (const HeaderField field : record.kind().header.fields()) {
    write_field(writer, start + NLMSG_HDRLEN + field.offset, field, ordered(field, values[i++]));
  }
}

const char* problem_with_flags(const Record& record) {
  if (record.words()[1] > 0xffff) return "the nlmsg_flags do not fit";
  if ((record.flags() & ~kKnownFlags) != 0) return "unknown record flag";
  if (record.has(kReply) && record.has(kDump)) return "a record is a reply or a dump, not both";
  if (record.has(kStream) && !record.has(kDump)) return "only a dump can stream";
  if (record.has(kMultipart) && !record.has(kDump)) return "only a dump is multipart";
  if (record.kind().is_transaction() && (record.flags() & ~(kLinked | kAwaited)) != 0)
    return "a transaction is answered as a whole";
  if (record.kind().is_slice() && (record.flags() & ~(kLinked | kAwaited)) != 0) return "a slice completes as a whole";
  if (record.kind().type == kLinkIoctl && !record.has(kReply)) return "an ioctl has a reply";
  if (record.has(kBulk) && (record.has(kReply) || record.has(kDump))) return "a record with replies is never bulk";
  return nullptr;
}

}  // namespace

std::optional<Malformed> find_problem(const MessageKind& kind, std::span<const uint32_t> words) {
  const std::span<const HeaderField> fields = kind.header.fields();
  if (words.size() < Record::kHeader + fields.size()) return Malformed{"it is shorter than its header", words.size()};
  const Record record(kind, words);
  if (const char* problem = problem_with_flags(record)) return Malformed{problem, 2};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!fields[i].holds(record.header()[i]))
      return Malformed{"the value does not fit its header field", Record::kHeader + i};
  }
  if (kind.type == kLinkIoctl && record.header()[2] > kMostRoom)
    return Malformed{"an ioctl answers with less", Record::kHeader + 2};
  if (kind.is_slice()) return find_problem_in_slice(record);
  Checker checker(record);
  const ProgramResult result = Program(record.program(), checker).run();
  if (result.end == ProgramResult::End::kComplete) return std::nullopt;
  return Malformed{result.problem, Record::kHeader + fields.size() + result.word};
}

namespace {

/** One of the two messages between which a transaction stands. */
void write_bracket(MessageWriter& writer, uint16_t type, uint32_t sequence, const Record& record) {
  const std::size_t start = writer.begin(type, NLM_F_REQUEST, sequence, record.kind().header.size());
  write_header(writer, start, record);
  writer.finish(start);
}

ProgramResult encode_transaction(MessageWriter& writer, uint32_t sequence, const Record& record, Encoder& encoder) {
  write_bracket(writer, NFNL_MSG_BATCH_BEGIN, sequence, record);
  const ProgramResult result = Program(record.program(), encoder).run();
  if (result.end == ProgramResult::End::kComplete)
    write_bracket(writer, NFNL_MSG_BATCH_END, encoder.sequence() + 1, record);
  return result;
}

ProgramResult encode_message(MessageWriter& writer, uint32_t sequence, const Record& record, Encoder& encoder) {
  const std::size_t start =
      writer.begin(record.kind().type, record.message_flags(), sequence, record.kind().header.size());
  write_header(writer, start, record);
  const ProgramResult result = Program(record.program(), encoder).run();
  writer.finish(start);
  return result;
}

}  // namespace

Encoded encode(const Record& record, uint32_t sequence, MessageWriter& writer, Resolver& resolver) {
  if (record.kind().is_slice()) return {Encoded::End::kMalformed};
  const std::size_t start = writer.size();
  Encoder encoder(record, start, sequence, writer, resolver);
  const auto write = record.kind().is_transaction() ? encode_transaction : encode_message;
  const ProgramResult result = write(writer, sequence, record, encoder);
  if (const auto overflow = writer.overflow()) return {Encoded::End::kTooLarge, 0, *overflow - start};
  if (result.end == ProgramResult::End::kComplete) return {Encoded::End::kComplete};
  if (result.end == ProgramResult::End::kMalformed) return {Encoded::End::kMalformed};
  return {Encoded::End::kUnresolved, encoder.error(), encoder.unresolved()};
}

std::string_view family_name(const Record& record) {
  const std::span<const uint32_t> words = record.program();
  const Bytes bytes = std::as_bytes(words.subspan(2)).first(words[1]);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace rtnetlink::wire
