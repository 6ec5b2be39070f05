#include "sys/names_monitor.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/inotify.h>

#include <array>
#include <cstddef>
#include <utility>

#include "sys/retry.h"
#include "sys/system_error.h"

namespace rtnetlink::sys {

namespace {

constexpr uint32_t kNames = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR;
/** Of the directory above, until there is one. */
constexpr uint32_t kBirth = IN_CREATE | IN_MOVED_TO | IN_ONLYDIR;

std::string parent_of(const std::string& directory) {
  const std::size_t slash = directory.rfind('/');
  return slash == std::string::npos || slash == 0 ? "/" : directory.substr(0, slash);
}

}  // namespace

NamesMonitor::NamesMonitor(std::string directory, uint32_t events, CompletionQueue& completions)
    : directory_(std::move(directory)),
      events_(events),
      completions_(completions),
      inotify_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
      mounts_(::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)) {
  if (!inotify_) throw SystemError(SystemCall::kInotify);
  if (!mounts_) throw SystemError(SystemCall::kOpen);
  watch_directory();
}

/** Asking for the same directory again changes nothing. One that comes into being in between is found the second time.
 */
void NamesMonitor::watch_directory() const {
  if (inotify_add_watch(inotify_.get(), directory_.c_str(), kNames) >= 0) return;
  inotify_add_watch(inotify_.get(), parent_of(directory_).c_str(), kBirth);
  inotify_add_watch(inotify_.get(), directory_.c_str(), kNames);
}

void NamesMonitor::close(std::optional<uint32_t> id) {
  const std::lock_guard lock(mutex_);
  closing_ = true;
  closed_by_ = id;
}

std::vector<Monitored::Descriptor> NamesMonitor::descriptors() const {
  return {{.fd = &inotify_, .events = EPOLLIN}, {.fd = &mounts_, .events = EPOLLPRI}};
}

Monitored::Next NamesMonitor::work() {
  if (is_closing()) {
    inotify_.reset();
    mounts_.reset();
    if (closed_by_) completions_.post({*closed_by_, wire::CompletionCode::kDone});
    return Next::kOver;
  }
  forget_events();
  watch_directory();
  completions_.post({events_, wire::CompletionCode::kPart});
  return Next::kWait;
}

bool NamesMonitor::is_closing() {
  const std::lock_guard lock(mutex_);
  return closing_;
}

/** What happened is not asked: the directory is read. */
void NamesMonitor::forget_events() const {
  std::array<std::byte, 4096> buffer;
  while (retry([&] { return ::read(inotify_.get(), buffer.data(), buffer.size()); }) > 0) continue;
}

}  // namespace rtnetlink::sys
