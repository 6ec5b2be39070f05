#include "sys/sysctl.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "sys/retry.h"
#include "sys/system_error.h"

namespace rtnetlink::sys {
namespace {

UniqueFd open_setting(const NetworkNamespace& where, const std::string& path, int flags) {
  return where.open("/proc/sys/" + path, flags | O_NOFOLLOW);
}

}  // namespace

std::string read_sysctl(const NetworkNamespace& where, const std::string& path) {
  const UniqueFd file = open_setting(where, path, O_RDONLY);
  std::string text;
  std::array<char, 4096> part;
  for (;;) {
    const ssize_t length = retry([&] { return read(file.get(), part.data(), part.size()); });
    if (length < 0) throw SystemError(SystemCall::kRead);
    if (length == 0) return text;
    text.append(part.data(), static_cast<std::size_t>(length));
  }
}

void write_sysctl(const NetworkNamespace& where, const std::string& path, const std::string& text) {
  const UniqueFd file = open_setting(where, path, O_WRONLY);
  // In one call: the kernel takes each write for the whole value (proc_first_pos_non_zero_ignore() in kernel/sysctl.c).
  if (retry([&] { return write(file.get(), text.data(), text.size()); }) < 0) throw SystemError(SystemCall::kWrite);
}

}  // namespace rtnetlink::sys
