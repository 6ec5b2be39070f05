#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sys/thread_pool.h"
#include "sys/unique_fd.h"
#include "sys/user_namespace.h"

namespace rtnetlink::sys {

/** The user namespaces that this environment works in. Who uses one keeps it. */
class UserNamespaces {
 public:
  explicit UserNamespaces(ThreadPool& pool) : pool_(pool) {}

  /** The broker's program, before all else. */
  void use(std::string executable);

  /** The one under which namespaces are made here: the same for as long as anybody keeps it. */
  std::shared_ptr<UserNamespace> own();

  /**
   * The one that owns that network namespace; null when that is this process's own or one above, or no broker is there.
   * @throws SystemError
   */
  std::shared_ptr<UserNamespace> owner_of(const UniqueFd& network_namespace);

  /** Ends all tasks, at the end of the environment. */
  void stop();

 private:
  std::shared_ptr<UserNamespace> add(UniqueFd descriptor);

  ThreadPool& pool_;
  std::mutex mutex_;
  std::string executable_;
  std::weak_ptr<UserNamespace> own_;
  std::vector<std::weak_ptr<UserNamespace>> all_;
  bool stopped_ = false;
};

}  // namespace rtnetlink::sys
