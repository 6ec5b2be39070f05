#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sys/network_namespace.h"
#include "sys/unique_fd.h"
#include "wire/icmp_echo.h"

namespace rtnetlink::sys {

/** An IPv4 or IPv6 address without a port, as the socket calls take it. */
class InternetAddress {
 public:
  InternetAddress() = default;

  /** From 4 or 16 bytes in network order; of any other length, the address is empty. */
  explicit InternetAddress(std::span<const std::byte> bytes);

  [[nodiscard]] bool empty() const { return length_ == 0; }
  [[nodiscard]] wire::IcmpVersion version() const;
  [[nodiscard]] bool is_unspecified() const;
  [[nodiscard]] bool is_multicast() const;
  /** Only means something together with an interface: link-local IPv6, also multicast. */
  [[nodiscard]] bool needs_scope() const;
  void set_scope(int interface_index);

  /** Same family and same bytes; the scope is not compared. */
  [[nodiscard]] bool operator==(const InternetAddress& other) const;

  [[nodiscard]] const sockaddr* socket_address() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  [[nodiscard]] socklen_t length() const { return length_; }

  /** From what recvmsg wrote. */
  static InternetAddress from_kernel(const sockaddr_storage& storage);

 private:
  [[nodiscard]] std::span<const std::byte> bytes() const;

  sockaddr_storage storage_{};
  socklen_t length_ = 0;
};

/** A reply or an error that came for an echo request, already known to be of this socket's identifier. */
struct EchoArrival {
  std::uint16_t sequence;
  /** 0, or the ICMP type of an error. */
  std::uint8_t error_type;
  /** ICMP code of an error. */
  std::uint8_t error_code;
  /** Of a reply, where the kernel told. */
  std::uint8_t ttl;
  /** Who replied; for an error, whom the request was for. */
  InternetAddress address;
};

/** A socket for echo requests: raw, or where that is not permitted the kernel's own ping socket. Never blocks. */
class IcmpSocket {
 public:
  /** Opens in the given namespace; in the calling thread's when null. Larger packets than `packet_size` are not
   * received. */
  IcmpSocket(wire::IcmpVersion version, std::size_t packet_size, const NetworkNamespace* where);

  void bind_to_interface(const std::string& name);
  void bind_to_address(const InternetAddress& address);
  void set_mark(std::uint32_t mark);
  /** For unicast and multicast; IPv6's hop limit. */
  void set_ttl(int ttl);
  [[nodiscard]] int interface_index(const std::string& name) const;

  /** False when the packet was dropped on its way out, for lack of buffers. Packet is as wire::write_echo_request wants
   * it. */
  bool send(std::uint16_t sequence, const InternetAddress& to, std::span<std::byte> packet);

  /** True once a target turned out to be a broadcast address. */
  [[nodiscard]] bool is_broadcasting() const { return broadcasting_; }

  /** The next reply that waits, nothing when none does. What is not for us is passed over. */
  std::optional<EchoArrival> receive();
  /** Likewise from the queue of errors. */
  std::optional<EchoArrival> receive_error();

  [[nodiscard]] const UniqueFd& descriptor() const { return socket_; }

 private:
  void open(const NetworkNamespace* where);
  void set_option(int level, int name, int value);
  bool broadcast_after(int error);

  wire::IcmpVersion version_;
  bool raw_ = true;
  bool broadcasting_ = false;
  std::uint16_t identifier_ = 0;
  UniqueFd socket_;
  std::vector<std::byte> buffer_;
};

}  // namespace rtnetlink::sys
