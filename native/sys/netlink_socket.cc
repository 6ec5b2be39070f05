#include "sys/netlink_socket.h"

#include <linux/if.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "sys/retry.h"
#include "sys/system_error.h"
#include "wire/align.h"

namespace rtnetlink::sys {

namespace {

/**
 * The kernel sizes the parts of a dump by the largest buffer it has seen on the socket, up to 32 KiB; a single message
 * may be longer than that, but hardly than its longest attribute.
 */
constexpr std::size_t kFirstBuffer = std::size_t{64} * 1024;
constexpr std::size_t kStart = 512;
constexpr std::size_t kLargestBuffer = std::size_t{16} * 1024 * 1024;
/** How often, and with what pauses, the kernel is asked again when it lacks memory for a message. */
constexpr int kSendTries = 4;
constexpr int kSendPause = 2;

#ifndef SO_NETNS_COOKIE
constexpr int SO_NETNS_COOKIE = 71;
#endif

}  // namespace

UniqueFd NetlinkSocket::open(int protocol) {
  UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol));
  if (!fd) throw SystemError(SystemCall::kSocket);
  return fd;
}

NetlinkSocket::NetlinkSocket(const SocketSettings& settings, Counters& counters)
    : NetlinkSocket(open(settings.protocol), settings, counters) {}

NetlinkSocket::NetlinkSocket(UniqueFd fd, const SocketSettings& settings, Counters& counters)
    : fd_(std::move(fd)), protocol_(settings.protocol) {
  counted_ = Counted(counters.sockets);
  configure(settings);
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  if (::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    throw SystemError(SystemCall::kBind);
}

void NetlinkSocket::configure(const SocketSettings& settings) {
  set_option(SOL_NETLINK, NETLINK_EXT_ACK, 1);
  set_option(SOL_NETLINK, NETLINK_CAP_ACK, 1);
  if (settings.strict) set_option(SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
  if (settings.receive_buffer > 0) set_receive_buffer(settings.receive_buffer);
  int capacity = 0;
  socklen_t length = sizeof(capacity);
  ::getsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &capacity, &length);
  receive_capacity_ = static_cast<std::size_t>(capacity);
  length = sizeof(namespace_cookie_);
  ::getsockopt(fd_.get(), SOL_SOCKET, SO_NETNS_COOKIE, &namespace_cookie_, &length);
}

/** An option that this kernel does not know only makes answers poorer. */
void NetlinkSocket::set_option(int level, int name, int value) const {
  if (::setsockopt(fd_.get(), level, name, &value, sizeof(value)) == 0 || errno == ENOPROTOOPT) return;
  throw SystemError(SystemCall::kSetsockopt);
}

/** The limit of net.core.rmem_max is for those without CAP_NET_ADMIN. */
void NetlinkSocket::set_receive_buffer(int bytes) const {
  if (::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) == 0) return;
  if (errno != EPERM) throw SystemError(SystemCall::kSetsockopt);
  set_option(SOL_SOCKET, SO_RCVBUF, bytes);
}

void NetlinkSocket::send(wire::Bytes messages) {
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  iovec data{const_cast<std::byte*>(messages.data()), messages.size()};
  msghdr header{};
  header.msg_name = &kernel;
  header.msg_namelen = sizeof(kernel);
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  for (int tries = 1;; ++tries) {
    if (retry([&] { return ::sendmsg(fd_.get(), &header, 0); }) >= 0) return;
    const int error = errno;
    if ((error != ENOBUFS && error != EAGAIN) || tries == kSendTries) throw SystemError(SystemCall::kSendmsg, error);
    ::poll(nullptr, 0, kSendPause << tries);
  }
}

/** Not zeroed: only what the kernel writes is read, and costs memory. */
void NetlinkSocket::make_buffer(std::size_t size) {
  buffer_ = std::make_unique_for_overwrite<std::byte[]>(size);
  buffer_size_ = size;
}

Received NetlinkSocket::receive() {
  if (!buffer_) make_buffer(kFirstBuffer);
  for (;;) {
    sockaddr_nl from{};
    socklen_t from_length = sizeof(from);
    const ssize_t length = retry([&] {
      return ::recvfrom(fd_.get(), buffer_.get(), buffer_size_, MSG_DONTWAIT | MSG_TRUNC,
                        reinterpret_cast<sockaddr*>(&from), &from_length);
    });
    if (length < 0) {
      if (errno == EAGAIN) return {Received::What::kNothing, {}};
      if (errno == ENOBUFS) return {Received::What::kOverrun, {}};
      throw SystemError(SystemCall::kRecvmsg);
    }
    if (from_length < sizeof(from) || from.nl_pid != 0) continue;
    const auto size = static_cast<std::size_t>(length);
    return size <= buffer_size_ ? Received{Received::What::kDatagram, {buffer_.get(), size}} : cut_off(size);
  }
}

/** The rest of a datagram that is larger than the buffer is gone. Its first message is there, which tells whose it was.
 */
Received NetlinkSocket::cut_off(std::size_t size) {
  start_.assign(buffer_.get(), buffer_.get() + kStart);
  if (size <= kLargestBuffer) make_buffer(wire::align(size));
  return {Received::What::kDatagram, start_, true};
}

bool NetlinkSocket::wait(std::chrono::milliseconds time) const {
  pollfd poll{fd_.get(), POLLIN, 0};
  return ::poll(&poll, 1, static_cast<int>(time.count())) > 0;
}

wire::LinkIndex NetlinkSocket::index_of(std::string_view name) const {
  ifreq request{};
  if (name.size() >= sizeof(request.ifr_name)) return {0, ENODEV};
  std::memcpy(request.ifr_name, name.data(), name.size());
  if (::ioctl(fd_.get(), SIOCGIFINDEX, &request) != 0) return {0, errno};
  return {static_cast<uint32_t>(request.ifr_ifindex), 0};
}

/** The kernel finds the link by its name, so that is asked for first. */
int NetlinkSocket::link_ioctl(unsigned long request, uint32_t index, std::byte* data) const {
  ifreq about{};
  about.ifr_ifindex = static_cast<int>(index);
  if (::ioctl(fd_.get(), SIOCGIFNAME, &about) != 0) return errno;
  about.ifr_data = reinterpret_cast<char*>(data);
  return retry([&] { return ::ioctl(fd_.get(), request, &about); }) < 0 ? errno : 0;
}

UniqueFd NetlinkSocket::network_namespace() const { return UniqueFd(::ioctl(fd_.get(), SIOCGSKNS)); }

uint32_t NetlinkSocket::reserve_sequences(std::size_t count) {
  return std::exchange(sequence_, sequence_ + static_cast<uint32_t>(count));
}

}  // namespace rtnetlink::sys
