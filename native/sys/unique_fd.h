#pragma once

#include <unistd.h>

#include <utility>

namespace rtnetlink::sys {

/** Owns a file descriptor; -1 means none. */
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

  /** Whoever gets it closes it: for descriptors that leave the addon. */
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }

  /** Closes. close(2) is not repeated on EINTR: on Linux the descriptor is gone either way. */
  void reset() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

}  // namespace rtnetlink::sys
