#pragma once

#include <cstddef>
#include <span>
#include <utility>

namespace rtnetlink::sys {

/** Memory of a file that is mapped into the process, to read and to write. */
class Mapping {
 public:
  Mapping() = default;
  /** @throws SystemError (kMmap) */
  Mapping(int descriptor, std::size_t size);
  Mapping(Mapping&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  Mapping& operator=(Mapping&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping();

  [[nodiscard]] std::span<std::byte> bytes() const { return bytes_; }

 private:
  std::span<std::byte> bytes_;
};

}  // namespace rtnetlink::sys
