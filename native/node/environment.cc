#include "node/environment.h"

#include <cstring>
#include <utility>

namespace rtnetlink::node {

Environment& Environment::create(Napi::Env env) {
  auto* environment = new Environment(env);
  env.SetInstanceData(environment);
  return *environment;
}

/**
 * Node runs clean-up hooks last in, first out, and its own hook for a thread-safe function is added when that is
 * created. So tear_down, added after it, has joined every thread that may call it before it goes.
 */
Environment::Environment(Napi::Env env) : env_(env) {
  wake_ = WakeFunction::New(env, "rtnetlink", 0, 1, this);
  wake_.Unref(env);
  napi_add_env_cleanup_hook(env, tear_down, this);
}

Environment::~Environment() {
  if (!torn_down_) napi_remove_env_cleanup_hook(env_, tear_down, this);
  tear_down(this);
}

void Environment::tear_down(void* data) {
  auto* environment = static_cast<Environment*>(data);
  if (std::exchange(environment->torn_down_, true)) return;
  environment->runtime_->completions.close();
  environment->runtime_->user_namespaces.stop();
  environment->runtime_->pool.stop();
  environment->runtime_->namespace_threads.stop();
  environment->runtime_->devices.close_all();
  environment->runtime_->captures.close_all();
  environment->runtime_->monitors.stop();
}

void Environment::connect(Napi::Uint8Array inbox, Napi::Function deliver) {
  inbox_ = Napi::Persistent(inbox);
  deliver_ = Napi::Persistent(deliver);
  runtime_->completions.open([wake = wake_] { wake.NonBlockingCall(); });
}

void Environment::begin_request() {
  if (!deliver_.IsEmpty()) count_up(in_flight_);
}

void Environment::end_requests(uint32_t count) { count_down(in_flight_, count); }

void Environment::hold() { count_up(held_); }

void Environment::release() { count_down(held_, 1); }

void Environment::count_up(uint32_t& counter) {
  if (in_flight_ + held_ == 0) wake_.Ref(env_);
  ++counter;
}

void Environment::count_down(uint32_t& counter, uint32_t by) {
  if (by == 0) return;
  counter -= by;
  if (in_flight_ + held_ == 0) wake_.Unref(env_);
}

/** A cheap request that is alone is answered sooner than this thread could fall asleep and be woken. */
void Environment::look_out() {
  if (in_flight_ == 0 || in_flight_ > kFew || !look_out_.is_promising()) return;
  sys::CompletionQueue& completions = runtime_->completions;
  completions.attend();
  look_out_.learn(look_out_.watch([&] { return completions.has_posted(); }));
  if (completions.turn_away()) drain();
}

Napi::Object Environment::counters() const {
  Napi::Object result = Napi::Object::New(env_);
  result.Set("threads", runtime_->counters.threads.load());
  result.Set("sockets", runtime_->counters.sockets.load());
  result.Set("namespaces", runtime_->counters.namespaces.load());
  result.Set("devices", runtime_->counters.devices.load());
  result.Set("inFlight", in_flight_);
  return result;
}

/** Node calls it with an empty env when the environment is dying. */
void Environment::on_wake(Napi::Env env, Napi::Function, Environment* environment, void*) {
  if (static_cast<napi_env>(env) == nullptr || environment->torn_down_) return;
  environment->drain();
}

/**
 * Hands over what was posted, an inbox full at a time. Speaks plain N-API: once the environment is being terminated
 * every call fails, and a Napi::Error could not even be made.
 */
void Environment::drain() {
  const Napi::HandleScope scope(env_);
  runtime_->completions.take(taken_);
  const std::size_t room = inbox_.Value().ByteLength();
  wire::Bytes left = taken_.bytes();
  while (!left.empty()) {
    std::size_t length = 0;
    uint32_t ended = 0;
    while (length < left.size()) {
      const wire::CompletionExtent next = wire::completion_at(left.subspan(length));
      if (length > 0 && length + next.size > room) break;
      length += next.size;
      ended += next.final ? 1 : 0;
      if (length > room) break;
    }
    const wire::Bytes now = left.first(length);
    if (!(length > room ? deliver_large(now) : deliver(now))) return;
    end_requests(ended);
    left = left.subspan(length);
  }
}

bool Environment::deliver(wire::Bytes completions) {
  std::memcpy(inbox_.Value().Data(), completions.data(), completions.size());
  return call_deliver(static_cast<uint32_t>(completions.size()), env_.Undefined());
}

bool Environment::deliver_large(wire::Bytes completion) {
  void* data = nullptr;
  napi_value buffer = nullptr;
  napi_value array = nullptr;
  if (napi_create_arraybuffer(env_, completion.size(), &data, &buffer) != napi_ok) return false;
  std::memcpy(data, completion.data(), completion.size());
  if (napi_create_typedarray(env_, napi_uint8_array, completion.size(), buffer, 0, &array) != napi_ok) return false;
  return call_deliver(static_cast<uint32_t>(completion.size()), array);
}

/** False when JavaScript can no longer run. What `deliver` throws is an uncaught exception; the rest is delivered all
 * the same. */
bool Environment::call_deliver(uint32_t length, napi_value large) {
  napi_value size = nullptr;
  napi_value result = nullptr;
  if (napi_create_uint32(env_, length, &size) != napi_ok) return false;
  const napi_value arguments[] = {size, large};
  const napi_status status = napi_call_function(env_, env_.Undefined(), deliver_.Value(), 2, arguments, &result);
  if (status != napi_pending_exception) return status == napi_ok;
  napi_value exception = nullptr;
  if (napi_get_and_clear_last_exception(env_, &exception) != napi_ok) return false;
  return napi_fatal_exception(env_, exception) == napi_ok;
}

}  // namespace rtnetlink::node
