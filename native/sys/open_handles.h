#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace rtnetlink::sys {

/** What is open in an environment and has threads, to close at its end what still is: only then its threads stop. */
template <typename Handle>
class OpenHandles {
 public:
  void add(const std::shared_ptr<Handle>& handle) {
    const std::lock_guard lock(mutex_);
    std::erase_if(handles_, [](const auto& known) { return known.expired(); });
    handles_.push_back(handle);
  }

  void close_all() {
    each([](Handle& handle) { handle.close(); });
  }

  template <typename Do>
  void each(Do act) {
    std::vector<std::weak_ptr<Handle>> handles;
    {
      const std::lock_guard lock(mutex_);
      handles = handles_;
    }
    for (const auto& known : handles) {
      if (const auto handle = known.lock()) act(*handle);
    }
  }

 private:
  std::mutex mutex_;
  std::vector<std::weak_ptr<Handle>> handles_;
};

}  // namespace rtnetlink::sys
