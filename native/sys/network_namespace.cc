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
  const NamespaceIdentity wanted = identify(network_namespace);
  const NamespaceIdentity own = identify(open_current_namespace());
  return wanted.device == own.device && wanted.inode == own.inode;
}

}  // namespace

UniqueFd NetworkNamespace::socket(int domain, int type, int protocol) const {
  return make([=] { return socket_here(domain, type, protocol); });
}

UniqueFd NetworkNamespace::open(const std::string& path, int flags) const {
  return make([&] { return open_here(path, flags); });
}

UniqueFd NetworkNamespace::make(const std::function<UniqueFd()>& here) const {
  UniqueFd made;
  try {
    run_in_namespace(descriptor_, [&] { made = here(); });
  } catch (const SystemError& error) {
    const bool refused = error.call() == SystemCall::kSetns && error.error() == EPERM;
    if (!refused || !is_of_this_thread(descriptor_)) throw;
    return here();
  }
  return made;
}

UniqueFd socket_in(const NetworkNamespace* where, int domain, int type, int protocol) {
  return where == nullptr ? socket_here(domain, type, protocol) : where->socket(domain, type, protocol);
}

UniqueFd open_in(const NetworkNamespace* where, const std::string& path, int flags) {
  return where == nullptr ? open_here(path, flags) : where->open(path, flags);
}

}  // namespace rtnetlink::sys
