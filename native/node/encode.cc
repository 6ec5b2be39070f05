#include "node/encode.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "node/arguments.h"
#include "wire/encode.h"
#include "wire/message_kind.h"
#include "wire/message_writer.h"

namespace rtnetlink::node {

namespace {

/** There is no socket whose namespace could be asked. */
class NoNames final : public wire::Resolver {
 public:
  wire::LinkIndex index_of(std::string_view) override { return {0, ENODEV}; }
  wire::LinkIndex index_of_previous() override { return {0, ENODEV}; }
  wire::LinkIndex link_of_previous() override { return {0, ENODEV}; }
  wire::FamilyId family_of(std::string_view) override { return {}; }
};

const wire::MessageKind& to_kind(Napi::Value method) {
  const std::string name = method.IsString() ? method.As<Napi::String>().Utf8Value() : std::string();
  const auto found = std::find_if(wire::kMessageKinds.begin(), wire::kMessageKinds.end(),
                                  [&](const wire::MessageKind& kind) { return kind.method == name; });
  if (found == wire::kMessageKinds.end()) throw Napi::TypeError::New(method.Env(), "encode: no such message");
  return *found;
}

}  // namespace

// binding.ts: Addon.encode()
Napi::Value encode(const Napi::CallbackInfo& info) {
  const wire::Record record = to_record(info, to_kind(info[0]), 1);
  wire::MessageWriter writer;
  NoNames names;
  switch (wire::encode(record, 0, writer, names).end) {
    case wire::Encoded::End::kComplete:
      break;
    case wire::Encoded::End::kTooLarge:
      throw Napi::RangeError::New(info.Env(), "encode: an attribute is longer than 65,535 bytes");
    default:
      throw Napi::TypeError::New(info.Env(), "encode: names cannot be resolved here");
  }
  auto bytes = Napi::Uint8Array::New(info.Env(), writer.size());
  std::memcpy(bytes.Data(), writer.bytes().data(), writer.size());
  return bytes;
}

}  // namespace rtnetlink::node
