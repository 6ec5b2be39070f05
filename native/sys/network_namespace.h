#pragma once

#include <functional>
#include <string>
#include <utility>

#include "sys/unique_fd.h"

namespace rtnetlink::sys {

/**
 * A network namespace as a place where things are made. What is made there stays there, whichever thread uses it
 * later, so this is all that has to happen inside. On any thread.
 */
class NetworkNamespace {
 public:
  explicit NetworkNamespace(UniqueFd descriptor) : descriptor_(std::move(descriptor)) {}

  [[nodiscard]] const UniqueFd& descriptor() const { return descriptor_; }

  /** socket(2), with SOCK_CLOEXEC. @throws SystemError */
  [[nodiscard]] UniqueFd socket(int domain, int type, int protocol) const;
  /** open(2), with O_CLOEXEC. @throws SystemError */
  [[nodiscard]] UniqueFd open(const std::string& path, int flags) const;

 private:
  [[nodiscard]] UniqueFd make(const std::function<UniqueFd()>& here) const;

  UniqueFd descriptor_;
};

/** In the given namespace; in the calling thread's when null. @throws SystemError */
[[nodiscard]] UniqueFd socket_in(const NetworkNamespace* where, int domain, int type, int protocol);
[[nodiscard]] UniqueFd open_in(const NetworkNamespace* where, const std::string& path, int flags);

}  // namespace rtnetlink::sys
