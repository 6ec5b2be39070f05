// rtnetlink-broker: makes what belongs to namespaces for a process without capabilities. A program of its own, because
// a process with several threads, as Node is, can enter no user namespace. It answers whoever holds the other end of
// its socket, and ends when nobody does. native/sys/broker_messages.h is its contract.
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "programs/broker/channel.h"
#include "programs/broker/tasks.h"

namespace rtnetlink::broker {
namespace {

constexpr int kUsage = 64;
/** What it was started with beyond its socket and the two outputs, which are /dev/null. */
constexpr unsigned kFirstOther = 3;

#ifndef SYS_close_range
constexpr long SYS_close_range = 436;
#endif

/** Descriptors of the process that has started it would hold what they are of. */
void close_others() {
  if (syscall(SYS_close_range, kFirstOther, ~0U, 0) == 0) return;
  const long most = sysconf(_SC_OPEN_MAX);
  for (unsigned descriptor = kFirstOther; descriptor < most; ++descriptor) close(static_cast<int>(descriptor));
}

/** Ctrl-C and the like are for the process that it works for: that one may have something to clean up with its help. */
void stand_apart() {
  close_others();
  (void)setsid();
  (void)!chdir("/");
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE}) (void)signal(number, SIG_IGN);
}

int serve() {
  stand_apart();
  const Channel channel(STDIN_FILENO);
  Tasks tasks;
  for (;;) {
    Question question;
    switch (channel.receive(question)) {
      case Arrival::kEnd:
        return 0;
      case Arrival::kMalformed:
        return 1;
      case Arrival::kQuestion:
        break;
    }
    Result result;
    if (!tasks.run(question, result)) return 1;
    if (!channel.send(result)) return 0;
  }
}

}  // namespace
}  // namespace rtnetlink::broker

int main(int count, char** arguments) {
  if (count == 2 && std::strcmp(arguments[1], rtnetlink::sys::kBrokerArgument) == 0) return rtnetlink::broker::serve();
  (void)fputs("rtnetlink-broker is started by rtnetlink for Node.js\n", stderr);
  return rtnetlink::broker::kUsage;
}
