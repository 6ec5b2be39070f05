#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sys/cancellation.h"
#include "sys/network_namespace.h"
#include "sys/unique_fd.h"

namespace rtnetlink::sys {

/** binding.ts: KernelStruct */
struct KernelStruct {
  std::vector<std::byte> bytes;
  /** The link whose index, in the socket's namespace, has its place at `link_offset`; none when empty. */
  std::string link;
  std::size_t link_offset = 0;
};

/** One setsockopt(2). */
struct SocketOption {
  int level;
  int name;
  KernelStruct value;
};

/** binding.ts: DescriptorOptions */
struct SocketPlan {
  int domain = 0;
  int type = 0;
  int protocol = 0;
  std::vector<SocketOption> options;
  /** Not bound when it has no bytes. */
  KernelStruct address;
  /** Below 0: it does not listen. */
  int backlog = -1;
  /** Not connected when it has no bytes. */
  KernelStruct remote;
};

/** In the given namespace; in the calling thread's when null. @throws SystemError */
[[nodiscard]] UniqueFd open_socket(const SocketPlan& plan, const NetworkNamespace* where);

/**
 * Connects a non-blocking socket and waits until that has come to its end, whatever it is; false when cancelled before.
 * @throws SystemError when it could not even begin.
 */
[[nodiscard]] bool connect_socket(const UniqueFd& descriptor, const KernelStruct& remote,
                                  const Cancellation& cancellation);

/** On a socket that is not ours. @throws SystemError */
void set_socket_option(int descriptor, SocketOption option);

}  // namespace rtnetlink::sys
