#include "node/arguments.h"

#include <limits>

namespace rtnetlink::node {

namespace {

[[noreturn]] void throw_type_error(Napi::Env env, const std::string& text) { throw Napi::TypeError::New(env, text); }

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

std::span<const uint32_t> to_words(const Napi::CallbackInfo& info, std::size_t index, const char* method) {
  napi_typedarray_type type = napi_uint8_array;
  std::size_t available = 0;
  void* data = nullptr;
  const napi_status status =
      napi_get_typedarray_info(info.Env(), info[index], &type, &available, &data, nullptr, nullptr);
  if (status != napi_ok || type != napi_uint32_array)
    throw_type_error(info.Env(), std::string(method) + ": a record is a Uint32Array");
  double length = -1;
  if (napi_get_value_double(info.Env(), info[index + 1], &length) != napi_ok ||
      !(length >= 0 && length <= static_cast<double>(available))) {
    throw_type_error(info.Env(), std::string(method) + ": the length does not fit the record");
  }
  return {static_cast<const uint32_t*>(data), static_cast<std::size_t>(length)};
}

}  // namespace rtnetlink::node
