#include "node/environment.h"

#include <algorithm>
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
  // A reader may be writing to another device.
  environment->runtime_->devices.each([](sys::PacketDevice& device) { device.stop_reading(); });
  environment->runtime_->devices.close_all();
  environment->runtime_->captures.close_all();
  environment->runtime_->monitors.stop();
}

void Environment::connect(Napi::Uint8Array inbox, Napi::Function deliver, Napi::Function later) {
  inbox_ = Napi::Persistent(inbox);
  deliver_ = Napi::Persistent(deliver);
  later_ = Napi::Persistent(later);
  go_on_ = Napi::Persistent(Napi::Function::New<go_on>(env_, "goOn"));
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
 * Hands over what was posted, for a while, in portions: behind each, promises have their turn, and on_wake comes again
 * for the next. Node calls on_wake again and again while there is a reason to, up to 1,000
 * times in one turn of the event loop (ThreadSafeFunction::Dispatch in src/node_api.cc), so time is counted over all of
 * them, with what promises do in between; docs/decisions/0048. Speaks plain N-API: once the environment is being
 * terminated every call fails, and a Napi::Error could not even be made.
 */
void Environment::drain() {
  // Whoever is handed something may flush a session and look out: what comes of that is handed over behind this.
  if (paused_ || std::exchange(draining_, true)) return;
  const Napi::HandleScope scope(env_);
  const Clock::time_point start = Clock::now();
  spent_ += start - seen_;
  portion_.learn(std::exchange(ended_, 0), start - std::exchange(begun_, start));
  const bool alive = deliver_for_a_while(start);
  draining_ = false;
  if (!alive) return;
  if (spent_ >= kPatience) {
    pause();
  } else if (has_more()) {
    wake_.NonBlockingCall();
  }
}

/** Until nothing is there or the portion is used up: on_wake was called in vain for what came during a pause. */
bool Environment::deliver_for_a_while(Clock::time_point start) {
  do {
    if (left_.empty()) {
      runtime_->completions.take(taken_);
      left_ = taken_.bytes();
    }
    if (!left_.empty() && !deliver_next()) {
      left_ = {};
      return false;
    }
    seen_ = Clock::now();
    spent_ += seen_ - std::exchange(start, seen_);
  } while (spent_ < kPatience && ended_ < portion_.size() && has_more());
  return true;
}

bool Environment::deliver_next() {
  const std::size_t room = std::min(inbox_.Value().ByteLength(), kChunk);
  std::size_t length = 0;
  uint32_t ended = 0;
  do {
    const wire::CompletionExtent next = wire::completion_at(left_.subspan(length));
    if (length > 0 && length + next.size > room) break;
    length += next.size;
    ended += next.final ? 1 : 0;
  } while (length < left_.size() && ended_ + ended < portion_.size());
  ended_ += ended;
  const wire::Bytes now = left_.first(length);
  if (!(length > inbox_.Value().ByteLength() ? deliver_large(now) : deliver(now))) return false;
  end_requests(ended);
  left_ = left_.subspan(length);
  return true;
}

void Environment::pause() {
  napi_value result = nullptr;
  const napi_value argument = go_on_.Value();
  paused_ = napi_call_function(env_, env_.Undefined(), later_.Value(), 1, &argument, &result) == napi_ok;
}

Napi::Value Environment::go_on(const Napi::CallbackInfo& info) {
  Environment& environment = of(info.Env());
  environment.paused_ = false;
  environment.spent_ = {};
  environment.seen_ = Clock::now();
  if (environment.has_more()) environment.drain();
  return info.Env().Undefined();
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
