// What libFuzzer and mutation_driver.cc call with each input: the first byte says which reader gets the rest.
#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "fuzz/input_kind.h"
#include "wire/align.h"
#include "wire/completion.h"
#include "wire/dump_part.h"
#include "wire/encode.h"
#include "wire/icmp_echo.h"
#include "wire/message_kind.h"
#include "wire/message_reader.h"
#include "wire/message_writer.h"
#include "wire/packet_block.h"
#include "wire/program.h"
#include "wire/refusal.h"
#include "wire/slice.h"

namespace rtnetlink::fuzz {
namespace {

using wire::Bytes;

/** What must hold for every input. The sanitizers turn the abort into a report. */
void require(bool holds) {
  if (!holds) std::abort();
}

bool contains(Bytes outer, Bytes inner) {
  return inner.empty() || (inner.data() >= outer.data() && inner.data() + inner.size() <= outer.data() + outer.size());
}

/** Reads every byte, so that a view over the edge is noticed. */
unsigned touch(Bytes bytes) {
  unsigned sum = 0;
  for (const std::byte byte : bytes) sum += std::to_integer<unsigned>(byte);
  return sum;
}

void read_message(Bytes datagram, const wire::Message& message) {
  require(contains(datagram, message.bytes()));
  require(message.bytes().size() >= sizeof(nlmsghdr));
  require(message.error() >= 0 && message.error() < 4096);
  require(contains(message.bytes(), message.extended_ack()));
  const std::vector<std::byte> padded = wire::padded_extended_ack(message);
  require(padded.size() % 4 == 0 && padded.size() >= message.extended_ack().size());

  wire::CompletionBuffer completions;
  completions.append(wire::refusal(message.sequence(), message), padded, message.bytes());
  const wire::CompletionExtent extent = wire::completion_at(completions.bytes());
  require(extent.final && extent.size == completions.bytes().size());
  touch(completions.bytes());

  for (const std::size_t header : {0U, 1U, 8U, 12U, 16U}) {
    if (header > message.payload().size()) continue;
    const Bytes attributes = message.payload().subspan(header);
    for (uint16_t type = 0; type < 64; ++type) {
      const auto found = wire::find_attribute(attributes, type);
      if (!found) continue;
      require(contains(attributes, *found));
      touch(*found);
    }
  }
}

void read_datagram(Bytes datagram) {
  wire::MessageReader reader(datagram);
  std::size_t messages = 0;
  while (const auto message = reader.next()) {
    read_message(datagram, *message);
    const wire::DumpPart part = wire::read_dump_part(datagram, message->sequence());
    require(contains(datagram, part.messages));
    touch(part.messages);
    if (part.end) require(contains(datagram, part.end->bytes()));
    if (++messages == 64) break;  // The rest is quadratic, and tells nothing new.
  }
}

constexpr uint16_t kFamily = 0x1d;

/** Knows some names and fails for others, as the first letter says. */
class Resolver : public wire::Resolver {
 public:
  wire::LinkIndex index_of(std::string_view name) override {
    require(!name.empty() && name.find('\0') == std::string_view::npos);
    return answer(name.front() % 2 == 0);
  }
  wire::LinkIndex index_of_previous() override { return answer(true); }
  wire::LinkIndex link_of_previous() override { return answer(false); }
  wire::FamilyId family_of(std::string_view name) override {
    return name.front() % 2 == 0 ? wire::FamilyId{.id = kFamily, .error = 0} : wire::FamilyId{.id = 0, .error = 2};
  }

 private:
  static wire::LinkIndex answer(bool known) {
    return known ? wire::LinkIndex{.index = 7, .error = 0} : wire::LinkIndex{.index = 0, .error = 19};
  }
};

/** Walks a program to see whether it has bytes without an attribute header, which nobody but its author can read again.
 */
class RawFinder {
 public:
  static bool has_raw(const wire::Record& record) {
    RawFinder finder(record.kind());
    wire::Program(record.program(), finder).run();
    return finder.found_;
  }

  explicit RawFinder(const wire::MessageKind& kind) : kind_(kind) {}
  static bool has_header_index() { return true; }
  bool has_family() const { return kind_.has_family(); }
  bool is_transaction() const { return kind_.is_transaction(); }
  static bool is_linked() { return true; }
  template <typename Integer>
  void put(uint16_t, Integer) {}
  void put_flag(uint16_t) {}
  void put_bytes(uint16_t, Bytes) {}
  void put_string(uint16_t, std::string_view) {}
  void put_raw(Bytes) { found_ = true; }
  static std::size_t open_nest(uint16_t) { return 0; }
  void close_nest(std::size_t) {}
  static std::size_t open_hop(uint8_t, uint8_t, uint32_t) { return 0; }
  void close_hop(std::size_t) {}
  static std::size_t open_message(uint16_t, uint16_t, uint8_t) { return 0; }
  void close_message(std::size_t) {}
  static bool put_link_index(uint16_t, std::string_view) { return true; }
  bool put_raw_index(std::string_view) { return found_ = true; }
  static bool set_header_index(std::string_view) { return true; }
  static bool set_header_index_of_previous() { return true; }
  static bool set_header_index_of_previous_link() { return true; }
  static bool set_hop_index(std::size_t, std::string_view) { return true; }
  static bool set_family(std::string_view) { return true; }

 private:
  const wire::MessageKind& kind_;
  bool found_ = false;
};

/** The outermost attributes follow one another without a gap up to the end. */
void require_attributes(Bytes attributes) {
  while (!attributes.empty()) {
    nlattr header{};
    require(attributes.size() >= sizeof header);
    std::memcpy(&header, attributes.data(), sizeof header);
    const std::size_t length = wire::align(header.nla_len);
    require(header.nla_len >= sizeof header && length <= attributes.size());
    attributes = attributes.subspan(length);
  }
}

void require_one_message(Bytes bytes, uint16_t type) {
  wire::MessageReader reader(bytes);
  const auto message = reader.next();
  require(message.has_value());
  require(message->type() == type && message->bytes().size() == bytes.size());
  require(!reader.next());
}

/** One behind the other, numbered one by one, each with attributes and nothing else. */
void require_transaction(Bytes bytes, bool complete, bool has_raw) {
  wire::MessageReader reader(bytes);
  std::size_t size = 0;
  uint32_t sequence = 1;
  uint16_t type = 0;
  while (const auto message = reader.next()) {
    require(message->sequence() == sequence++);
    if (size == 0) require(message->type() == NFNL_MSG_BATCH_BEGIN);
    type = message->type();
    size += message->bytes().size();
    if (!has_raw) require_attributes(message->payload().subspan(sizeof(nfgenmsg)));
  }
  require(size == bytes.size() && sequence > 2);
  if (complete) require(type == NFNL_MSG_BATCH_END);
}

bool is_about_family(const wire::MessageKind& kind, const wire::Encoded& encoded) {
  return kind.has_family() && encoded.offset == offsetof(nlmsghdr, nlmsg_type);
}

void run_record(const wire::MessageKind& kind, std::span<const uint32_t> words) {
  const auto problem = wire::find_problem(kind, words);
  const std::size_t program = wire::Record::kHeader + kind.header.fields().size();
  // The encoder is not made for a record whose header is refused; one whose program is refused must refuse it too.
  if (problem && (words.size() < program || problem->word < program)) return;

  wire::MessageWriter writer;
  Resolver resolver;
  const wire::Record record(kind, words);
  const wire::Encoded encoded = wire::encode(record, 1, writer, resolver);
  touch(writer.bytes());
  const uint16_t type = kind.has_family() ? kFamily : kind.type;
  if (kind.is_transaction() && encoded.end != wire::Encoded::End::kMalformed) {
    if (encoded.end != wire::Encoded::End::kTooLarge) {
      const bool complete = encoded.end == wire::Encoded::End::kComplete;
      require_transaction(writer.bytes(), complete, RawFinder::has_raw(record));
    }
    return;
  }
  switch (encoded.end) {
    case wire::Encoded::End::kComplete:
      require(!problem);
      require_one_message(writer.bytes(), type);
      if (kind.has_family()) require(!wire::family_name(record).empty());
      if (!RawFinder::has_raw(record)) {
        require_attributes(writer.bytes().subspan(sizeof(nlmsghdr) + wire::align(kind.header.size())));
      }
      break;
    case wire::Encoded::End::kMalformed:
      require(problem.has_value());
      break;
    case wire::Encoded::End::kUnresolved:
      require(encoded.error > 0 && encoded.offset + sizeof(uint32_t) <= writer.size());
      require_one_message(writer.bytes(), is_about_family(kind, encoded) ? kind.type : type);
      break;
    case wire::Encoded::End::kTooLarge:
      require(encoded.offset < writer.size());
      break;
  }
  writer.clear();
  require(writer.size() == 0 && !writer.overflow());
}

/** Each of its records is one like any other. */
void run_slice(const wire::MessageKind& kind, std::span<const uint32_t> words) {
  const auto problem = wire::find_problem(kind, words);
  if (problem && problem->word < wire::Record::kHeader) return;
  const wire::Record slice(kind, words);
  if (words.size() < wire::Record::kHeader + kind.header.fields().size()) return;
  wire::SliceReader reader(slice);
  uint32_t count = 0;
  for (auto record = reader.next(); record; record = reader.next(), ++count) {
    if (!problem) require(!wire::find_problem(record->kind(), record->words()));
    run_record(record->kind(), record->words());
  }
  if (!problem) require(reader.at_end() && count == slice.header()[0]);
}

/** The words in a buffer of exactly their size: a read of the word behind them is a read over the edge. */
void read_record(Bytes input) {
  if (input.empty()) return;
  const auto& kind = wire::kMessageKinds[std::to_integer<std::size_t>(input[0]) % wire::kMessageKinds.size()];
  std::vector<uint32_t> words((input.size() - 1) / sizeof(uint32_t));
  if (!words.empty()) std::memcpy(words.data(), &input[1], words.size() * sizeof(uint32_t));
  kind.is_slice() ? run_slice(kind, words) : run_record(kind, words);
}

void read_packet(Bytes packet) {
  const Bytes message = wire::skip_ipv4_header(packet);
  require(contains(packet, message));
  const auto header = wire::read_echo_header(message);
  require(header.has_value() == (message.size() >= wire::kEchoHeaderSize));
  if (!header) return;
  std::vector<std::byte> request(message.begin(), message.end());
  wire::write_echo_request(wire::IcmpVersion::v4, header->identifier, header->sequence, request);
  require(wire::internet_checksum(request) == 0);
}

/** What TypeScript reads: frames one after another, each within its snap length. */
void require_frames(Bytes frames, std::size_t count, std::size_t longest) {
  for (; count > 0; --count) {
    wire::FrameHeader header{};
    require(frames.size() >= sizeof header);
    std::memcpy(&header, frames.data(), sizeof header);
    const std::size_t size = (sizeof header + header.captured + 7) / 8 * 8;
    require(header.captured <= longest && size <= frames.size());
    frames = frames.subspan(size);
  }
  require(frames.empty());
}

void read_block(Bytes block) {
  for (const std::size_t longest : {std::size_t{14}, std::size_t{65536}}) {
    wire::FrameBuffer frames;
    const std::size_t count = wire::copy_frames(
        block, longest, [](uint32_t index) { return wire::LinkName{static_cast<char>(index)}; }, frames);
    require_frames(frames.bytes(), count, longest);
  }
}

}  // namespace
}  // namespace rtnetlink::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using rtnetlink::fuzz::InputKind;
  if (size == 0) return 0;
  const auto input = std::as_bytes(std::span(data, size)).subspan(1);
  switch (static_cast<InputKind>(data[0] % rtnetlink::fuzz::kInputKinds)) {
    case InputKind::kDatagram:
      rtnetlink::fuzz::read_datagram(input);
      break;
    case InputKind::kRecord:
      rtnetlink::fuzz::read_record(input);
      break;
    case InputKind::kPacket:
      rtnetlink::fuzz::read_packet(input);
      break;
    case InputKind::kBlock:
      rtnetlink::fuzz::read_block(input);
      break;
  }
  return 0;
}
