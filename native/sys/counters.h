#pragma once

#include <atomic>

namespace rtnetlink::sys {

/** What is alive in one environment. binding.ts: Addon.counters() */
struct Counters {
  std::atomic<int> threads{0};
  std::atomic<int> sockets{0};
  std::atomic<int> namespaces{0};
  std::atomic<int> devices{0};
};

/** Counts for as long as it lives; moves along with what it counts. */
class Counted {
 public:
  Counted() = default;
  explicit Counted(std::atomic<int>& counter) : counter_(&counter) { ++*counter_; }
  Counted(Counted&& other) noexcept : counter_(other.counter_) { other.counter_ = nullptr; }
  Counted& operator=(Counted&& other) noexcept {
    if (this != &other) {
      if (counter_ != nullptr) --*counter_;
      counter_ = other.counter_;
      other.counter_ = nullptr;
    }
    return *this;
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() {
    if (counter_ != nullptr) --*counter_;
  }

 private:
  std::atomic<int>* counter_ = nullptr;
};

}  // namespace rtnetlink::sys
