#include "sys/namespace.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "sys/native_thread.h"
#include "sys/retry.h"
#include "sys/system_error.h"

namespace rtnetlink::sys {
namespace {

UniqueFd checked(UniqueFd descriptor) {
  struct statfs filesystem {};
  if (fstatfs(descriptor.get(), &filesystem) != 0) throw SystemError(SystemCall::kStatfs);
  const bool is_namespace = filesystem.f_type == NSFS_MAGIC;
  if (is_namespace && ioctl(descriptor.get(), NS_GET_NSTYPE) == CLONE_NEWNET) return descriptor;
  throw SystemError(SystemCall::kStatfs, EINVAL);
}

UniqueFd open_own(const char* path) {
  UniqueFd descriptor(open(path, O_RDONLY | O_CLOEXEC));
  if (!descriptor) throw SystemError(SystemCall::kOpen);
  return descriptor;
}

}  // namespace

UniqueFd create_namespace() {
  if (unshare(CLONE_NEWNET) != 0) throw SystemError(SystemCall::kUnshare);
  return open_current_namespace();
}

UniqueFd open_namespace(const std::string& path) {
  // Not to wait when the path is a fifo's.
  UniqueFd descriptor(retry([&] { return open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); }));
  if (!descriptor) throw SystemError(SystemCall::kOpen);
  return checked(std::move(descriptor));
}

UniqueFd open_current_namespace() { return open_own("/proc/thread-self/ns/net"); }

UniqueFd open_current_user_namespace() { return open_own("/proc/thread-self/ns/user"); }

UniqueFd owner_of_namespace(const UniqueFd& descriptor) {
  UniqueFd owner(ioctl(descriptor.get(), NS_GET_USERNS));
  if (!owner && errno != EPERM) throw SystemError(SystemCall::kIoctl);
  return owner;
}

UniqueFd duplicate_namespace(int descriptor) {
  UniqueFd duplicate(fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
  if (!duplicate) throw SystemError(SystemCall::kFcntl);
  return checked(std::move(duplicate));
}

NamespaceIdentity identify(const UniqueFd& descriptor) {
  struct stat status {};
  if (fstat(descriptor.get(), &status) != 0) throw SystemError(SystemCall::kFstat);
  return {.device = status.st_dev, .inode = status.st_ino};
}

void run_in_namespace(const UniqueFd& descriptor, const std::function<void()>& body) {
  run_on_fresh_thread([&] {
    move_thread(descriptor.get());
    body();
  });
}

void move_thread(int descriptor) {
  if (setns(descriptor, CLONE_NEWNET) != 0) throw SystemError(SystemCall::kSetns);
}

bool is_main_thread() { return syscall(SYS_gettid) == getpid(); }

}  // namespace rtnetlink::sys
