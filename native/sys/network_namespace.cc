#include "sys/network_namespace.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>

#include "sys/namespace.h"
#include "sys/retry.h"
#include "sys/system_error.h"

namespace rtnetlink::sys {
namespace {

UniqueFd socket_here(int domain, int type, int protocol) {
  UniqueFd descriptor(::socket(domain, type | SOCK_CLOEXEC, protocol));
  if (!descriptor) throw SystemError(SystemCall::kSocket);
  return descriptor;
}

UniqueFd open_here(const std::string& path, int flags) {
  UniqueFd file(retry([&] { return ::open(path.c_str(), flags | O_CLOEXEC); }));
  if (!file) throw SystemError(SystemCall::kOpen);
  return file;
}

/** Then it need not be entered, which takes a capability that the process may lack. */
bool is_of_this_thread(const UniqueFd& network_namespace) {
  return identify(network_namespace) == identify(open_current_namespace());
}

}  // namespace

const UniqueFd& NetworkNamespace::user_namespace() const {
  const std::lock_guard lock(mutex_);
  if (!asked_for_user_namespace_) {
    UniqueFd found = owner_of_namespace(descriptor_);
    const bool foreign = found && identify(found) != identify(open_current_user_namespace());
    if (foreign) user_namespace_ = std::move(found);
    asked_for_user_namespace_ = true;
  }
  return user_namespace_;
}

UniqueFd NetworkNamespace::socket(int domain, int type, int protocol) const {
  return make([&] { return socket_here(domain, type, protocol); },
              [&](UserNamespace& owner) { return owner.open_socket(descriptor_, domain, type, protocol); });
}

UniqueFd NetworkNamespace::open(const std::string& path, int flags) const {
  return make([&] { return open_here(path, flags); },
              [&](UserNamespace& owner) { return owner.open_file(descriptor_, path, flags); });
}

UniqueFd NetworkNamespace::make(const Here& here, const There& there) const {
  if (const auto known = owner()) return there(*known);
  UniqueFd made;
  try {
    run_in_namespace(descriptor_, [&] { made = here(); });
  } catch (const SystemError& error) {
    if (error.call() != SystemCall::kSetns || error.error() != EPERM) throw;
    if (is_of_this_thread(descriptor_)) return here();
    const auto found = find_owner();
    if (!found) throw;
    return there(*found);
  }
  return made;
}

std::shared_ptr<UserNamespace> NetworkNamespace::owner() const {
  const std::lock_guard lock(mutex_);
  return owner_;
}

std::shared_ptr<UserNamespace> NetworkNamespace::find_owner() const {
  if (user_namespaces_ == nullptr) return nullptr;
  auto found = user_namespaces_->owner_of(descriptor_);
  const std::lock_guard lock(mutex_);
  owner_ = found;
  return found;
}

UniqueFd socket_in(const NetworkNamespace* where, int domain, int type, int protocol) {
  return where == nullptr ? socket_here(domain, type, protocol) : where->socket(domain, type, protocol);
}

UniqueFd open_in(const NetworkNamespace* where, const std::string& path, int flags) {
  return where == nullptr ? open_here(path, flags) : where->open(path, flags);
}

}  // namespace rtnetlink::sys
