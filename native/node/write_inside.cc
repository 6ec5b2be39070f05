#include "node/write_inside.h"

#include <stop_token>

#include "node/arguments.h"
#include "node/namespace.h"
#include "node/request.h"
#include "sys/write_inside.h"

namespace rtnetlink::node {
namespace {

// binding.ts: Addon.writeInside()
void write_inside(const Napi::CallbackInfo& info) {
  const uint32_t id = to_id(info[0], "writeInside");
  run_request(Environment::of(info.Env()), id,
              [network_namespace = Namespace::required_of(info[1], "writeInside"),
               path = to_text(info[2], "writeInside"), text = to_text(info[3], "writeInside")](const std::stop_token&) {
                sys::write_inside(*network_namespace, path, text);
                return wire::CompletionCode::kDone;
              });
}

}  // namespace

void define_write_inside(Napi::Env env, Napi::Object exports) {
  exports.Set("writeInside", Napi::Function::New<write_inside>(env, "writeInside"));
}

}  // namespace rtnetlink::node
