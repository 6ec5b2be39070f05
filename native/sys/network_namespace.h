#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "sys/unique_fd.h"
#include "sys/user_namespaces.h"

namespace rtnetlink::sys {

/**
 * A network namespace as a place where things are made. What is made there stays there, whichever thread uses it
 * later, so this is all that has to happen inside. On any thread.
 *
 * A thread of ours goes in and makes it, where the process has the capability for that. Else the namespace's owner
 * does, where that is a user namespace of the caller's: there, a broker can go in. What it opens is this process's to
 * use as if it had opened it itself, because the kernel gives the user who made a user namespace all rights in it.
 */
class NetworkNamespace {
 public:
  /** `owner`: where it is known. Null `user_namespaces`: only threads of ours go in. */
  explicit NetworkNamespace(UniqueFd descriptor, UserNamespaces* user_namespaces = nullptr,
                            std::shared_ptr<UserNamespace> owner = nullptr)
      : descriptor_(std::move(descriptor)), user_namespaces_(user_namespaces), owner_(std::move(owner)) {}

  [[nodiscard]] const UniqueFd& descriptor() const { return descriptor_; }

  /** The user namespace that owns it, where that is neither this process's own nor one above; else none. Kept open. */
  [[nodiscard]] const UniqueFd& user_namespace() const;

  /** socket(2), with SOCK_CLOEXEC. @throws SystemError */
  [[nodiscard]] UniqueFd socket(int domain, int type, int protocol) const;
  /** open(2), with O_CLOEXEC. @throws SystemError */
  [[nodiscard]] UniqueFd open(const std::string& path, int flags) const;

 private:
  using Here = std::function<UniqueFd()>;
  using There = std::function<UniqueFd(UserNamespace&)>;

  [[nodiscard]] UniqueFd make(const Here& here, const There& there) const;
  [[nodiscard]] std::shared_ptr<UserNamespace> owner() const;
  [[nodiscard]] std::shared_ptr<UserNamespace> find_owner() const;

  UniqueFd descriptor_;
  UserNamespaces* user_namespaces_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<UserNamespace> owner_;
  mutable UniqueFd user_namespace_;
  mutable bool asked_for_user_namespace_ = false;
};

/** In the given namespace; in the calling thread's when null. @throws SystemError */
[[nodiscard]] UniqueFd socket_in(const NetworkNamespace* where, int domain, int type, int protocol);
[[nodiscard]] UniqueFd open_in(const NetworkNamespace* where, const std::string& path, int flags);

}  // namespace rtnetlink::sys
