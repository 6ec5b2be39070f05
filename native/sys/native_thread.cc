#include "sys/native_thread.h"

#include <pthread.h>
#include <signal.h>

#include <system_error>
#include <utility>

#include "sys/system_error.h"

namespace rtnetlink::sys {

namespace {

/** Threads inherit the mask, so it is set around their creation: no signal can arrive in between. */
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

std::thread start_native_thread(std::function<void()> body) {
  const SignalsBlocked blocked;
  try {
    return std::thread([body = std::move(body)] {
      pthread_setname_np(pthread_self(), "rtnetlink");
      body();
    });
  } catch (const std::system_error& error) {
    throw SystemError(SystemCall::kThread, error.code().value());
  }
}

}  // namespace rtnetlink::sys
