#include "sys/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "sys/retry.h"
#include "sys/system_error.h"

namespace rtnetlink::sys {
namespace {

#ifndef SYS_pidfd_open
constexpr long SYS_pidfd_open = 434;
#endif
#ifndef SYS_pidfd_send_signal
constexpr long SYS_pidfd_send_signal = 424;
#endif

/** posix_spawn(3) answers with the errno. */
void check(int error) {
  if (error != 0) throw SystemError(SystemCall::kSpawn, error);
}

class Files {
 public:
  explicit Files(const UniqueFd& input) {
    check(posix_spawn_file_actions_init(&actions_));
    check(posix_spawn_file_actions_adddup2(&actions_, input.get(), STDIN_FILENO));
    for (const int output : {STDOUT_FILENO, STDERR_FILENO})
      check(posix_spawn_file_actions_addopen(&actions_, output, "/dev/null", O_WRONLY, 0));
  }
  ~Files() { posix_spawn_file_actions_destroy(&actions_); }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;

  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

/** Threads of ours block all signals, which a process would inherit; and ignored ones stay ignored. */
class Attributes {
 public:
  Attributes() {
    check(posix_spawnattr_init(&attributes_));
    sigset_t signals;
    sigemptyset(&signals);
    check(posix_spawnattr_setsigmask(&attributes_, &signals));
    sigfillset(&signals);
    check(posix_spawnattr_setsigdefault(&attributes_, &signals));
    check(posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
  }
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;

  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

}  // namespace

ChildProcess::ChildProcess(const std::string& executable, const char* argument, const UniqueFd& input) {
  const Files files(input);
  const Attributes attributes;
  std::array<char*, 3> arguments{const_cast<char*>(executable.c_str()), const_cast<char*>(argument), nullptr};
  std::array<char*, 1> environment{nullptr};
  check(posix_spawn(&pid_, executable.c_str(), files.get(), attributes.get(), arguments.data(), environment.data()));
  handle_ = UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
}

/** By its handle, since somebody who waits for any child may have waited for this one, and its number be another's. */
ChildProcess::~ChildProcess() {
  if (handle_) (void)syscall(SYS_pidfd_send_signal, handle_.get(), SIGKILL, nullptr, 0);
  (void)retry([&] { return waitpid(pid_, nullptr, 0); });
}

}  // namespace rtnetlink::sys
