#include <napi.h>

#include "node/arguments.h"
#include "node/capture.h"
#include "node/descriptor.h"
#include "node/encode.h"
#include "node/enter_namespace.h"
#include "node/environment.h"
#include "node/monitor.h"
#include "node/namespace.h"
#include "node/netlink_socket.h"
#include "node/packet_device.h"
#include "node/packet_memory.h"
#include "node/ping.h"
#include "node/read_texts.h"
#include "node/request.h"
#include "node/sysctl.h"
#include "node/write_inside.h"
#include "sys/capabilities.h"

namespace rtnetlink::node {

namespace {

// binding.ts: Addon.connect()
void connect(const Napi::CallbackInfo& info) {
  if (!info[0].IsTypedArray() || info[0].As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array ||
      !info[1].IsFunction() || !info[2].IsFunction()) {
    throw Napi::TypeError::New(info.Env(), "connect: expected an inbox and two functions");
  }
  Environment::of(info.Env())
      .connect(info[0].As<Napi::Uint8Array>(), info[1].As<Napi::Function>(), info[2].As<Napi::Function>());
}

// binding.ts: Addon.useBroker()
void use_broker(const Napi::CallbackInfo& info) {
  Environment::of(info.Env()).runtime()->user_namespaces.use(to_text(info[0], "useBroker"));
}

// binding.ts: Addon.isPrivileged()
Napi::Value is_privileged(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), sys::may_make_namespaces());
}

// binding.ts: Addon.comeBehind()
void come_behind(const Napi::CallbackInfo& info) {
  run_request_here(Environment::of(info.Env()), to_id(info[0], "comeBehind"), [] {});
}

// binding.ts: Addon.counters()
Napi::Value counters(const Napi::CallbackInfo& info) { return Environment::of(info.Env()).counters(); }

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  Environment::create(env);
  exports.Set("connect", Napi::Function::New<connect>(env, "connect"));
  exports.Set("useBroker", Napi::Function::New<use_broker>(env, "useBroker"));
  exports.Set("isPrivileged", Napi::Function::New<is_privileged>(env, "isPrivileged"));
  exports.Set("comeBehind", Napi::Function::New<come_behind>(env, "comeBehind"));
  exports.Set("counters", Napi::Function::New<counters>(env, "counters"));
  exports.Set("readTexts", Napi::Function::New<read_texts>(env, "readTexts"));
  exports.Set("encode", Napi::Function::New<encode>(env, "encode"));
  NetlinkSocket::define(env, exports);
  Capture::define(env, exports);
  Namespace::define(env, exports);
  Descriptor::define(env, exports);
  Monitor::define(env, exports);
  PacketMemory::define(env, exports);
  PacketDevice::define(env, exports);
  define_ping(env, exports);
  define_sysctl(env, exports);
  define_write_inside(env, exports);
  define_enter_namespace(env, exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(rtnetlink, initialize)

}  // namespace rtnetlink::node
