#include "programs/launch/report.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "sys/retry.h"

namespace rtnetlink::launch {

void Report::write(Step step, int error, const char* path) const {
  const auto length = static_cast<uint32_t>(strlen(path));
  uint32_t words[] = {static_cast<uint32_t>(step), static_cast<uint32_t>(error), length};
  iovec parts[] = {{.iov_base = words, .iov_len = sizeof words},
                   {.iov_base = const_cast<char*>(path), .iov_len = length}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  // A socket's, so that there is no SIGPIPE when the parent has died.
  (void)sys::retry([&] { return sendmsg(descriptor_, &message, MSG_NOSIGNAL); });
}

void Report::fail(Step step, const char* path) const {
  write(step, errno, path);
  _exit(kLaunchFailed);
}

}  // namespace rtnetlink::launch
