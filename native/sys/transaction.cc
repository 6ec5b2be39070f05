#include "sys/transaction.h"

#include <linux/netlink.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "sys/patience.h"
#include "sys/system_error.h"
#include "wire/encode.h"
#include "wire/refusal.h"

namespace rtnetlink::sys {

using wire::CompletionCode;

bool Transaction::run(const wire::Record& record, const Predecessor& previous, const std::stop_token& stop) {
  id_ = record.id();
  // Each message has words of its own in the record, so there are fewer of them.
  first_ = socket_.reserve_sequences(record.words().size());
  if (!encode(record, previous, stop)) return false;
  ask_for_an_answer();
  if (!send()) return false;
  const bool succeeded = receive(stop);
  drain();
  return succeeded;
}

bool Transaction::encode(const wire::Record& record, const Predecessor& previous, const std::stop_token& stop) {
  RecordNames names(names_, previous, stop);
  const wire::Encoded encoded = wire::encode(record, first_, writer_, names);
  if (encoded.end == wire::Encoded::End::kComplete) return true;
  return complete(wire::unencoded(id_, encoded), writer_.bytes());
}

/** Messages that fail are answered unasked. Of those that do not, the last one says that everything is through. */
void Transaction::ask_for_an_answer() {
  std::size_t start = 0;
  std::size_t last = 0;
  std::size_t next = 0;
  wire::MessageReader reader(writer_.bytes());
  while (const auto message = reader.next()) {
    last = start;
    start = next;
    next += wire::align(message->bytes().size());
  }
  nlmsghdr header;
  std::memcpy(&header, writer_.bytes().data() + last, sizeof(header));
  last_ = header.nlmsg_seq - first_;
  writer_.patch(last + offsetof(nlmsghdr, nlmsg_flags), static_cast<uint16_t>(header.nlmsg_flags | NLM_F_ACK));
}

bool Transaction::send() {
  try {
    socket_.send(writer_.bytes());
    return true;
  } catch (const SystemError& error) {
    return complete(failed(id_, error));
  }
}

bool Transaction::receive(const std::stop_token& stop) {
  Patience patience(stop);
  try {
    for (;;) {
      const Received received = socket_.receive();
      if (received.what == Received::What::kOverrun) return complete({id_, CompletionCode::kUnknown, ENOBUFS});
      if (received.what == Received::What::kDatagram) {
        if (const auto over = read(received.bytes)) return *over;
      } else if (!patience.wait(socket_)) {
        return complete({id_, CompletionCode::kUnknown, static_cast<uint32_t>(patience.error())});
      }
    }
  } catch (const SystemError& error) {
    return complete({id_, CompletionCode::kUnknown, static_cast<uint32_t>(error.error())});
  }
}

/**
 * Whether it has succeeded, once that can be told. What the kernel minds about the whole, also when it comes to light
 * at the very end, it says of the message that begins it, and says that first (nfnetlink_rcv_batch() in
 * net/netfilter/nfnetlink.c).
 */
std::optional<bool> Transaction::read(wire::Bytes datagram) {
  wire::MessageReader reader(datagram);
  while (const auto message = reader.next()) {
    const uint32_t number = message->sequence() - first_;
    if (message->type() != NLMSG_ERROR || number > last_) continue;
    if (message->error() != 0) return refuse(*message);
    if (number != last_) continue;
    completions_.post({id_, CompletionCode::kDone}, message->extended_ack());
    return true;
  }
  return std::nullopt;
}

/** The first that was refused. There may be others, which only say the same of the same mistake. */
bool Transaction::refuse(const wire::Message& answer) {
  const std::size_t number = answer.sequence() - first_;
  wire::Completion completion = wire::refusal(id_, answer);
  completion.detail |= static_cast<uint32_t>(number) << 16;
  return complete(completion, wire::padded_extended_ack(answer), message_at(number));
}

wire::Bytes Transaction::message_at(std::size_t number) const {
  wire::MessageReader reader(writer_.bytes());
  std::size_t at = 0;
  while (const auto message = reader.next()) {
    if (at++ == number) return message->bytes();
  }
  return {};
}

/** The kernel has answered all of it before sendmsg returns; nobody waits for the rest. */
void Transaction::drain() {
  try {
    while (socket_.receive().what != Received::What::kNothing) continue;
  } catch (const SystemError&) {
    return;
  }
}

/** Always false. */
bool Transaction::complete(const wire::Completion& completion, wire::Bytes first, wire::Bytes second) {
  completions_.post(completion, first, second);
  return false;
}

}  // namespace rtnetlink::sys
