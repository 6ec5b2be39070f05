#include "programs/launch/mounts.h"

#include <dirent.h>
#include <limits.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <string_view>

namespace rtnetlink::launch {
namespace {

using Path = char[PATH_MAX];

template <typename... Parts>
void join(Path& path, const char* format, Parts... parts) {
  (void)snprintf(path, sizeof path, format, parts...);
}

/** Slave: what the host mounts later is seen, and what is mounted here stays here. */
void leave_mounts(const Report& report) {
  if (unshare(CLONE_NEWNS) != 0) report.fail(Step::kUnshareMounts);
  if (mount("", "/", "none", MS_SLAVE | MS_REC, nullptr) != 0) report.fail(Step::kUnshareMounts, "/");
}

/** A sysfs shows the network namespace that it was mounted in (fs/sysfs/mount.c, sysfs_init_fs_context). */
void mount_sys(const Report& report) {
  unsigned long flags = 0;
  if (umount2("/sys", MNT_DETACH) != 0) {
    // Locked, in a user namespace. Over a read-only one the kernel takes none but a read-only one.
    struct statvfs present {};
    if (statvfs("/sys", &present) == 0 && (present.f_flag & ST_RDONLY) != 0) flags = MS_RDONLY;
  }
  if (mount("rtnetlink", "/sys", "sysfs", flags, nullptr) != 0) report.fail(Step::kMountSys, "/sys");
}

void mount_over_etc(const Report& report, const char* folder, const char* file) {
  Path source;
  Path target;
  join(source, "%s/%s", folder, file);
  join(target, "/etc/%s", file);
  if (mount(source, target, "none", MS_BIND, nullptr) != 0) report.write(Step::kMountFile, errno, source);
}

void mount_files(const Report& report, const char* name) {
  Path folder;
  join(folder, "/etc/netns/%s", name);
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(opendir(folder), closedir);
  if (!entries) {
    if (errno != ENOENT) report.fail(Step::kReadFiles, folder);
    return;
  }
  for (;;) {
    errno = 0;
    const dirent* const entry = readdir(entries.get());
    if (entry == nullptr) break;
    const std::string_view file = entry->d_name;
    if (file != "." && file != "..") mount_over_etc(report, folder, entry->d_name);
  }
  if (errno != 0) report.fail(Step::kReadFiles, folder);
}

}  // namespace

void make_mounts(const Report& report, const char* name) {
  leave_mounts(report);
  mount_sys(report);
  if (name != nullptr) mount_files(report, name);
}

}  // namespace rtnetlink::launch
