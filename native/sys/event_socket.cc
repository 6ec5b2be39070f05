#include "sys/event_socket.h"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "sys/retry.h"
#include "sys/system_error.h"

namespace rtnetlink::sys {

namespace {

/** No message of the kernel's is longer than its longest attribute, hardly. */
constexpr std::size_t kBuffer = std::size_t{128} * 1024;
/** Pages of a buffer that no message was long enough for take no memory. */
constexpr std::size_t kMostDatagrams = 32;
/** Or all buffers would begin in the same lines of the processor's cache. */
constexpr std::size_t kStagger = 320;

/** SO_MEMINFO of <asm-generic/socket.h>, and SK_MEMINFO_DROPS and SK_MEMINFO_VARS of <linux/sock_diag.h>. */
constexpr int kMemoryInfo = 55;
constexpr std::size_t kDrops = 8;
constexpr std::size_t kMemoryVariables = 9;

}  // namespace

/** Messages that one call of recvmmsg() has received. */
class EventSocket::Batch {
 public:
  Batch() : buffer_(std::make_unique_for_overwrite<std::byte[]>(kMostDatagrams * (kBuffer + kStagger))) {
    for (std::size_t i = 0; i < kMostDatagrams; ++i) {
      msghdr& header = headers_[i].msg_hdr;
      data_[i] = {buffer_.get() + i * (kBuffer + kStagger), kBuffer};
      header.msg_name = &from_[i];
      header.msg_iov = &data_[i];
      header.msg_iovlen = 1;
      header.msg_control = control_[i].bytes.data();
    }
  }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  /** False, with errno, when there is none. */
  bool receive(int socket) {
    for (mmsghdr& header : headers_) {
      header.msg_hdr.msg_namelen = sizeof(sockaddr_nl);
      header.msg_hdr.msg_controllen = sizeof(Control);
    }
    next_ = 0;
    count_ = 0;
    const int count = retry([&] { return ::recvmmsg(socket, headers_.data(), kMostDatagrams, MSG_DONTWAIT, nullptr); });
    if (count < 0) return false;
    count_ = static_cast<std::size_t>(count);
    return true;
  }

  [[nodiscard]] bool is_over() const { return next_ == count_; }

  /** Nothing: somebody else than the kernel has sent it. */
  std::optional<Event> next() {
    const std::size_t i = next_++;
    const msghdr& header = headers_[i].msg_hdr;
    if (from_[i].nl_pid != 0) return {};
    if ((header.msg_flags & MSG_TRUNC) != 0) return Event{Event::What::kOverrun, {}};
    const auto* const start = static_cast<const std::byte*>(data_[i].iov_base);
    return Event{Event::What::kMessages, {start, headers_[i].msg_len}, namespace_of(header)};
  }

 private:
  struct alignas(cmsghdr) Control {
    std::array<std::byte, CMSG_SPACE(sizeof(int))> bytes;
  };

  static uint32_t namespace_of(const msghdr& header) {
    uint32_t id = kOwnNamespace;
    for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr;
         part = CMSG_NXTHDR(const_cast<msghdr*>(&header), part)) {
      if (part->cmsg_level != SOL_NETLINK || part->cmsg_type != NETLINK_LISTEN_ALL_NSID) continue;
      std::memcpy(&id, CMSG_DATA(part), sizeof(id));
    }
    return id;
  }

  std::unique_ptr<std::byte[]> buffer_;
  std::array<mmsghdr, kMostDatagrams> headers_{};
  std::array<sockaddr_nl, kMostDatagrams> from_{};
  std::array<iovec, kMostDatagrams> data_{};
  std::array<Control, kMostDatagrams> control_{};
  std::size_t next_ = 0;
  std::size_t count_ = 0;
};

EventSocket::EventSocket(NetlinkSocket socket, const EventSettings& settings)
    : socket_(std::move(socket)), batch_(std::make_unique<Batch>()) {
  if (settings.all_namespaces) set_option(NETLINK_LISTEN_ALL_NSID, 1);
  for (const int group : settings.groups) set_option(NETLINK_ADD_MEMBERSHIP, group);
}

EventSocket::EventSocket(EventSocket&&) noexcept = default;
EventSocket::~EventSocket() = default;

void EventSocket::set_option(int name, int value) const {
  if (::setsockopt(descriptor().get(), SOL_NETLINK, name, &value, sizeof(value)) != 0)
    throw SystemError(SystemCall::kSetsockopt, errno, static_cast<uint32_t>(name));
}

bool EventSocket::has_received() const { return !batch_->is_over(); }

EventSocket::Event EventSocket::receive() {
  for (;;) {
    if (batch_->is_over() && !batch_->receive(descriptor().get())) {
      if (errno == EAGAIN) return {Event::What::kNothing, {}};
      if (errno == ENOBUFS) return {Event::What::kOverrun, {}};
      throw SystemError(SystemCall::kRecvmsg);
    }
    if (const std::optional<Event> event = batch_->next()) return *event;
  }
}

uint32_t EventSocket::drops() const {
  std::array<uint32_t, kMemoryVariables> variables{};
  socklen_t length = sizeof(variables);
  ::getsockopt(descriptor().get(), SOL_SOCKET, kMemoryInfo, variables.data(), &length);
  return variables[kDrops];
}

}  // namespace rtnetlink::sys
