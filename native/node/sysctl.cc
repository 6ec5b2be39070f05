#include "node/sysctl.h"

#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <utility>

#include "node/arguments.h"
#include "node/namespace.h"
#include "node/request.h"
#include "sys/sysctl.h"

namespace rtnetlink::node {
namespace {

// binding.ts: Addon.readSysctl()
void read_sysctl(const Napi::CallbackInfo& info) {
  const uint32_t id = to_id(info[0], "readSysctl");
  auto network_namespace = Namespace::required_of(info[1], "readSysctl");
  Environment& environment = Environment::of(info.Env());
  sys::CompletionQueue& completions = environment.runtime()->completions;
  run_request(environment, id,
              [id, &completions, network_namespace = std::move(network_namespace),
               path = to_text(info[2], "readSysctl")](const std::stop_token&) {
                const std::string text = sys::read_sysctl(*network_namespace, path);
                completions.post({id, wire::CompletionCode::kPart}, std::as_bytes(std::span(text)));
                return wire::CompletionCode::kDone;
              });
}

// binding.ts: Addon.writeSysctl()
void write_sysctl(const Napi::CallbackInfo& info) {
  const uint32_t id = to_id(info[0], "writeSysctl");
  run_request(Environment::of(info.Env()), id,
              [network_namespace = Namespace::required_of(info[1], "writeSysctl"),
               path = to_text(info[2], "writeSysctl"), text = to_text(info[3], "writeSysctl")](const std::stop_token&) {
                sys::write_sysctl(*network_namespace, path, text);
                return wire::CompletionCode::kDone;
              });
}

}  // namespace

void define_sysctl(Napi::Env env, Napi::Object exports) {
  exports.Set("readSysctl", Napi::Function::New<read_sysctl>(env, "readSysctl"));
  exports.Set("writeSysctl", Napi::Function::New<write_sysctl>(env, "writeSysctl"));
}

}  // namespace rtnetlink::node
