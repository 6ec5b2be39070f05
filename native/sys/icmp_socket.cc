#include "sys/icmp_socket.h"

#include <linux/errqueue.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "sys/retry.h"
#include "sys/system_error.h"

namespace rtnetlink::sys {
namespace {

/** An IPv4 header with all its options. */
constexpr std::size_t kLargestHeader = 60;
/** An asynchronous error is reported once, by whichever call comes next; so many in a row are no longer that. */
constexpr int kTries = 8;

template <typename Value>
Value load_from(const std::byte* from) {
  Value value{};
  std::memcpy(&value, from, sizeof value);
  return value;
}

/** recvmsg with room for the control messages that we ask for. */
class ReceivedPacket {
 public:
  explicit ReceivedPacket(std::span<std::byte> buffer) : buffer_(buffer), part_{buffer.data(), buffer.size()} {
    header_.msg_name = &from_;
    header_.msg_namelen = sizeof from_;
    header_.msg_iov = &part_;
    header_.msg_iovlen = 1;
    header_.msg_control = control_.data();
    header_.msg_controllen = control_.size();
  }
  ReceivedPacket(const ReceivedPacket&) = delete;
  ReceivedPacket& operator=(const ReceivedPacket&) = delete;
  ReceivedPacket(ReceivedPacket&&) = delete;
  ReceivedPacket& operator=(ReceivedPacket&&) = delete;
  ~ReceivedPacket() = default;

  /** False with errno. */
  bool receive(const UniqueFd& socket, int flags) {
    const ssize_t size = retry([&] { return recvmsg(socket.get(), &header_, flags | MSG_DONTWAIT); });
    if (size < 0) return false;
    bytes_ = buffer_.first(std::min(static_cast<std::size_t>(size), buffer_.size()));
    return true;
  }

  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
  [[nodiscard]] InternetAddress from() const { return InternetAddress::from_kernel(from_); }

  template <typename Value>
  [[nodiscard]] std::optional<Value> control(int level, int type) {
    for (cmsghdr* part = CMSG_FIRSTHDR(&header_); part != nullptr; part = CMSG_NXTHDR(&header_, part)) {
      if (part->cmsg_level != level || part->cmsg_type != type || part->cmsg_len < CMSG_LEN(sizeof(Value))) continue;
      return load_from<Value>(reinterpret_cast<const std::byte*>(CMSG_DATA(part)));
    }
    return std::nullopt;
  }

 private:
  std::span<std::byte> buffer_;
  std::span<const std::byte> bytes_;
  iovec part_;
  sockaddr_storage from_{};
  alignas(cmsghdr) std::array<std::byte, 512> control_{};
  msghdr header_{};
};

}  // namespace

InternetAddress::InternetAddress(std::span<const std::byte> bytes) {
  if (bytes.size() == sizeof(in_addr)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    std::memcpy(&address.sin_addr, bytes.data(), bytes.size());
    std::memcpy(&storage_, &address, length_ = sizeof address);
  } else if (bytes.size() == sizeof(in6_addr)) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    std::memcpy(&address.sin6_addr, bytes.data(), bytes.size());
    std::memcpy(&storage_, &address, length_ = sizeof address);
  }
}

InternetAddress InternetAddress::from_kernel(const sockaddr_storage& storage) {
  InternetAddress address;
  address.storage_ = storage;
  if (storage.ss_family == AF_INET) address.length_ = sizeof(sockaddr_in);
  if (storage.ss_family == AF_INET6) address.length_ = sizeof(sockaddr_in6);
  return address;
}

wire::IcmpVersion InternetAddress::version() const {
  return storage_.ss_family == AF_INET6 ? wire::IcmpVersion::v6 : wire::IcmpVersion::v4;
}

std::span<const std::byte> InternetAddress::bytes() const {
  const std::span<const std::byte> all = std::as_bytes(std::span(&storage_, 1));
  if (empty()) return {};
  if (version() == wire::IcmpVersion::v4) return all.subspan(offsetof(sockaddr_in, sin_addr), sizeof(in_addr));
  return all.subspan(offsetof(sockaddr_in6, sin6_addr), sizeof(in6_addr));
}

bool InternetAddress::is_unspecified() const {
  return std::ranges::all_of(bytes(), [](std::byte byte) { return byte == std::byte{0}; });
}

bool InternetAddress::is_multicast() const {
  if (empty()) return false;
  const auto first = std::to_integer<unsigned>(bytes()[0]);
  return version() == wire::IcmpVersion::v4 ? (first & 0xf0) == 0xe0 : first == 0xff;
}

bool InternetAddress::needs_scope() const {
  if (empty() || version() == wire::IcmpVersion::v4) return false;
  const auto first = std::to_integer<unsigned>(bytes()[0]);
  const auto second = std::to_integer<unsigned>(bytes()[1]);
  return is_multicast() || (first == 0xfe && (second & 0xc0) == 0x80);
}

void InternetAddress::set_scope(int interface_index) {
  auto address = load_from<sockaddr_in6>(reinterpret_cast<const std::byte*>(&storage_));
  address.sin6_scope_id = static_cast<std::uint32_t>(interface_index);
  std::memcpy(&storage_, &address, sizeof address);
}

bool InternetAddress::operator==(const InternetAddress& other) const {
  return std::ranges::equal(bytes(), other.bytes());
}

IcmpSocket::IcmpSocket(wire::IcmpVersion version, std::size_t packet_size, const NetworkNamespace* where)
    : version_(version), buffer_(packet_size + kLargestHeader) {
  open(where);
  if (getrandom(&identifier_, sizeof identifier_, GRND_NONBLOCK) < 0)
    identifier_ = static_cast<std::uint16_t>(socket_.get());

  if (version_ == wire::IcmpVersion::v4) {
    set_option(IPPROTO_IP, IP_RECVERR, 1);
    set_option(IPPROTO_IP, IP_RECVTTL, 1);
    if (raw_) set_option(SOL_RAW, ICMP_FILTER, static_cast<int>(~(1U << ICMP_ECHOREPLY)));
  } else {
    set_option(IPPROTO_IPV6, IPV6_RECVERR, 1);
    set_option(IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
    icmp6_filter filter{};
    ICMP6_FILTER_SETBLOCKALL(&filter);
    ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter);
    if (raw_ && setsockopt(socket_.get(), IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter) != 0) {
      throw SystemError(SystemCall::kSetsockopt);
    }
  }
}

void IcmpSocket::open(const NetworkNamespace* where) {
  const int family = version_ == wire::IcmpVersion::v4 ? AF_INET : AF_INET6;
  const int protocol =
      version_ == wire::IcmpVersion::v4 ? static_cast<int>(IPPROTO_ICMP) : static_cast<int>(IPPROTO_ICMPV6);
  try {
    socket_ = socket_in(where, family, SOCK_RAW | SOCK_NONBLOCK, protocol);
  } catch (const SystemError& refusal) {
    if (refusal.call() != SystemCall::kSocket || refusal.error() != EPERM) throw;
    raw_ = false;
    try {
      socket_ = socket_in(where, family, SOCK_DGRAM | SOCK_NONBLOCK, protocol);
    } catch (const SystemError&) {
      throw refusal;
    }
  }
}

void IcmpSocket::set_option(int level, int name, int value) {
  if (setsockopt(socket_.get(), level, name, &value, sizeof value) != 0) throw SystemError(SystemCall::kSetsockopt);
}

void IcmpSocket::bind_to_interface(const std::string& name) {
  if (setsockopt(socket_.get(), SOL_SOCKET, SO_BINDTODEVICE, name.c_str(), static_cast<socklen_t>(name.size())) != 0) {
    throw SystemError(SystemCall::kSetsockopt);
  }
}

void IcmpSocket::bind_to_address(const InternetAddress& address) {
  if (bind(socket_.get(), address.socket_address(), address.length()) != 0) throw SystemError(SystemCall::kBind);
}

void IcmpSocket::set_mark(std::uint32_t mark) { set_option(SOL_SOCKET, SO_MARK, static_cast<int>(mark)); }

void IcmpSocket::set_ttl(int ttl) {
  if (version_ == wire::IcmpVersion::v4) {
    set_option(IPPROTO_IP, IP_TTL, ttl);
    set_option(IPPROTO_IP, IP_MULTICAST_TTL, ttl);
  } else {
    set_option(IPPROTO_IPV6, IPV6_UNICAST_HOPS, ttl);
    set_option(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, ttl);
  }
}

int IcmpSocket::interface_index(const std::string& name) const {
  ifreq request{};
  name.copy(request.ifr_name, sizeof request.ifr_name - 1);
  if (ioctl(socket_.get(), SIOCGIFINDEX, &request) != 0) throw SystemError(SystemCall::kIoctl);
  return request.ifr_ifindex;
}

bool IcmpSocket::send(std::uint16_t sequence, const InternetAddress& to, std::span<std::byte> packet) {
  wire::write_echo_request(version_, identifier_, sequence, packet);
  for (int tries = 1;; ++tries) {
    const ssize_t sent = retry([&] {
      return sendto(socket_.get(), packet.data(), packet.size(), MSG_DONTWAIT, to.socket_address(), to.length());
    });
    if (sent >= 0) return true;
    const int error = errno;
    if (error == EAGAIN || error == ENOBUFS) return false;
    // Another try tells what concerns this packet from what came back for an earlier one.
    if (!broadcast_after(error) && tries >= kTries) throw SystemError(SystemCall::kSendto, error);
  }
}

/** The kernel knows which addresses are broadcast: it refuses them until told that we mean it. */
bool IcmpSocket::broadcast_after(int error) {
  if (error != EACCES || broadcasting_ || version_ == wire::IcmpVersion::v6) return false;
  set_option(SOL_SOCKET, SO_BROADCAST, 1);
  broadcasting_ = true;
  return true;
}

std::optional<EchoArrival> IcmpSocket::receive() {
  for (int tries = 0;;) {
    ReceivedPacket packet(buffer_);
    if (!packet.receive(socket_, 0)) {
      const int error = errno;
      if (error == EAGAIN) return std::nullopt;
      if (++tries >= kTries) throw SystemError(SystemCall::kRecvmsg, error);
      continue;
    }
    const bool with_header = raw_ && version_ == wire::IcmpVersion::v4;
    const std::span<const std::byte> message = with_header ? wire::skip_ipv4_header(packet.bytes()) : packet.bytes();
    // A raw socket of IPv4 sees packets before the kernel has checked them.
    if (with_header && wire::internet_checksum(message) != 0) continue;
    const auto echo = wire::read_echo_header(message);
    if (!echo || echo->type != wire::echo_reply_type(version_) || (raw_ && echo->identifier != identifier_)) continue;
    const auto ttl = version_ == wire::IcmpVersion::v4 ? packet.control<int>(IPPROTO_IP, IP_TTL)
                                                       : packet.control<int>(IPPROTO_IPV6, IPV6_HOPLIMIT);
    return EchoArrival{
        .sequence = echo->sequence,
        .error_type = 0,
        .error_code = 0,
        .ttl = static_cast<std::uint8_t>(ttl.value_or(0)),
        .address = packet.from(),
    };
  }
}

std::optional<EchoArrival> IcmpSocket::receive_error() {
  for (;;) {
    ReceivedPacket packet(buffer_);
    if (!packet.receive(socket_, MSG_ERRQUEUE)) return std::nullopt;
    const auto error = version_ == wire::IcmpVersion::v4
                           ? packet.control<sock_extended_err>(IPPROTO_IP, IP_RECVERR)
                           : packet.control<sock_extended_err>(IPPROTO_IPV6, IPV6_RECVERR);
    if (!error || (error->ee_origin != SO_EE_ORIGIN_ICMP && error->ee_origin != SO_EE_ORIGIN_ICMP6)) continue;
    const auto echo = wire::read_echo_header(packet.bytes());
    if (!echo || echo->type != wire::echo_request_type(version_) || (raw_ && echo->identifier != identifier_)) continue;
    return EchoArrival{
        .sequence = echo->sequence,
        .error_type = error->ee_type,
        .error_code = error->ee_code,
        .ttl = 0,
        .address = packet.from(),
    };
  }
}

}  // namespace rtnetlink::sys
