#include "node/read_texts.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "node/arguments.h"
#include "wire/address_text.h"
#include "wire/align.h"

namespace rtnetlink::node {

namespace {

/** binding.ts: PLACE_WORDS */
constexpr std::size_t kPlace = 3;

/** False also for a place that is not within the record: the caller finds out the same way. */
bool read_place(std::span<uint32_t> record, std::span<const uint32_t> place, std::string_view& rest) {
  const std::size_t length = place[1] & 0xff;
  const auto form = static_cast<wire::TextForm>(place[1] >> 8);
  const auto bytes = wire::bytes_of(form);
  if (!bytes || length > rest.size() || place[0] > record.size()) return false;
  const std::span<uint32_t> into = record.subspan(place[0]);
  uint32_t prefix = 0;
  if (into.size_bytes() < *bytes || (wire::is_network(form) && place[2] >= record.size())) return false;
  if (!wire::read_address(form, rest.substr(0, length), std::as_writable_bytes(into).data(), prefix)) return false;
  if (wire::is_network(form)) record[place[2]] = prefix;
  rest.remove_prefix(length);
  return true;
}

}  // namespace

// binding.ts: Addon.readTexts(). A character that is none of ASCII's has more bytes than one, so that the lengths do
// not add up.
Napi::Value read_texts(const Napi::CallbackInfo& info) {
  const std::span<uint32_t> record = to_words(info[0], "readTexts");
  const std::span<uint32_t> all = to_words(info[1], "readTexts");
  const auto length = static_cast<std::size_t>(to_int(info[2], "length"));
  if (!info[3].IsString() || length > all.size() || length % kPlace != 0)
    throw Napi::TypeError::New(info.Env(), "readTexts: expected places and texts");
  const std::string texts = info[3].As<Napi::String>().Utf8Value();
  std::string_view rest = texts;
  bool good = true;
  for (std::size_t at = 0; good && at < length; at += kPlace) good = read_place(record, all.subspan(at, kPlace), rest);
  return Napi::Boolean::New(info.Env(), good && rest.empty());
}

}  // namespace rtnetlink::node
