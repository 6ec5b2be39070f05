#include "sys/user_namespaces.h"

#include <utility>

#include "sys/namespace.h"

namespace rtnetlink::sys {

void UserNamespaces::use(std::string executable) {
  const std::lock_guard lock(mutex_);
  executable_ = std::move(executable);
}

std::shared_ptr<UserNamespace> UserNamespaces::own() {
  const std::lock_guard lock(mutex_);
  auto own = own_.lock();
  if (!own) own_ = own = add({});
  return own;
}

std::shared_ptr<UserNamespace> UserNamespaces::owner_of(const UniqueFd& network_namespace) {
  UniqueFd owner = owner_of_namespace(network_namespace);
  if (!owner) return nullptr;
  const NamespaceIdentity wanted = identify(owner);
  if (wanted == identify(open_current_user_namespace())) return nullptr;
  const std::lock_guard lock(mutex_);
  if (executable_.empty()) return nullptr;
  for (const auto& known : all_) {
    if (auto candidate = known.lock(); candidate && candidate->identity() == wanted) return candidate;
  }
  return add(std::move(owner));
}

void UserNamespaces::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  for (const auto& known : all_) {
    if (const auto user_namespace = known.lock()) user_namespace->stop();
  }
}

/** With the mutex held. */
std::shared_ptr<UserNamespace> UserNamespaces::add(UniqueFd descriptor) {
  std::erase_if(all_, [](const auto& known) { return known.expired(); });
  auto added = std::make_shared<UserNamespace>(executable_, pool_, std::move(descriptor));
  if (stopped_) added->stop();
  all_.push_back(added);
  return added;
}

}  // namespace rtnetlink::sys
