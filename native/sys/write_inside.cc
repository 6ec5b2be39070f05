#include "sys/write_inside.h"

#include <fcntl.h>
#include <unistd.h>

#include "sys/namespace.h"
#include "sys/retry.h"
#include "sys/system_error.h"

namespace rtnetlink::sys {

void write_inside(const NetworkNamespace& where, const std::string& path, const std::string& text) {
  run_in_namespace(where.descriptor(), [&] {
    const UniqueFd file(retry([&] { return open(path.c_str(), O_WRONLY | O_CLOEXEC); }));
    if (!file) throw SystemError(SystemCall::kOpen);
    // In one call: sysfs takes each write for a command of its own.
    if (retry([&] { return write(file.get(), text.data(), text.size()); }) < 0) throw SystemError(SystemCall::kWrite);
  });
}

}  // namespace rtnetlink::sys
