#pragma once

#include <napi.h>

#include <cmath>
#include <cstddef>
#include <optional>
#include <string>

namespace rtnetlink::node {

/** Reads the options of a native call. TypeScript has checked what users pass: a mistake here is a TypeError that names
 * the call and the option. */
class OptionReader {
 public:
  OptionReader(Napi::Value options, const char* method);

  [[nodiscard]] Napi::Value operator[](const char* name) const { return options_.Get(name); }

  [[nodiscard]] double number(const char* name, double smallest, double largest) const;

  template <typename Integer>
  [[nodiscard]] Integer integer(const char* name, Integer smallest, Integer largest) const {
    const double value = number(name, static_cast<double>(smallest), static_cast<double>(largest));
    if (std::trunc(value) != value) reject(name, "an integer");
    return static_cast<Integer>(value);
  }

  template <typename Integer>
  [[nodiscard]] std::optional<Integer> optional_integer(const char* name, Integer smallest, Integer largest) const {
    if (options_.Get(name).IsUndefined()) return std::nullopt;
    return integer(name, smallest, largest);
  }

  /** Without NUL. */
  [[nodiscard]] std::string text(const char* name, std::size_t longest) const;

  [[noreturn]] void reject(const char* name, const std::string& expected) const;

 private:
  Napi::Object options_;
  const char* method_;
};

}  // namespace rtnetlink::node
