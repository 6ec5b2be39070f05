#include "programs/broker/files.h"

#include <fcntl.h>

#include <algorithm>

namespace rtnetlink::broker {
namespace {

constexpr std::string_view kTun = "/dev/net/tun";
constexpr std::string_view kSettings = "/proc/sys/net/";
constexpr int kFlags = O_ACCMODE | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW;

/** Neither empty, nor `.` or `..`. */
bool is_plain(std::string_view part) { return !part.empty() && part != "." && part != ".."; }

bool is_setting(std::string_view path) {
  if (!path.starts_with(kSettings)) return false;
  for (std::size_t start = kSettings.size(); start <= path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    if (!is_plain(std::string_view(path.data() + start, end - start))) return false;
    start = end + 1;
  }
  return true;
}

}  // namespace

bool may_be_opened(std::string_view path, int flags) {
  return (flags & ~kFlags) == 0 && (path == kTun || is_setting(path));
}

}  // namespace rtnetlink::broker
