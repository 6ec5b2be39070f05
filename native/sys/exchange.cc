#include "sys/exchange.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "sys/patience.h"
#include "sys/system_error.h"
#include "wire/encode.h"
#include "wire/refusal.h"

namespace rtnetlink::sys {

using wire::CompletionCode;

namespace {

constexpr int kMostRepeats = 3;

/** Without an answer of its own: success is told by the answer to a later message of the same sendmsg. */
bool is_silent(const wire::Record& record) {
  return !record.has(wire::kReply) && (record.message_flags() & NLM_F_ACK) == 0;
}

}  // namespace

void Exchange::run(std::span<const wire::Record> records, Predecessor& previous, const std::stop_token& stop) {
  quiet_ = false;
  perform(records, previous, stop);
  completions_.post(completed_);
}

const wire::CompletionBuffer& Exchange::run_quietly(std::span<const wire::Record> records, Predecessor& previous,
                                                    const std::stop_token& stop) {
  quiet_ = true;
  perform(records, previous, stop);
  return completed_;
}

void Exchange::perform(std::span<const wire::Record> records, Predecessor& previous, const std::stop_token& stop) {
  writer_.clear();
  completed_.clear();
  slots_.clear();
  known_name_.clear();
  first_sequence_ = socket_.reserve_sequences(records.size());
  sent_slots_ = awaited_ = 0;
  overrun_ = renames_unsent_ = families_are_fresh_ = false;
  previous_ = &previous;
  last_ = {};
  stop_ = &stop;
  for (const wire::Record& record : records) encode(record);
  send_unsent(slots_.size());
  receive();
  repeat_truncated();
  repeat_stale();
  last_.succeeded = !slots_.empty() && slots_.back().state == State::kSucceeded;
  previous = last_;
}

void Exchange::encode(const wire::Record& record) {
  const std::size_t start = writer_.size();
  const auto sequence = first_sequence_ + static_cast<uint32_t>(slots_.size());
  const wire::Encoded encoded = wire::encode(record, sequence, writer_, *this);
  if (record.has(wire::kRenames)) known_name_.clear();
  if (encoded.end == wire::Encoded::End::kComplete) {
    slots_.push_back({&record, start, writer_.size() - start, State::kUnsent});
    renames_unsent_ |= record.has(wire::kRenames);
    return;
  }
  completed_.append(wire::unencoded(record.id(), encoded), writer_.bytes(start, writer_.size() - start));
  writer_.rewind(start);
  slots_.push_back({&record, start, 0, State::kFailed});
}

/** Sends the slots before `end` that were not sent yet, in one go. The kernel has executed them when this returns. */
void Exchange::send_unsent(std::size_t end) {
  const std::span<Slot> slots = std::span(slots_).subspan(sent_slots_, end - sent_slots_);
  sent_slots_ = end;
  renames_unsent_ = false;
  const auto last =
      std::find_if(slots.rbegin(), slots.rend(), [](const Slot& slot) { return slot.state == State::kUnsent; });
  if (last == slots.rend()) return;
  request_acknowledgement(*last);
  const std::size_t start = slots.front().start;
  try {
    socket_.send(writer_.bytes(start, last->start + last->length - start));
    mark_sent(slots);
  } catch (const SystemError& error) {
    if (error.error() != EMSGSIZE) return fail(slots, error);
    send_one_by_one(slots);
  }
}

/** Together they were more than the socket's send buffer holds. */
void Exchange::send_one_by_one(std::span<Slot> slots) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const std::span<Slot> one = slots.subspan(i, 1);
    if (one[0].state != State::kUnsent) continue;
    request_acknowledgement(one[0]);
    try {
      socket_.send(request(one[0]));
      mark_sent(one);
    } catch (const SystemError& error) {
      fail(one, error);
    }
  }
}

/** Of silent messages the last of each sendmsg asks for an answer: it says that those before it are through. */
void Exchange::request_acknowledgement(const Slot& slot) {
  if (!is_silent(*slot.record)) return;
  const auto flags = static_cast<uint16_t>(slot.record->message_flags() | NLM_F_ACK);
  writer_.patch(slot.start + offsetof(nlmsghdr, nlmsg_flags), flags);
}

void Exchange::mark_sent(std::span<Slot> slots) {
  const auto last =
      std::find_if(slots.rbegin(), slots.rend(), [](const Slot& slot) { return slot.state == State::kUnsent; });
  for (Slot& slot : slots) {
    if (slot.state != State::kUnsent) continue;
    const bool silent = is_silent(*slot.record) && &slot != &*last;
    slot.state = silent ? State::kSilent : State::kAwaited;
    awaited_ += silent ? 0 : 1;
  }
}

void Exchange::fail(std::span<Slot> slots, const SystemError& error) {
  for (Slot& slot : slots) {
    if (slot.state != State::kUnsent) continue;
    completed_.append(failed(slot.record->id(), error));
    slot.state = State::kFailed;
  }
}

/** Until everything sent so far is settled. */
void Exchange::receive() {
  Patience patience(*stop_);
  try {
    receive_what_is_there();
    while (awaited_ > 0 && !overrun_) {
      if (!patience.wait(socket_)) return give_up(patience.error());
      receive_what_is_there();
    }
  } catch (const SystemError& error) {
    return give_up(error.error());
  }
  if (overrun_) return give_up(ENOBUFS);
  settle_silent();
}

/** After an overrun it goes on until the socket is empty: the kernel drops replies until then. */
void Exchange::receive_what_is_there() {
  while (awaited_ > 0 || overrun_) {
    const Received received = socket_.receive();
    switch (received.what) {
      case Received::What::kNothing:
        return;
      case Received::What::kOverrun:
        overrun_ = true;
        break;
      case Received::What::kDatagram:
        received.truncated ? truncated(received.bytes) : settle_all(received.bytes);
    }
  }
}

void Exchange::settle_all(wire::Bytes datagram) {
  wire::MessageReader reader(datagram);
  while (const auto message = reader.next()) {
    const std::size_t slot = message->sequence() - first_sequence_;
    if (slot < slots_.size()) settle(*message, slots_[slot]);
  }
}

void Exchange::settle(const wire::Message& message, Slot& slot) {
  if (slot.state != State::kAwaited && slot.state != State::kSilent) return;
  const uint32_t id = slot.record->id();
  if (message.type() == NLMSG_ERROR || message.type() == NLMSG_DONE) {
    if (message.error() != 0) return refuse(slot, message);
    succeed(slot, message.extended_ack());
    return conclude(slot, State::kSucceeded);
  }
  if (message.type() < NLMSG_MIN_TYPE) return;
  if (&slot == &slots_.back()) remember_link(message);
  const bool reply = slot.record->has(wire::kReply);
  completed_.append({id, reply ? CompletionCode::kReply : CompletionCode::kPart}, message.bytes());
  if (reply) conclude(slot, State::kSucceeded);
}

/** An echo that is cut off is only missing; a reply can be asked for again. */
void Exchange::truncated(wire::Bytes datagram) {
  nlmsghdr header;
  std::memcpy(&header, datagram.data(), sizeof(header));
  const std::size_t slot = header.nlmsg_seq - first_sequence_;
  if (slot >= slots_.size() || slots_[slot].state != State::kAwaited || !slots_[slot].record->has(wire::kReply)) return;
  conclude(slots_[slot], State::kTruncated);
}

void Exchange::remember_link(const wire::Message& message) {
  ifinfomsg link;
  if (message.type() != RTM_NEWLINK || message.payload().size() < sizeof(link)) return;
  std::memcpy(&link, message.payload().data(), sizeof(link));
  last_.index = static_cast<uint32_t>(link.ifi_index);
  last_.link = 0;
  const auto parent = wire::find_attribute(message.payload().subspan(sizeof(link)), IFLA_LINK);
  if (parent && parent->size() >= sizeof(last_.link)) std::memcpy(&last_.link, parent->data(), sizeof(last_.link));
}

/** The request follows the extended ack at a multiple of 4. */
void Exchange::refuse(Slot& slot, const wire::Message& answer) {
  if (may_be_stale(slot, answer)) return conclude(slot, State::kStale);
  completed_.append(wire::refusal(slot.record->id(), answer), wire::padded_extended_ack(answer), request(slot));
  conclude(slot, State::kFailed);
}

void Exchange::conclude(Slot& slot, State state) {
  if (slot.state == State::kAwaited) --awaited_;
  slot.state = state;
}

/** The kernel has what was sent, and what became of it is lost. */
void Exchange::give_up(int error) {
  for (Slot& slot : slots_) {
    if (slot.state != State::kAwaited && slot.state != State::kSilent) continue;
    completed_.append({slot.record->id(), CompletionCode::kUnknown, static_cast<uint32_t>(error)});
    conclude(slot, State::kFailed);
  }
  overrun_ = false;
}

void Exchange::settle_silent() {
  for (Slot& slot : slots_) {
    if (slot.state != State::kSilent) continue;
    succeed(slot);
    slot.state = State::kSucceeded;
  }
}

/** Of success a quiet run says nothing, unless the kernel has remarked on it. */
void Exchange::succeed(const Slot& slot, wire::Bytes extended_ack) {
  if (quiet_ && extended_ack.empty()) return;
  completed_.append({slot.record->id(), CompletionCode::kDone}, extended_ack);
}

/** The socket's buffer has grown to what was cut off. */
void Exchange::repeat_truncated() {
  for (Slot& slot : slots_) {
    for (int repeats = 0; slot.state == State::kTruncated && repeats < kMostRepeats; ++repeats) {
      slot.state = State::kUnsent;
      send_one_by_one({&slot, 1});
      receive();
    }
    if (slot.state != State::kTruncated) continue;
    completed_.append({slot.record->id(), CompletionCode::kTruncated});
    slot.state = State::kFailed;
  }
}

/** The kernel answers so, and says no more, for an id that no family has. A family may do the same for reasons of its
 * own. */
bool Exchange::may_be_stale(const Slot& slot, const wire::Message& answer) const {
  return slot.record->kind().has_family() && answer.error() == ENOENT && answer.extended_ack().empty() &&
         !families_are_fresh_;
}

/** A module that was loaded again has another id, and the old one is not given away for a long time. */
void Exchange::repeat_stale() {
  for (Slot& slot : slots_) {
    if (slot.state != State::kStale) continue;
    if (!families_are_fresh_) names_.forget_families();
    families_are_fresh_ = true;
    repeat_as(slot, names_.family_of(wire::family_name(*slot.record), *stop_));
  }
}

void Exchange::repeat_as(Slot& slot, wire::FamilyId family) {
  constexpr std::size_t kType = offsetof(nlmsghdr, nlmsg_type);
  const uint32_t id = slot.record->id();
  uint16_t former = 0;
  std::memcpy(&former, request(slot).data() + kType, sizeof(former));
  slot.state = State::kFailed;
  if (family.error != 0) {
    return completed_.append({id, CompletionCode::kUnresolved, static_cast<uint32_t>(family.error), kType},
                             request(slot));
  }
  if (family.id == former) return completed_.append({id, CompletionCode::kRefused, ENOENT}, request(slot));
  writer_.patch(slot.start + kType, family.id);
  slot.state = State::kUnsent;
  send_one_by_one({&slot, 1});
  receive();
}

/**
 * In call order a name means what the records before it made of it: those that change names are executed first. A long
 * name is looked up through the socket itself, so nothing may be outstanding on it.
 */
wire::LinkIndex Exchange::index_of(std::string_view name) {
  if (name == known_name_) return known_index_;
  const bool is_long = Names::is_long(name);
  if (renames_unsent_ || is_long) send_unsent(slots_.size());
  if (is_long) receive();
  known_index_ = names_.index_of(name, *stop_);
  known_name_ = name;
  return known_index_;
}

wire::LinkIndex Exchange::index_of_previous() { return RecordNames::index_of_previous(*previous_); }

wire::LinkIndex Exchange::link_of_previous() { return RecordNames::link_of_previous(*previous_); }

/** The first time, the socket itself is asked: nothing may be outstanding on it. */
wire::FamilyId Exchange::family_of(std::string_view name) {
  if (!names_.known_family(name)) {
    send_unsent(slots_.size());
    receive();
  }
  return names_.family_of(name, *stop_);
}

}  // namespace rtnetlink::sys
