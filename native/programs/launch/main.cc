// rtnetlink-launch: goes into a namespace and there becomes another program. A program of its own, because a process
// with several threads, as Node is, cannot enter a user namespace, and should not move any of its threads.
// lib/native/launch.ts is its contract.
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <unistd.h>

#include <cstdio>

#include "programs/launch/mounts.h"
#include "programs/launch/plan.h"
#include "programs/launch/report.h"

namespace rtnetlink::launch {
namespace {

void close_on_exec(int descriptor) {
  if (descriptor >= 0) (void)fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

void enter(const Plan& plan, const Report& report) {
  if (plan.user >= 0 && setns(plan.user, CLONE_NEWUSER) != 0) report.fail(Step::kEnterUser);
  if (setns(plan.net, CLONE_NEWNET) != 0) report.fail(Step::kEnterNetwork);
}

/** As uv__process_child_init in libuv, which does not look whether setgroups succeeded either: that takes a capability.
 */
void change_user(const Plan& plan, const Report& report) {
  if (plan.uid || plan.gid) (void)setgroups(0, nullptr);
  if (plan.gid && setgid(*plan.gid) != 0) report.fail(Step::kChangeUser);
  if (plan.uid && setuid(*plan.uid) != 0) report.fail(Step::kChangeUser);
}

[[noreturn]] void launch(const Plan& plan) {
  for (const int descriptor : {plan.status, plan.net, plan.user}) close_on_exec(descriptor);
  const Report report(plan.status);
  enter(plan, report);
  if (plan.mounts) make_mounts(report, plan.etc);
  change_user(plan, report);
  execvp(plan.file, plan.arguments);
  report.fail(Step::kExecute);
}

constexpr int kUsage = 64;

}  // namespace
}  // namespace rtnetlink::launch

int main(int count, char** arguments) {
  const auto plan = rtnetlink::launch::parse_plan(count, arguments);
  if (plan) rtnetlink::launch::launch(*plan);
  (void)fputs("rtnetlink-launch is started by rtnetlink for Node.js\n", stderr);
  return rtnetlink::launch::kUsage;
}
