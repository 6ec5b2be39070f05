#pragma once

#include <functional>
#include <mutex>

#include "sys/system_error.h"
#include "wire/completion.h"

namespace rtnetlink::sys {

/** Completions on their way from the native threads to the JavaScript thread. Dropped unless open. */
class CompletionQueue {
 public:
  /** `wake` is called on any thread when there is something to take, once until the next take(). To be opened once. */
  void open(std::function<void()> wake);
  /** A `wake` that has begun may still be under way: join the threads that post before what it uses goes. */
  void close();

  void post(const wire::Completion& completion, wire::Bytes first = {}, wire::Bytes second = {});
  /** `failed`, with the call and its errno. */
  void post(uint32_t id, const SystemError& error);
  void post(const wire::CompletionBuffer& completions);

  /** Exchanges `into`, which is cleared first, for what was posted. */
  void take(wire::CompletionBuffer& into);

 private:
  template <typename Append>
  void add(Append append);

  std::mutex mutex_;
  std::function<void()> wake_;
  wire::CompletionBuffer posted_;
  bool open_ = false;
  bool woken_ = false;
};

}  // namespace rtnetlink::sys
