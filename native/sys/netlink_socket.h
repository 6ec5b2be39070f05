#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "sys/counters.h"
#include "sys/unique_fd.h"
#include "wire/completion.h"
#include "wire/resolver.h"

namespace rtnetlink::sys {

/** binding.ts: SocketOptions */
struct SocketSettings {
  int protocol = 0;
  int receive_buffer = 0;
  bool strict = true;
};

struct Received {
  enum class What {
    kDatagram,
    kNothing,
    /** ENOBUFS: the kernel had to drop replies. */
    kOverrun,
  };
  What what;
  /** Valid until the next receive(). */
  wire::Bytes bytes;
  /** `bytes` is only the start of the datagram; the next of that size will fit. */
  bool truncated = false;
};

/** A bound netlink socket. It belongs to the namespace in which its thread was when it opened it, whoever uses it
 * later. */
class NetlinkSocket {
 public:
  /** Opens in the calling thread's namespace. @throws SystemError */
  NetlinkSocket(const SocketSettings& settings, Counters& counters);
  /** Takes over one that open() made. @throws SystemError */
  NetlinkSocket(UniqueFd fd, const SocketSettings& settings, Counters& counters);

  /** A bare socket of that protocol in the calling thread's namespace. @throws SystemError */
  static UniqueFd open(int protocol);

  /** All of it reaches the kernel, or none. @throws SystemError (kSendmsg) */
  void send(wire::Bytes messages);

  /** The next datagram from the kernel, without waiting; what other processes send is dropped. @throws SystemError
   * (kRecvmsg) */
  Received receive();

  /** Waits until receive() has something to say. False when nothing came in time. */
  bool wait(std::chrono::milliseconds time) const;

  /** The index of the link with this name (or alternative name) of at most 15 bytes, in the socket's namespace. */
  wire::LinkIndex index_of(std::string_view name) const;

  /** ioctl(2) about the link with this index, in the socket's namespace, with a struct of its own at `data`. Answers an
   * errno, or 0. */
  int link_ioctl(unsigned long request, uint32_t index, std::byte* data) const;

  /** The socket's namespace; empty where the kernel does not tell, as without CAP_NET_ADMIN. */
  UniqueFd network_namespace() const;
  bool shares_namespace_with(const NetlinkSocket& other) const { return namespace_cookie_ == other.namespace_cookie_; }

  const UniqueFd& descriptor() const { return fd_; }

  /** binding.ts: SocketOptions.protocol */
  int protocol() const { return protocol_; }

  /** Numbers that no message of this socket has used: the first of `count`. */
  uint32_t reserve_sequences(std::size_t count);

  /** Bytes of the kernel's own accounting that replies may take before it drops them. */
  std::size_t receive_capacity() const { return receive_capacity_; }

 private:
  void configure(const SocketSettings& settings);
  void set_option(int level, int name, int value) const;
  void set_receive_buffer(int bytes) const;
  void make_buffer(std::size_t size);
  Received cut_off(std::size_t size);

  Counted counted_;  // Before the descriptor: it is counted until that is closed.
  UniqueFd fd_;
  int protocol_ = 0;
  uint32_t sequence_ = 1;
  std::size_t receive_capacity_ = 0;
  uint64_t namespace_cookie_ = 0;
  std::unique_ptr<std::byte[]> buffer_;
  std::size_t buffer_size_ = 0;
  std::vector<std::byte> start_;
};

}  // namespace rtnetlink::sys
