#include "programs/broker/tasks.h"

#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "programs/broker/files.h"
#include "programs/broker/user_namespace.h"
#include "sys/retry.h"

namespace rtnetlink::broker {

using sys::BrokerTask;
using sys::SystemCall;
using sys::UniqueFd;

bool Tasks::run(const Question& question, Result& result) {
  const BrokerTask task = question.request.task;
  const bool entered = static_cast<bool>(home_);
  if (entered == (task == BrokerTask::kEnter)) return false;
  const bool inside = task == BrokerTask::kSocket || task == BrokerTask::kOpen;
  if (task != BrokerTask::kEnter && inside != static_cast<bool>(question.descriptor)) return false;
  switch (task) {
    case BrokerTask::kEnter:
      return enter(question, result);
    case BrokerTask::kCreate:
      return create(result);
    case BrokerTask::kSocket:
      return open_socket(question, result);
    case BrokerTask::kOpen:
      return open_file(question, result);
  }
  return false;
}

bool Tasks::enter(const Question& question, Result& result) {
  if (question.descriptor) {
    if (setns(question.descriptor.get(), CLONE_NEWUSER) != 0) return result.fail(SystemCall::kSetns);
  } else if (!make_user_namespace()) {
    return result.fail(SystemCall::kUnshareUser);
  }
  if (unshare(CLONE_NEWNET) != 0) return result.fail(SystemCall::kUnshare);
  home_ = open_own_namespace("net");
  if (!home_) return result.fail(SystemCall::kOpen);
  result.descriptors[0] = open_own_namespace("user");
  if (!result.descriptors[0]) return result.fail(SystemCall::kOpen);
  drop_capabilities();
  return true;
}

bool Tasks::create(Result& result) {
  if (unshare(CLONE_NEWNET) != 0) return result.fail(SystemCall::kUnshare);
  UniqueFd created = open_own_namespace("net");
  if (!created) {
    result.fail(SystemCall::kOpen);
    return go_home();
  }
  UniqueFd route(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (route) {
    result.descriptors = {std::move(created), std::move(route)};
  } else {
    result.fail(SystemCall::kSocket);
  }
  return go_home();
}

bool Tasks::open_socket(const Question& question, Result& result) {
  const sys::BrokerRequest& asked = question.request;
  if (setns(question.descriptor.get(), CLONE_NEWNET) != 0) return result.fail(SystemCall::kSetns);
  UniqueFd made(socket(asked.domain, asked.type | SOCK_CLOEXEC, asked.protocol));
  if (!made) result.fail(SystemCall::kSocket);
  result.descriptors[0] = std::move(made);
  return go_home();
}

bool Tasks::open_file(const Question& question, Result& result) {
  const char* const path = question.request.path.data();
  if (!may_be_opened(path, question.request.flags)) return result.fail(SystemCall::kOpen, EACCES);
  if (setns(question.descriptor.get(), CLONE_NEWNET) != 0) return result.fail(SystemCall::kSetns);
  UniqueFd file(sys::retry([&] { return open(path, question.request.flags | O_CLOEXEC); }));
  if (!file) result.fail(SystemCall::kOpen);
  result.descriptors[0] = std::move(file);
  return go_home();
}

/** Never seen to fail; but it must not go on in somebody's namespace. */
bool Tasks::go_home() const { return setns(home_.get(), CLONE_NEWNET) == 0; }

}  // namespace rtnetlink::broker
