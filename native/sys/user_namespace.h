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
 * A user namespace of the caller's own, and brokers in it that make what this process may not. They are started when
 * they are first needed, and again should they have ended; they end with this object. On any thread.
 *
 * A network namespace takes its time, longest while others are being thrown away; whoever opens a socket is the event
 * loop. So one broker opens and never waits, and from the second namespace on another one makes them.
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

  /** Ends the tasks that run; later ones fail. */
  void stop();

 private:
  /** A broker, and who may ask it: one task at a time. */
  struct Lane {
    /** Held for the time of a task. */
    std::mutex task;
    std::shared_ptr<Broker> broker;
    /** The same, for stop(). */
    std::weak_ptr<Broker> running;
  };

  Broker::Descriptors create();
  Broker::Descriptors open(const BrokerRequest& request, const UniqueFd& network_namespace);
  /** With the lane's task held. */
  Broker::Descriptors ask(Lane& lane, const BrokerRequest& request, const UniqueFd* along);
  std::shared_ptr<Broker> start(Lane& lane);
  void watch(Lane& lane, const std::shared_ptr<Broker>& broker);
  [[nodiscard]] bool exists() const;

  const std::string executable_;
  ThreadPool& pool_;
  Lane opening_;
  Lane creating_;
  /** Guards what may be asked for meanwhile. */
  mutable std::mutex mutex_;
  /** Once it is there, it stays. */
  UniqueFd descriptor_;
  bool stopped_ = false;
};

}  // namespace rtnetlink::sys
