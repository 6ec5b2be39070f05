#pragma once

#include <array>
#include <memory>
#include <string>

#include "sys/broker_messages.h"
#include "sys/child_process.h"
#include "sys/thread_pool.h"
#include "sys/unique_fd.h"

namespace rtnetlink::sys {

/**
 * A process of rtnetlink-broker, which is in a user namespace of the caller's, and this end of its socket. It ends with
 * that, and so with this process, however this one ends. One question at a time.
 */
class Broker {
 public:
  using Descriptors = std::array<UniqueFd, kMostBrokerDescriptors>;

  /**
   * Starts one; it waits in nobody's user namespace until it is asked to enter one. `pool` waits for its end.
   * @throws SystemError (kSpawn)
   */
  Broker(const std::string& executable, ThreadPool& pool);
  ~Broker();
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  /** False when the process has ended, and so was not asked. @throws SystemError (kBroker) */
  [[nodiscard]] bool send(const BrokerRequest& request, const UniqueFd* along);

  /** What the last question gives. @throws SystemError: what failed there; kBroker when it ended meanwhile. */
  [[nodiscard]] Descriptors receive();

  /** Ends what waits in receive(), and every later question. On any thread. */
  void interrupt() const;

 private:
  ThreadPool& pool_;
  UniqueFd socket_;
  std::shared_ptr<ChildProcess> process_;
};

}  // namespace rtnetlink::sys
