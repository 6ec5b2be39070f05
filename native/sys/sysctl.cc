#include "sys/sysctl.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "sys/namespace.h"
#include "sys/retry.h"
#include "sys/system_error.h"

namespace rtnetlink::sys {
namespace {

UniqueFd open_in(const UniqueFd& network_namespace, const std::string& path, int flags) {
  UniqueFd file;
  run_in_namespace(network_namespace, [&] {
    file = UniqueFd(retry([&] { return open(("/proc/sys/" + path).c_str(), flags | O_CLOEXEC | O_NOFOLLOW); }));
    if (!file) throw SystemError(SystemCall::kOpen);
  });
  return file;
}

}  // namespace

std::string read_sysctl(const UniqueFd& network_namespace, const std::string& path) {
  const UniqueFd file = open_in(network_namespace, path, O_RDONLY);
  std::string text;
  std::array<char, 4096> part;
  for (;;) {
    const ssize_t length = retry([&] { return read(file.get(), part.data(), part.size()); });
    if (length < 0) throw SystemError(SystemCall::kRead);
    if (length == 0) return text;
    text.append(part.data(), static_cast<std::size_t>(length));
  }
}

void write_sysctl(const UniqueFd& network_namespace, const std::string& path, const std::string& text) {
  const UniqueFd file = open_in(network_namespace, path, O_WRONLY);
  // In one call: the kernel takes each write for the whole value (proc_first_pos_non_zero_ignore() in kernel/sysctl.c).
  if (retry([&] { return write(file.get(), text.data(), text.size()); }) < 0) throw SystemError(SystemCall::kWrite);
}

}  // namespace rtnetlink::sys
