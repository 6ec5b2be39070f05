#include "node/arguments.h"

#include <limits>
#include <span>
#include <string>

#include "wire/encode.h"

namespace rtnetlink::node {

namespace {

[[noreturn]] void throw_type_error(Napi::Env env, const std::string& text) { throw Napi::TypeError::New(env, text); }

/** The first `length` words of a Uint32Array. */
std::span<const uint32_t> to_words(const Napi::CallbackInfo& info, const wire::MessageKind& kind, std::size_t index) {
  napi_typedarray_type type = napi_uint8_array;
  std::size_t available = 0;
  void* data = nullptr;
  const napi_status status =
      napi_get_typedarray_info(info.Env(), info[index], &type, &available, &data, nullptr, nullptr);
  if (status != napi_ok || type != napi_uint32_array) throw_malformed(info.Env(), kind, "it is not a Uint32Array", 0);
  double length = -1;
  const bool is_number = napi_get_value_double(info.Env(), info[index + 1], &length) == napi_ok;
  if (!is_number || !(length >= 0 && length <= static_cast<double>(available))) {
    throw_malformed(info.Env(), kind, "its length is not within it", 0);
  }
  return {static_cast<const uint32_t*>(data), static_cast<std::size_t>(length)};
}

}  // namespace

uint32_t to_id(Napi::Value value, const char* method) {
  if (!value.IsNumber()) throw_type_error(value.Env(), std::string(method) + ": a request id is a number");
  return value.As<Napi::Number>().Uint32Value();
}

int to_int(Napi::Value value, const char* name) {
  if (!value.IsNumber()) throw_type_error(value.Env(), std::string(name) + " is not a number");
  const double number = value.As<Napi::Number>().DoubleValue();
  if (!(number >= 0 && number <= std::numeric_limits<int>::max()))
    throw_type_error(value.Env(), std::string(name) + " is out of range");
  return static_cast<int>(number);
}

std::string to_text(Napi::Value value, const char* method) {
  if (!value.IsString()) throw_type_error(value.Env(), std::string(method) + ": expected text");
  std::string text = value.As<Napi::String>().Utf8Value();
  if (text.find('\0') != std::string::npos) {
    throw_type_error(value.Env(), std::string(method) + ": text cannot contain NUL");
  }
  return text;
}

uint32_t to_queue(Napi::Value value, const sys::PacketDevice& device) {
  const int queue = to_int(value, "queue");
  if (static_cast<uint32_t>(queue) >= device.queue_count()) throw_type_error(value.Env(), "there is no such queue");
  return static_cast<uint32_t>(queue);
}

std::span<uint32_t> to_words(Napi::Value value, const char* method) {
  napi_typedarray_type type = napi_uint8_array;
  std::size_t words = 0;
  void* data = nullptr;
  const napi_status status = napi_get_typedarray_info(value.Env(), value, &type, &words, &data, nullptr, nullptr);
  if (status != napi_ok || type != napi_uint32_array)
    throw_type_error(value.Env(), std::string(method) + ": expected a Uint32Array");
  return {static_cast<uint32_t*>(data), words};
}

std::span<sys::Packet> to_packet_table(Napi::Value value, const char* method) {
  const std::span<uint32_t> words = to_words(value, method);
  return {reinterpret_cast<sys::Packet*>(words.data()), words.size() / 2};
}

wire::Record to_record(const Napi::CallbackInfo& info, const wire::MessageKind& kind, std::size_t index) {
  const std::span<const uint32_t> words = to_words(info, kind, index);
  if (const auto malformed = wire::find_problem(kind, words)) {
    throw_malformed(info.Env(), kind, malformed->problem, malformed->word);
  }
  return {kind, words};
}

void throw_malformed(Napi::Env env, const wire::MessageKind& kind, const char* problem, std::size_t word) {
  throw_type_error(env,
                   std::string(kind.method) + ": malformed record: " + problem + ", at word " + std::to_string(word));
}

}  // namespace rtnetlink::node
