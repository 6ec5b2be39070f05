#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

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
  /** Something else will follow at once, or wake_for_rest(): it need not be woken for this alone. */
  void post_with_next(const wire::Completion& completion);
  void wake_for_rest();
  /** `failed`, with the call and its errno. */
  void post(uint32_t id, const SystemError& error);
  void post(const wire::CompletionBuffer& completions);

  /** Until the next take() the JavaScript thread watches by itself, and need not be woken. */
  void attend();
  /** Whether there is something to take, for a look without the mutex. */
  bool has_posted() const { return has_posted_.load(std::memory_order_acquire); }
  /** It stops watching: from now on it must be woken, also for what came meanwhile. True when there is something to
   * take. */
  bool turn_away();

  /** The request with this id will be waited for, once. Before it is sent. */
  void watch(uint32_t id);
  /** Whether a watched request has not completed yet. */
  bool is_under_way(uint32_t id) const;
  /**
   * Whether a watched request succeeded, once it has completed. Until then nothing, and `then` will be called with the
   * answer, on the thread that completes it; never after close().
   */
  std::optional<bool> succeeded(uint32_t id, std::function<void(bool)> then);

  /** Exchanges `into`, which is cleared first, for what was posted. */
  void take(wire::CompletionBuffer& into);

 private:
  struct Watched {
    std::optional<bool> succeeded;
    std::function<void(bool)> then;
  };
  using Calls = std::vector<std::function<void()>>;

  template <typename Append>
  void add(Append append, bool alone = true);
  Calls settle_watched(wire::Bytes completions);

  mutable std::mutex mutex_;
  std::function<void()> wake_;
  wire::CompletionBuffer posted_;
  bool open_ = false;
  bool woken_ = false;
  std::atomic<bool> has_posted_ = false;
  std::unordered_map<uint32_t, Watched> watched_;
};

}  // namespace rtnetlink::sys
