#include "sys/user_namespace.h"

#include <cerrno>

#include "sys/system_error.h"

namespace rtnetlink::sys {

UserNamespace::Created UserNamespace::create_network_namespace() {
  auto [network_namespace, route_socket] = ask({.task = BrokerTask::kCreate}, nullptr);
  return {.network_namespace = std::move(network_namespace), .route_socket = std::move(route_socket)};
}

UniqueFd UserNamespace::open_socket(const UniqueFd& network_namespace, int domain, int type, int protocol) {
  const BrokerRequest request{.task = BrokerTask::kSocket, .domain = domain, .type = type, .protocol = protocol};
  return std::move(ask(request, &network_namespace)[0]);
}

UniqueFd UserNamespace::open_file(const UniqueFd& network_namespace, const std::string& path, int flags) {
  BrokerRequest request{.task = BrokerTask::kOpen, .flags = flags};
  if (path.size() >= request.path.size()) throw SystemError(SystemCall::kOpen, ENAMETOOLONG);
  path.copy(request.path.data(), request.path.size() - 1);
  return std::move(ask(request, &network_namespace)[0]);
}

std::optional<NamespaceIdentity> UserNamespace::identity() const {
  const std::lock_guard lock(mutex_);
  if (!descriptor_) return std::nullopt;
  return identify(descriptor_);
}

void UserNamespace::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  if (const auto broker = running_.lock()) broker->interrupt();
}

/** A broker that ended between two tasks is nobody's concern. One that ends within one is: who knows what it has done.
 */
Broker::Descriptors UserNamespace::ask(const BrokerRequest& request, const UniqueFd* along) {
  const std::lock_guard lock(task_);
  if (!broker_ || !broker_->send(request, along)) {
    broker_ = start();
    if (!broker_->send(request, along)) throw SystemError(SystemCall::kBroker, ECONNRESET);
  }
  return broker_->receive();
}

std::shared_ptr<Broker> UserNamespace::start() {
  auto broker = std::make_shared<Broker>(executable_, pool_);
  watch(broker);
  const UniqueFd* const existing = descriptor_ ? &descriptor_ : nullptr;
  if (!broker->send({.task = BrokerTask::kEnter}, existing)) throw SystemError(SystemCall::kBroker, ECONNRESET);
  UniqueFd entered = std::move(broker->receive()[0]);
  const std::lock_guard lock(mutex_);
  if (!descriptor_) descriptor_ = std::move(entered);
  return broker;
}

void UserNamespace::watch(const std::shared_ptr<Broker>& broker) {
  const std::lock_guard lock(mutex_);
  running_ = broker;
  if (stopped_) broker->interrupt();
}

}  // namespace rtnetlink::sys
