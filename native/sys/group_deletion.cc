#include "sys/group_deletion.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <random>
#include <unordered_set>

#include "sys/patience.h"
#include "sys/system_error.h"
#include "wire/encode.h"

namespace rtnetlink::sys {

using wire::CompletionCode;

namespace {

/** Replies about links that are under way at once: each takes some 2,300 bytes of the receive buffer. */
constexpr std::size_t kQuestions = 32;

/** Names in these messages are the kernel's to look up; one that would have to be looked up here stays for later. */
class NoNames : public wire::Resolver {
 public:
  wire::LinkIndex index_of(std::string_view) override { return {0, ENODEV}; }
  wire::LinkIndex index_of_previous() override { return {0, ENODEV}; }
  wire::LinkIndex link_of_previous() override { return {0, ENODEV}; }
  wire::FamilyId family_of(std::string_view) override { return {0, ENOENT}; }
};

/** One that nobody uses, in all likelihood: groups are numbered by hand, from 0. */
uint32_t unused_group() {
  std::random_device random;
  return random() | 0x4000'0000U;
}

uint32_t number_in(wire::Bytes payload) {
  uint32_t value = 0;
  if (payload.size() >= sizeof(value)) std::memcpy(&value, payload.data(), sizeof(value));
  return value;
}

}  // namespace

std::vector<wire::Record> GroupDeletion::run(std::span<const wire::Record> records) {
  victims_.clear();
  for (const wire::Record& record : records) victims_.push_back({record});
  std::vector<wire::Record> left;
  const auto leave = [&](const Victim& victim) {
    if (!victim.deletable) left.push_back(victim.record);
    return !victim.deletable;
  };
  try {
    look_up();
    leave_twins();
    std::erase_if(victims_, leave);
    if (victims_.empty()) return left;
    const Outcome outcome = delete_together();
    std::erase_if(victims_, leave);
    if (outcome == Outcome::kDeleted) complete(CompletionCode::kDone, 0);
    if (outcome == Outcome::kLost) complete(CompletionCode::kUnknown, ENOBUFS);
    if (outcome != Outcome::kRefused) return left;
    restore_groups();
  } catch (const SystemError&) {
    // Whatever it is, one by one it will be reported.
  }
  for (const Victim& victim : victims_) left.push_back(victim.record);
  return left;
}

void GroupDeletion::look_up() {
  for (std::size_t start = 0; start < victims_.size(); start += kQuestions) {
    ask(std::span(victims_).subspan(start, std::min(kQuestions, victims_.size() - start)));
  }
}

/** The deletions themselves, turned into questions: they name the link in the same way. */
void GroupDeletion::ask(std::span<Victim> victims) {
  writer_.clear();
  NoNames names;
  const uint32_t first = socket_.reserve_sequences(victims.size());
  uint32_t last = 0;
  for (std::size_t i = 0; i < victims.size(); ++i) {
    const std::size_t start = writer_.size();
    const auto sequence = first + static_cast<uint32_t>(i);
    if (wire::encode(victims[i].record, sequence, writer_, names).end != wire::Encoded::End::kComplete) {
      writer_.rewind(start);
      continue;
    }
    writer_.put(IFLA_EXT_MASK, uint32_t{RTEXT_FILTER_SKIP_STATS});
    writer_.finish(start);
    writer_.patch(start + offsetof(nlmsghdr, nlmsg_type), uint16_t{RTM_GETLINK});
    writer_.patch(start + offsetof(nlmsghdr, nlmsg_flags), uint16_t{NLM_F_REQUEST});
    last = sequence;
  }
  if (last == 0) return;
  socket_.send(writer_.bytes());
  receive_until(last, [&](const wire::Message& message) { note(message, victims, first); });
}

/** A device without a kind, such as hardware or loopback, is nothing that can be deleted. */
void GroupDeletion::note(const wire::Message& message, std::span<Victim> victims, uint32_t first_sequence) {
  const std::size_t at = message.sequence() - first_sequence;
  ifinfomsg link;
  if (message.type() != RTM_NEWLINK || at >= victims.size() || message.payload().size() < sizeof(link)) return;
  std::memcpy(&link, message.payload().data(), sizeof(link));
  const wire::Bytes attributes = message.payload().subspan(sizeof(link));
  const auto group = wire::find_attribute(attributes, IFLA_GROUP);
  const auto info = wire::find_attribute(attributes, IFLA_LINKINFO);
  victims[at].index = static_cast<uint32_t>(link.ifi_index);
  victims[at].group = group ? number_in(*group) : 0;
  victims[at].deletable = info && wire::find_attribute(*info, IFLA_INFO_KIND).has_value();
}

/** Who deletes a link twice hears of it. */
void GroupDeletion::leave_twins() {
  std::unordered_set<uint32_t> seen;
  for (Victim& victim : victims_) {
    if (victim.deletable) victim.deletable = seen.insert(victim.index).second;
  }
}

/** The kernel works through one sendmsg in order and to its end, so nobody finds links in the group for long. */
GroupDeletion::Outcome GroupDeletion::delete_together() {
  writer_.clear();
  const uint32_t group = unused_group();
  const uint32_t first = socket_.reserve_sequences(victims_.size() + 1);
  uint32_t sequence = first;
  for (const Victim& victim : victims_) put(RTM_SETLINK, 0, sequence++, victim.index, group);
  put(RTM_DELLINK, NLM_F_ACK, sequence, 0, group);
  socket_.send(writer_.bytes());
  bool deleted = false;
  const bool answered = receive_until(sequence, [&](const wire::Message& message) {
    if (message.type() != NLMSG_ERROR) return;
    const std::size_t at = message.sequence() - first;
    if (at < victims_.size()) victims_[at].deletable = message.error() == 0;
    if (at == victims_.size()) deleted = message.error() == 0;
  });
  if (!answered) return Outcome::kLost;
  return deleted ? Outcome::kDeleted : Outcome::kRefused;
}

void GroupDeletion::put(uint16_t type, uint16_t flags, uint32_t sequence, uint32_t index, uint32_t group) {
  const auto message_flags = static_cast<uint16_t>(NLM_F_REQUEST | flags);
  const std::size_t start = writer_.begin(type, message_flags, sequence, sizeof(ifinfomsg));
  writer_.patch(start + NLMSG_HDRLEN + offsetof(ifinfomsg, ifi_index), index);
  writer_.put(IFLA_GROUP, group);
  writer_.finish(start);
}

/** One of them is of a kind that cannot be deleted: the kernel has deleted none. */
void GroupDeletion::restore_groups() {
  writer_.clear();
  const uint32_t first = socket_.reserve_sequences(victims_.size());
  uint32_t sequence = first;
  for (const Victim& victim : victims_) {
    const uint16_t flags = &victim == &victims_.back() ? NLM_F_ACK : 0;
    put(RTM_SETLINK, flags, sequence++, victim.index, victim.group);
  }
  socket_.send(writer_.bytes());
  receive_until(sequence - 1, [](const wire::Message&) {});
}

void GroupDeletion::complete(CompletionCode code, int error) {
  wire::CompletionBuffer completed;
  for (const Victim& victim : victims_) completed.append({victim.record.id(), code, static_cast<uint32_t>(error)});
  completions_.post(completed);
}

/** Reads replies up to the one to the last message sent. False when one was lost. */
template <typename Visit>
bool GroupDeletion::receive_until(uint32_t last_sequence, Visit visit) {
  Patience patience(stop_);
  bool overrun = false;
  for (;;) {
    const Received received = socket_.receive();
    if (received.what == Received::What::kOverrun) {
      overrun = true;
    } else if (received.what == Received::What::kNothing) {
      if (overrun || !patience.wait(socket_)) return false;
    } else {
      wire::MessageReader reader(received.bytes);
      while (const auto message = reader.next()) {
        visit(*message);
        if (message->sequence() == last_sequence) return !overrun;
      }
    }
  }
}

}  // namespace rtnetlink::sys
