#include "node/enter_namespace.h"

#include "node/arguments.h"
#include "sys/namespace.h"
#include "sys/system_error.h"

namespace rtnetlink::node {
namespace {

// binding.ts: Addon.enterNamespace()
Napi::Value enter_namespace(const Napi::CallbackInfo& info) {
  const int descriptor = to_int(info[0], "fd");
  if (sys::is_main_thread())
    throw Napi::TypeError::New(info.Env(), "enterNamespace: the main thread stays where it is");
  int error = 0;
  try {
    sys::move_thread(descriptor);
  } catch (const sys::SystemError& failure) {
    error = failure.error();
  }
  return Napi::Number::New(info.Env(), error);
}

}  // namespace

void define_enter_namespace(Napi::Env env, Napi::Object exports) {
  exports.Set("enterNamespace", Napi::Function::New<enter_namespace>(env, "enterNamespace"));
}

}  // namespace rtnetlink::node
