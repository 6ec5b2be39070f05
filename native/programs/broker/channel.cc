#include "programs/broker/channel.h"

#include <sys/socket.h>

#include <utility>

#include "sys/passed_descriptors.h"
#include "sys/retry.h"

namespace rtnetlink::broker {
namespace {

using Passed = sys::PassedDescriptors<sys::kMostBrokerDescriptors>;

}  // namespace

Arrival Channel::receive(Question& question) const {
  iovec data{&question.request, sizeof question.request};
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  Passed passed;
  passed.make_room_in(header);
  const ssize_t size = sys::retry([&] { return recvmsg(socket_, &header, MSG_CMSG_CLOEXEC); });
  if (size <= 0) return Arrival::kEnd;
  std::array<sys::UniqueFd, sys::kMostBrokerDescriptors> descriptors;
  const std::size_t count = Passed::take_from(header, descriptors);
  question.descriptor = std::move(descriptors[0]);
  const bool whole = size == sizeof question.request && (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
  const bool terminated = question.request.path.back() == '\0';
  return whole && terminated && count <= 1 ? Arrival::kQuestion : Arrival::kMalformed;
}

bool Channel::send(const Result& result) const {
  sys::BrokerAnswer answer = result.answer;
  iovec data{&answer, sizeof answer};
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  Passed passed;
  const auto& [first, second] = result.descriptors;
  if (second) {
    passed.put_into(header, {first.get(), second.get()});
  } else if (first) {
    passed.put_into(header, {first.get()});
  }
  return sys::retry([&] { return sendmsg(socket_, &header, MSG_NOSIGNAL); }) >= 0;
}

}  // namespace rtnetlink::broker
