#include "sys/broker.h"

#include <sys/socket.h>

#include <cerrno>
#include <stop_token>
#include <utility>

#include "sys/passed_descriptors.h"
#include "sys/retry.h"
#include "sys/system_error.h"

namespace rtnetlink::sys {
namespace {

using Passed = PassedDescriptors<kMostBrokerDescriptors>;

struct SocketPair {
  UniqueFd ours;
  UniqueFd theirs;
};

SocketPair make_sockets() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) throw SystemError(SystemCall::kSpawn);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

}  // namespace

Broker::Broker(const std::string& executable, ThreadPool& pool) : pool_(pool) {
  SocketPair sockets = make_sockets();
  process_ = std::make_shared<ChildProcess>(executable, kBrokerArgument, sockets.theirs);
  socket_ = std::move(sockets.ours);
}

/** Waiting for its end takes a moment; whoever lets go of the last namespace need not. */
Broker::~Broker() {
  socket_.reset();
  try {
    pool_.submit([process = std::move(process_)](const std::stop_token&) {});
  } catch (const SystemError&) {
    return;
  }
}

bool Broker::send(const BrokerRequest& request, const UniqueFd* along) {
  iovec data{const_cast<BrokerRequest*>(&request), sizeof request};
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  Passed passed;
  if (along != nullptr) passed.put_into(header, {along->get()});
  if (retry([&] { return sendmsg(socket_.get(), &header, MSG_NOSIGNAL); }) >= 0) return true;
  if (errno == EPIPE || errno == ECONNRESET) return false;
  throw SystemError(SystemCall::kBroker);
}

Broker::Descriptors Broker::receive() {
  BrokerAnswer answer;
  iovec data{&answer, sizeof answer};
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  Passed passed;
  passed.make_room_in(header);
  const ssize_t size = retry([&] { return recvmsg(socket_.get(), &header, MSG_CMSG_CLOEXEC); });
  if (size < 0 && errno != ECONNRESET) throw SystemError(SystemCall::kBroker);
  Descriptors descriptors;
  if (size > 0) Passed::take_from(header, descriptors);
  if (size != sizeof answer) throw SystemError(SystemCall::kBroker, ECONNRESET);
  if (answer.error != 0) throw SystemError(static_cast<SystemCall>(answer.call), answer.error);
  // Without room for descriptors (RLIMIT_NOFILE) the kernel leaves them out.
  if ((header.msg_flags & MSG_CTRUNC) != 0 || !descriptors[0]) throw SystemError(SystemCall::kBroker, EMFILE);
  return descriptors;
}

void Broker::interrupt() const { (void)shutdown(socket_.get(), SHUT_RDWR); }

}  // namespace rtnetlink::sys
