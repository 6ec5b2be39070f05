#include "sys/tap_link.h"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <optional>
#include <utility>

#include "sys/native_thread.h"
#include "sys/retry.h"
#include "sys/system_error.h"

namespace rtnetlink::sys {
namespace {

/** A directory that every system has, for what only the calling thread is to see. */
constexpr const char* kPlace = "/sys";

std::optional<std::string> read_small_file(const std::string& path) {
  const UniqueFd file(retry([&] { return open(path.c_str(), O_RDONLY | O_CLOEXEC); }));
  if (!file) return std::nullopt;
  std::array<char, 64> text;
  const ssize_t length = retry([&] { return read(file.get(), text.data(), text.size()); });
  if (length < 0) return std::nullopt;
  return std::string(text.data(), static_cast<std::size_t>(length));
}

/** What the sysfs at /sys has about the link; it may be that of another namespace. */
std::optional<dev_t> find_device_number(const TapLinkSettings& settings) {
  const std::string index = std::to_string(settings.index);
  const std::string link = "/sys/class/net/" + settings.name;
  if (read_small_file(link + "/ifindex") != index + '\n') return std::nullopt;
  const auto text = read_small_file(link + "/tap" + index + "/dev");
  unsigned major = 0;
  unsigned minor = 0;
  if (!text || std::sscanf(text->c_str(), "%u:%u", &major, &minor) != 2) return std::nullopt;
  return makedev(major, minor);
}

bool is_node_of(const std::string& path, dev_t number) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && S_ISCHR(status.st_mode) && status.st_rdev == number;
}

/** From here on what this thread mounts is seen by nobody else, and goes with it. */
void leave_mount_namespace() {
  if (unshare(CLONE_NEWNS) != 0) throw SystemError(SystemCall::kUnshare);
  if (mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) throw SystemError(SystemCall::kMount);
}

void mount_here(const char* type) {
  if (mount(type, kPlace, type, MS_NOSUID | MS_NOEXEC, nullptr) != 0) throw SystemError(SystemCall::kMount);
}

dev_t device_number_by_own_sysfs(const TapLinkSettings& settings) {
  mount_here("sysfs");
  if (const auto number = find_device_number(settings)) return *number;
  throw SystemError(SystemCall::kOpen, ENODEV);
}

std::string make_own_node(dev_t number) {
  mount_here("tmpfs");
  std::string path = std::string(kPlace) + "/tap";
  if (mknod(path.c_str(), S_IFCHR | S_IRUSR | S_IWUSR, number) != 0) throw SystemError(SystemCall::kMknod);
  return path;
}

/** On a thread that then ends, and that is in the link's network namespace. */
std::string find_or_make_node(const TapLinkSettings& settings) {
  const std::string usual = "/dev/tap" + std::to_string(settings.index);
  const auto known = find_device_number(settings);
  if (known && is_node_of(usual, *known)) return usual;
  leave_mount_namespace();
  const dev_t number = known ? *known : device_number_by_own_sysfs(settings);
  return is_node_of(usual, number) ? usual : make_own_node(number);
}

UniqueFd open_queue(const std::string& node, const TapLinkSettings& settings) {
  UniqueFd queue(retry([&] { return open(node.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC); }));
  if (!queue) throw SystemError(SystemCall::kOpen);
  std::string name = settings.name;
  set_interface(queue, name, settings.format.flags);
  apply_format(queue, settings.format);
  return queue;
}

}  // namespace

OpenedQueues open_tap_link(const TapLinkSettings& settings, const NetworkNamespace* where) {
  OpenedQueues opened{.name = settings.name, .queues = {}};
  run_on_fresh_thread([&] {
    if (where != nullptr && setns(where->descriptor().get(), CLONE_NEWNET) != 0) throw SystemError(SystemCall::kSetns);
    const std::string node = find_or_make_node(settings);
    for (uint32_t number = 0; number < settings.format.queues; ++number)
      opened.queues.push_back(open_queue(node, settings));
  });
  return opened;
}

bool is_tap_link_gone(const UniqueFd& queue) {
  ifreq request{};
  return ioctl(queue.get(), TUNGETIFF, &request) != 0 && errno == ENOLINK;
}

}  // namespace rtnetlink::sys
