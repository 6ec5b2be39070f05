#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "sys/broker.h"
#include "sys/namespace.h"
#include "sys/thread_pool.h"
#include "sys/unique_fd.h"

namespace rtnetlink::sys {

/**
 * A user namespace of the caller's own, and a broker in it that makes what this process may not. The broker is started
 * when it is first needed, and again should it have ended; it ends with this object. On any thread, one task at a time.
 */
class UserNamespace {
 public:
  struct Created {
    UniqueFd network_namespace;
    /** A netlink socket of the routing protocol in it. */
    UniqueFd route_socket;
  };

  /** One that is yet to be made when `descriptor` is none. */
  UserNamespace(std::string executable, ThreadPool& pool, UniqueFd descriptor = {})
      : executable_(std::move(executable)), pool_(pool), descriptor_(std::move(descriptor)) {}

  /** @throws SystemError, as all of these; also kSpawn, kBroker and kUnshareUser. */
  [[nodiscard]] Created create_network_namespace();
  [[nodiscard]] UniqueFd open_socket(const UniqueFd& network_namespace, int domain, int type, int protocol);
  [[nodiscard]] UniqueFd open_file(const UniqueFd& network_namespace, const std::string& path, int flags);

  /** None before it was made. */
  [[nodiscard]] std::optional<NamespaceIdentity> identity() const;

  /** Ends the task that runs; later ones fail. */
  void stop();

 private:
  Broker::Descriptors ask(const BrokerRequest& request, const UniqueFd* along);
  std::shared_ptr<Broker> start();
  void watch(const std::shared_ptr<Broker>& broker);

  const std::string executable_;
  ThreadPool& pool_;
  /** Held for the time of a task. */
  std::mutex task_;
  std::shared_ptr<Broker> broker_;
  /** Guards what may be asked for meanwhile. */
  mutable std::mutex mutex_;
  UniqueFd descriptor_;
  std::weak_ptr<Broker> running_;
  bool stopped_ = false;
};

}  // namespace rtnetlink::sys
