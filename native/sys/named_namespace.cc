#include "sys/named_namespace.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "sys/namespace.h"
#include "sys/retry.h"
#include "sys/system_error.h"

namespace rtnetlink::sys {
namespace {

/**
 * The lock that `ip netns add` takes too: two processes that turn the directory into a mount point at the same time
 * would stack mounts on it without end. Like `ip`, we go on without the lock where it is refused.
 */
UniqueFd lock_directory(const std::string& directory) {
  UniqueFd lock(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock) throw SystemError(SystemCall::kOpen);
  (void)retry([&] { return flock(lock.get(), LOCK_EX); });
  return lock;
}

/** A shared mount point, so that unmounting a name in one mount namespace unmounts it in all, and the namespace can
 * die. */
void share_directory(const std::string& directory) {
  if (mkdir(directory.c_str(), 0755) != 0 && errno != EEXIST) throw SystemError(SystemCall::kMkdir);
  const UniqueFd lock = lock_directory(directory);
  const auto share = [&] { return mount("", directory.c_str(), "none", MS_SHARED | MS_REC, nullptr) == 0; };
  if (share()) return;
  const bool is_mount_point = errno != EINVAL;
  if (is_mount_point) throw SystemError(SystemCall::kMount);
  if (mount(directory.c_str(), directory.c_str(), "none", MS_BIND | MS_REC, nullptr) != 0)
    throw SystemError(SystemCall::kMount);
  if (!share()) throw SystemError(SystemCall::kMount);
}

/** The file that a namespace is mounted over; removed with the scope unless kept. */
class NameFile {
 public:
  explicit NameFile(std::string path) : path_(std::move(path)) {
    const UniqueFd file(open(path_.c_str(), O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0));
    if (!file) throw SystemError(SystemCall::kOpen);
  }
  NameFile(const NameFile&) = delete;
  NameFile& operator=(const NameFile&) = delete;
  ~NameFile() {
    if (!kept_) unlink(path_.c_str());
  }

  void mount_over(const UniqueFd& descriptor) {
    const std::string source = "/proc/self/fd/" + std::to_string(descriptor.get());
    if (mount(source.c_str(), path_.c_str(), "none", MS_BIND, nullptr) != 0) throw SystemError(SystemCall::kMount);
    kept_ = true;
  }

 private:
  std::string path_;
  bool kept_ = false;
};

}  // namespace

UniqueFd create_named_namespace(const std::string& directory, const std::string& name) {
  share_directory(directory);
  NameFile file(directory + '/' + name);
  UniqueFd created = create_namespace();
  file.mount_over(created);
  return created;
}

void delete_named_namespace(const std::string& directory, const std::string& name) {
  const std::string path = directory + '/' + name;
  // EINVAL: a plain file, left by somebody who died between the two steps of adding a name. A symbolic link is removed
  // itself.
  if (umount2(path.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) != 0 && errno != EINVAL && errno != ENOENT) {
    throw SystemError(SystemCall::kUmount);
  }
  if (unlink(path.c_str()) != 0) throw SystemError(SystemCall::kUnlink);
}

}  // namespace rtnetlink::sys
