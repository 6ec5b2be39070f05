#include "sys/user_namespace.h"

#include <cerrno>

#include "sys/system_error.h"

namespace rtnetlink::sys {

UserNamespace::Created UserNamespace::create_network_namespace() {
  auto [network_namespace, route_socket] = create();
  return {.network_namespace = std::move(network_namespace), .route_socket = std::move(route_socket)};
}

/** The first goes to who makes the user namespace: nobody can have anything to open before. */
Broker::Descriptors UserNamespace::create() {
  const BrokerRequest request{.task = BrokerTask::kCreate};
  {
    const std::lock_guard lock(opening_.task);
    if (!exists()) return ask(opening_, request, nullptr);
  }
  const std::lock_guard lock(creating_.task);
  return ask(creating_, request, nullptr);
}

UniqueFd UserNamespace::open_socket(const UniqueFd& network_namespace, int domain, int type, int protocol) {
  const BrokerRequest request{.task = BrokerTask::kSocket, .domain = domain, .type = type, .protocol = protocol};
  return std::move(open(request, network_namespace)[0]);
}

UniqueFd UserNamespace::open_file(const UniqueFd& network_namespace, const std::string& path, int flags) {
  BrokerRequest request{.task = BrokerTask::kOpen, .flags = flags};
  if (path.size() >= request.path.size()) throw SystemError(SystemCall::kOpen, ENAMETOOLONG);
  path.copy(request.path.data(), request.path.size() - 1);
  return std::move(open(request, network_namespace)[0]);
}

Broker::Descriptors UserNamespace::open(const BrokerRequest& request, const UniqueFd& network_namespace) {
  const std::lock_guard lock(opening_.task);
  return ask(opening_, request, &network_namespace);
}

std::optional<NamespaceIdentity> UserNamespace::identity() const {
  const std::lock_guard lock(mutex_);
  if (!descriptor_) return std::nullopt;
  return identify(descriptor_);
}

bool UserNamespace::exists() const {
  const std::lock_guard lock(mutex_);
  return static_cast<bool>(descriptor_);
}

void UserNamespace::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  for (const Lane* const lane : {&opening_, &creating_}) {
    if (const auto broker = lane->running.lock()) broker->interrupt();
  }
}

/** A broker that ended between two tasks is nobody's concern. One that ends within one is: who knows what it has done.
 */
Broker::Descriptors UserNamespace::ask(Lane& lane, const BrokerRequest& request, const UniqueFd* along) {
  if (!lane.broker || !lane.broker->send(request, along)) {
    lane.broker = start(lane);
    if (!lane.broker->send(request, along)) throw SystemError(SystemCall::kBroker, ECONNRESET);
  }
  return lane.broker->receive();
}

std::shared_ptr<Broker> UserNamespace::start(Lane& lane) {
  auto broker = std::make_shared<Broker>(executable_, pool_);
  watch(lane, broker);
  const UniqueFd* const existing = exists() ? &descriptor_ : nullptr;
  if (!broker->send({.task = BrokerTask::kEnter}, existing)) throw SystemError(SystemCall::kBroker, ECONNRESET);
  UniqueFd entered = std::move(broker->receive()[0]);
  const std::lock_guard lock(mutex_);
  if (!descriptor_) descriptor_ = std::move(entered);
  return broker;
}

void UserNamespace::watch(Lane& lane, const std::shared_ptr<Broker>& broker) {
  const std::lock_guard lock(mutex_);
  lane.running = broker;
  if (stopped_) broker->interrupt();
}

}  // namespace rtnetlink::sys
