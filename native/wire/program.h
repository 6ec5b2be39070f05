#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "wire/align.h"
#include "wire/completion.h"
#include "wire/message_writer.h"
#include "wire/operation.h"

namespace rtnetlink::wire {

/** How the walk over a program ended. */
struct ProgramResult {
  enum class End { kComplete, kMalformed, kStopped };
  End end;
  /** What is wrong with a malformed program, for people. */
  const char* problem = nullptr;
  /** The operation at which it ended, in words from the start of the program. */
  std::size_t word = 0;
};

/**
 * Walks a wire program and calls the target for each operation. Checking and encoding are two targets of the same walk,
 * so they cannot disagree. A target call that returns bool stops the walk with false; scopes still open are closed all
 * the same.
 */
template <typename Target>
class Program {
 public:
  Program(std::span<const uint32_t> words, Target& target) : words_(words), target_(target) {}

  ProgramResult run() {
    Step step = lacks_family() ? malformed("the family of a generic message stands first") : Step::kNext;
    while (step == Step::kNext && at_ < words_.size()) {
      operation_ = at_;
      step = this->step();
    }
    if (step == Step::kNext && depth_ > 0) step = malformed("a nest is left open");
    if (step == Step::kNext && target_.is_transaction() && words_.empty()) step = malformed("a transaction is empty");
    while (depth_ > 0) close_scope();
    if (step == Step::kNext) return {ProgramResult::End::kComplete};
    return {problem_ != nullptr ? ProgramResult::End::kMalformed : ProgramResult::End::kStopped, problem_, operation_};
  }

 private:
  enum class Step { kNext, kEnd };
  enum class ScopeKind : uint8_t { kNest, kHop, kMessage };
  struct Scope {
    std::size_t start;
    ScopeKind kind;
  };
  static constexpr std::size_t kDeepest = 32;

  Step malformed(const char* problem) {
    problem_ = problem;
    return Step::kEnd;
  }

  static Step next_if(bool go_on) { return go_on ? Step::kNext : Step::kEnd; }

  bool has(uint64_t words) const { return words <= words_.size() - at_; }

  Step step() {
    const uint32_t word = words_[at_++];
    const auto type = static_cast<uint16_t>(word >> 16);
    const bool is_message = (word & 0xffff) == static_cast<uint32_t>(Operation::kMessage);
    if (is_message != (target_.is_transaction() && depth_ == 0))
      return malformed("a transaction is of messages, and nothing else is");
    switch (static_cast<Operation>(word & 0xffff)) {
      case Operation::kU8:
        return integer<uint8_t, false>(type);
      case Operation::kU16:
        return integer<uint16_t, false>(type);
      case Operation::kU32:
        return integer<uint32_t, false>(type);
      case Operation::kU64:
        return long_integer<false>(type);
      case Operation::kBe16:
        return integer<uint16_t, true>(type);
      case Operation::kBe32:
        return integer<uint32_t, true>(type);
      case Operation::kBe64:
        return long_integer<true>(type);
      case Operation::kFlag:
        target_.put_flag(type);
        return Step::kNext;
      case Operation::kBytes:
        return with_bytes([&](Bytes bytes) { return put_bytes(type, bytes); });
      case Operation::kString:
        return with_bytes([&](Bytes bytes) { return put_string(type, bytes); });
      case Operation::kNest:
        return open_scope(ScopeKind::kNest, [&] { return target_.open_nest(type); });
      case Operation::kEnd:
        return type == 0 ? end() : malformed("the type of an end is not 0");
      case Operation::kRaw:
        return type == 0 ? with_bytes([&](Bytes bytes) { return put_raw(bytes); })
                         : malformed("the type of raw bytes is not 0");
      case Operation::kLinkIndex:
        return with_name([&](std::string_view name) { return target_.put_link_index(type, name); });
      case Operation::kRawIndex:
        return type == 0 ? with_name([&](std::string_view name) { return target_.put_raw_index(name); })
                         : malformed("the type of a raw index is not 0");
      case Operation::kHeaderIndex:
        return header_index(
            type, [&] { return with_name([&](std::string_view name) { return target_.set_header_index(name); }); });
      case Operation::kHeaderIndexOfPrevious:
        return header_index_of_previous(type, [&] { return next_if(target_.set_header_index_of_previous()); });
      case Operation::kHeaderIndexOfPreviousLink:
        return header_index_of_previous(type, [&] { return next_if(target_.set_header_index_of_previous_link()); });
      case Operation::kHop:
        return type == 0 ? hop() : malformed("the type of a hop is not 0");
      case Operation::kHopIndex:
        return type == 0 ? hop_index() : malformed("the type of a hop's index is not 0");
      case Operation::kFamily:
        return type == 0 ? family() : malformed("the type of a family is not 0");
      case Operation::kMessage:
        return type == 0 ? message() : malformed("the type of a message is not 0");
    }
    return malformed("unknown operation");
  }

  template <typename Integer, bool kNetworkOrder>
  Step integer(uint16_t type) {
    if (!has(1)) return malformed("the operand is missing");
    const uint32_t operand = words_[at_++];
    if (operand > std::numeric_limits<Integer>::max()) return malformed("the value does not fit");
    const auto value = static_cast<Integer>(operand);
    target_.put(type, kNetworkOrder ? to_network(value) : value);
    return Step::kNext;
  }

  template <bool kNetworkOrder>
  Step long_integer(uint16_t type) {
    if (!has(2)) return malformed("an operand is missing");
    const uint64_t value = uint64_t{words_[at_]} | uint64_t{words_[at_ + 1]} << 32;
    at_ += 2;
    target_.put(type, kNetworkOrder ? to_network(value) : value);
    return Step::kNext;
  }

  template <typename Use>
  Step with_bytes(Use use) {
    if (!has(1)) return malformed("the length is missing");
    const uint32_t length = words_[at_++];
    if (!has(words_for(length))) return malformed("the bytes are longer than the record");
    const Bytes bytes = std::as_bytes(words_.subspan(at_)).first(length);
    at_ += static_cast<std::size_t>(words_for(length));
    return use(bytes);
  }

  /** A name with a NUL in it would name another link to the kernel. */
  template <typename Use>
  Step with_name(Use use) {
    return with_bytes([&](Bytes bytes) {
      const std::string_view name = text(bytes);
      if (name.empty()) return malformed("the name is empty");
      if (name.find('\0') != std::string_view::npos) return malformed("the name contains a NUL");
      return next_if(use(name));
    });
  }

  static std::string_view text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

  Step put_bytes(uint16_t type, Bytes bytes) {
    target_.put_bytes(type, bytes);
    return Step::kNext;
  }

  Step put_string(uint16_t type, Bytes bytes) {
    target_.put_string(type, text(bytes));
    return Step::kNext;
  }

  Step put_raw(Bytes bytes) {
    target_.put_raw(bytes);
    return Step::kNext;
  }

  template <typename Open>
  Step open_scope(ScopeKind kind, Open open) {
    if (depth_ == kDeepest) return malformed("nested too deep");
    scopes_[depth_++] = {open(), kind};
    return Step::kNext;
  }

  Step end() {
    if (depth_ == 0) return malformed("an end without a nest");
    close_scope();
    return Step::kNext;
  }

  void close_scope() {
    const Scope& scope = scopes_[--depth_];
    switch (scope.kind) {
      case ScopeKind::kNest:
        return target_.close_nest(scope.start);
      case ScopeKind::kHop:
        return target_.close_hop(scope.start);
      case ScopeKind::kMessage:
        return target_.close_message(scope.start);
    }
  }

  bool in_hop() const { return depth_ > 0 && scopes_[depth_ - 1].kind == ScopeKind::kHop; }

  Step hop() {
    if (!has(3)) return malformed("an operand is missing");
    if (depth_ == 0 || scopes_[depth_ - 1].kind != ScopeKind::kNest)
      return malformed("a hop stands directly in a nest");
    const uint32_t flags = words_[at_];
    const uint32_t hops = words_[at_ + 1];
    const uint32_t index = words_[at_ + 2];
    at_ += 3;
    if (flags > 0xff || hops > 0xff) return malformed("the value does not fit");
    return open_scope(ScopeKind::kHop,
                      [&] { return target_.open_hop(static_cast<uint8_t>(flags), static_cast<uint8_t>(hops), index); });
  }

  Step hop_index() {
    if (!in_hop()) return malformed("the index of a hop stands directly in a hop");
    const std::size_t start = scopes_[depth_ - 1].start;
    return with_name([&](std::string_view name) { return target_.set_hop_index(start, name); });
  }

  /** Its header is an nfgenmsg of that family. */
  Step message() {
    if (!has(3)) return malformed("an operand is missing");
    const uint32_t type = words_[at_];
    const uint32_t flags = words_[at_ + 1];
    const uint32_t family = words_[at_ + 2];
    at_ += 3;
    if (type > 0xffff || flags > 0xffff || family > 0xff) return malformed("the value does not fit");
    return open_scope(ScopeKind::kMessage, [&] {
      return target_.open_message(static_cast<uint16_t>(type), static_cast<uint16_t>(flags),
                                  static_cast<uint8_t>(family));
    });
  }

  bool lacks_family() const {
    return target_.has_family() &&
           (words_.empty() || (words_[0] & 0xffff) != static_cast<uint32_t>(Operation::kFamily));
  }

  Step family() {
    if (!target_.has_family()) return malformed("only a generic message has a family");
    if (operation_ != 0) return malformed("a message has one family");
    return with_name([&](std::string_view name) { return target_.set_family(name); });
  }

  template <typename Set>
  Step header_index(uint16_t type, Set set) {
    if (type != 0) return malformed("the type of a header's index is not 0");
    if (!target_.has_header_index()) return malformed("the header of this message has no index");
    return set();
  }

  template <typename Set>
  Step header_index_of_previous(uint16_t type, Set set) {
    if (!target_.is_linked()) return malformed("only a linked record can take the index of the one before");
    return header_index(type, set);
  }

  std::span<const uint32_t> words_;
  Target& target_;
  std::size_t at_ = 0;
  std::size_t operation_ = 0;
  const char* problem_ = nullptr;
  std::array<Scope, kDeepest> scopes_;
  std::size_t depth_ = 0;
};

}  // namespace rtnetlink::wire
