#include "programs/launch/plan.h"

#include <charconv>
#include <string_view>

namespace rtnetlink::launch {
namespace {

template <typename Number>
bool parse_number(std::string_view text, Number& number) {
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && rest == end;
}

bool parse_id(std::string_view text, std::optional<unsigned>& id) { return parse_number(text, id.emplace()); }

bool parse_word(std::string_view word, Plan& plan) {
  const auto value_of = [&](std::string_view key) -> std::optional<std::string_view> {
    if (!word.starts_with(key)) return std::nullopt;
    return std::string_view(word.data() + key.size(), word.size() - key.size());
  };
  if (const auto value = value_of("status=")) return parse_number(*value, plan.status);
  if (const auto value = value_of("net=")) return parse_number(*value, plan.net);
  if (const auto value = value_of("user=")) return parse_number(*value, plan.user);
  if (const auto value = value_of("uid=")) return parse_id(*value, plan.uid);
  if (const auto value = value_of("gid=")) return parse_id(*value, plan.gid);
  if (const auto value = value_of("etc=")) {
    plan.etc = value->data();  // The end of an argument, so there is a NUL behind it.
    return true;
  }
  plan.mounts = word == "mounts";
  return plan.mounts;
}

}  // namespace

std::optional<Plan> parse_plan(int count, char** arguments) {
  Plan plan;
  int at = 1;
  for (; at < count && std::string_view(arguments[at]) != "--"; at++) {
    if (!parse_word(arguments[at], plan)) return std::nullopt;
  }
  const int file = at + 1;
  const int argv0 = at + 2;
  if (argv0 >= count || plan.net < 0) return std::nullopt;
  plan.file = arguments[file];
  plan.arguments = arguments + argv0;
  return plan;
}

}  // namespace rtnetlink::launch
