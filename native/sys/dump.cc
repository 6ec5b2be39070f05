#include "sys/dump.h"

#include <linux/netlink.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

#include "sys/patience.h"
#include "sys/system_error.h"
#include "wire/encode.h"
#include "wire/refusal.h"

namespace rtnetlink::sys {

using wire::CompletionCode;

namespace {
/** Each lets the receive buffer grow to what did not fit. */
constexpr int kMostTruncations = 3;
}  // namespace

bool Dump::start(const wire::Record& record, const Predecessor& previous, const std::stop_token& stop) {
  id_ = record.id();
  if (record.kind().has_family()) family_ = wire::family_name(record);
  return encode(record, previous, stop) && send();
}

bool Dump::encode(const wire::Record& record, const Predecessor& previous, const std::stop_token& stop) {
  RecordNames names(names_, previous, stop);
  const wire::Encoded encoded = wire::encode(record, 0, writer_, names);
  if (encoded.end == wire::Encoded::End::kComplete) return true;
  return complete(wire::unencoded(id_, encoded), writer_.bytes());
}

bool Dump::send() {
  sequence_ = socket_.reserve_sequences(1);
  interrupted_ = filtered_ = truncated_ = false;
  writer_.patch(offsetof(nlmsghdr, nlmsg_seq), sequence_);
  try {
    socket_.send(writer_.bytes());
    return true;
  } catch (const SystemError& error) {
    return complete(failed(id_, error));
  }
}

/** Parts of an attempt that will be repeated are not worth their way to JavaScript. */
Dump::Progress Dump::advance(const std::stop_token& stop) {
  const auto received = receive(stop);
  if (!received) return Progress::kOver;
  if (received->truncated) {
    truncated_ = true;
    return Progress::kNothing;
  }
  const wire::DumpPart part = wire::read_dump_part(received->bytes, sequence_);
  interrupted_ |= part.interrupted;
  filtered_ |= part.filtered;
  const bool in_vain = truncated_ || (interrupted_ && restarts_left_ > 0);
  const bool has_part = !in_vain && !part.messages.empty();
  if (has_part) completions_.post({id_, CompletionCode::kPart}, part.messages);
  has_parts_ |= has_part;
  if (!part.end) return has_part ? Progress::kPart : Progress::kNothing;
  if (in_vain && part.end->error() == 0) return restart();
  if (has_other_family(*part.end, stop)) return send() ? Progress::kNothing : Progress::kOver;
  finish(*part.end);
  return Progress::kOver;
}

/** The next datagram; nothing when the dump is over because none can be had. */
std::optional<Received> Dump::receive(const std::stop_token& stop) {
  Patience patience(stop);
  try {
    for (;;) {
      const Received received = socket_.receive();
      if (received.what == Received::What::kDatagram) return received;
      if (received.what == Received::What::kOverrun) continue;
      if (!patience.wait(socket_)) {
        complete({id_, CompletionCode::kUnknown, static_cast<uint32_t>(patience.error())});
        return std::nullopt;
      }
    }
  } catch (const SystemError& error) {
    complete({id_, CompletionCode::kUnknown, static_cast<uint32_t>(error.error())});
    return std::nullopt;
  }
}

/** What a reader of a stream has, it cannot forget: then a part that was cut off is the end. */
Dump::Progress Dump::restart() {
  const bool repeatable = !has_parts_ || restarts_left_ > 0;
  if (truncated_ && (!repeatable || ++truncations_ > kMostTruncations)) {
    complete({id_, CompletionCode::kTruncated});
    return Progress::kOver;
  }
  if (!truncated_) --restarts_left_;
  completions_.post({id_, CompletionCode::kDumpRestart, 0, ++restarts_});
  has_parts_ = false;
  return send() ? Progress::kNothing : Progress::kOver;
}

void Dump::finish(const wire::Message& end) {
  if (end.error() != 0) {
    complete(wire::refusal(id_, end), wire::padded_extended_ack(end), writer_.bytes());
    return;
  }
  succeeded_ = true;
  const uint32_t flags = (interrupted_ ? wire::kDumpInterrupted : 0U) | (filtered_ ? wire::kDumpFiltered : 0U);
  complete({id_, CompletionCode::kDumpDone, 0, flags}, end.extended_ack());
}

/** Whether a module was loaded again since its family was looked up, which is noted in the message. See Exchange. */
bool Dump::has_other_family(const wire::Message& end, const std::stop_token& stop) {
  if (family_.empty() || end.error() != ENOENT || !end.extended_ack().empty()) return false;
  constexpr std::size_t kType = offsetof(nlmsghdr, nlmsg_type);
  names_.forget_families();
  const wire::FamilyId family = names_.family_of(std::exchange(family_, {}), stop);
  uint16_t former = 0;
  std::memcpy(&former, writer_.bytes().data() + kType, sizeof(former));
  if (family.error != 0 || family.id == former) return false;
  writer_.patch(kType, family.id);
  return true;
}

/** Always false: there is nothing more to come. */
bool Dump::complete(const wire::Completion& completion, wire::Bytes first, wire::Bytes second) {
  completions_.post(completion, first, second);
  return false;
}

}  // namespace rtnetlink::sys
