#pragma once

#include <exception>
#include <functional>
#include <thread>

namespace rtnetlink::sys {

/**
 * Starts a thread that receives no signals, named "rtnetlink". Whoever starts it joins it: Node may unload the addon
 * when a worker's environment ends, so a detached thread would run in unmapped code.
 * @throws SystemError (kThread)
 */
std::thread start_native_thread(std::function<void()> body);

/**
 * Runs `body` on a fresh thread that then ends, and waits for it. For whatever changes the thread's namespace: it is
 * never restored. What `body` throws is thrown again here.
 */
template <typename Body>
void run_on_fresh_thread(Body body) {
  std::exception_ptr failure;
  std::thread thread = start_native_thread([&] {
    try {
      body();
    } catch (...) {
      failure = std::current_exception();
    }
  });
  thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace rtnetlink::sys
