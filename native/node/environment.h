#pragma once

#include <napi.h>

#include <chrono>
#include <cstdint>
#include <memory>

#include "node/portion.h"
#include "sys/look_out.h"
#include "sys/runtime.h"

namespace rtnetlink::node {

/** The addon in one Node environment (the main thread's, or a worker's). Everything here runs on the JavaScript thread.
 */
class Environment {
 public:
  /** Made by Init, as the environment's instance data. */
  static Environment& create(Napi::Env env);
  static Environment& of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  void connect(Napi::Uint8Array inbox, Napi::Function deliver, Napi::Function later);

  /** To be called once for each request that will complete: it keeps the process alive until its final completion is
   * delivered. */
  void begin_request();

  /** Keeps the process alive until release(): somebody waits for what is no request. */
  void hold();
  void release();

  /** Jobs hold on to this, never to the Environment. */
  const std::shared_ptr<sys::Runtime>& runtime() const { return runtime_; }

  /** Watches for the answers to what was just sent, where that has been paying: for a few microseconds. */
  void look_out();

  Napi::Object counters() const;

  /** The classes of handles that are arguments of others, for instanceof. Set when they are defined. */
  Napi::FunctionReference namespace_class;
  Napi::FunctionReference packet_memory_class;

 private:
  class Wake;
  static void on_wake(Napi::Env env, Napi::Function, Environment* environment, void*);
  using WakeFunction = Napi::TypedThreadSafeFunction<Environment, void, &Environment::on_wake>;

  /** Handing over goes on for no longer than this, plus one chunk, before timers and sockets have their turn. */
  static constexpr std::chrono::milliseconds kPatience{1};
  /** Bytes that are handed over before the clock is looked at. */
  static constexpr std::size_t kChunk = std::size_t{8} * 1024;
  /** As long as a cheap request takes on a thread that is awake. */
  static constexpr std::chrono::microseconds kLookOut{20};
  /** With more under way there is no telling when the next one ends. */
  static constexpr uint32_t kFew = 4;

  explicit Environment(Napi::Env env);
  static void tear_down(void* environment);
  using Clock = std::chrono::steady_clock;
  void drain();
  bool deliver_for_a_while(Clock::time_point start);
  /** Hands over what fits into the inbox and the portion, or one completion that does not. False when JavaScript can no
   * longer run. */
  bool deliver_next();
  bool has_more() const { return !left_.empty() || runtime_->completions.has_posted(); }
  /** Nothing more is handed over until the event loop has had its turn. */
  void pause();
  static Napi::Value go_on(const Napi::CallbackInfo& info);
  bool deliver(wire::Bytes completions);
  bool deliver_large(wire::Bytes completion);
  bool call_deliver(uint32_t length, napi_value large);
  void end_requests(uint32_t count);
  /** Keeps the process alive for the first of what is under way, and no longer after the last. */
  void count_up(uint32_t& counter);
  void count_down(uint32_t& counter, uint32_t by);

  Napi::Env env_;
  std::shared_ptr<sys::Runtime> runtime_ = std::make_shared<sys::Runtime>();
  WakeFunction wake_;
  Napi::Reference<Napi::Uint8Array> inbox_;
  Napi::FunctionReference deliver_;
  /** Calls a function in the event loop's next turn. */
  Napi::FunctionReference later_;
  Napi::FunctionReference go_on_;
  wire::CompletionBuffer taken_;
  /** Of what was taken: not handed over yet. */
  wire::Bytes left_;
  bool paused_ = false;
  bool draining_ = false;
  Portion portion_;
  /** Requests that ended in the portion at hand, and when that began. */
  uint32_t ended_ = 0;
  Clock::time_point begun_;
  /** Of the event loop's turn, as far as it was seen: what was handed over, and what became of it. */
  Clock::duration spent_{};
  Clock::time_point seen_;
  uint32_t in_flight_ = 0;
  uint32_t held_ = 0;
  sys::LookOut look_out_{kLookOut};
  bool torn_down_ = false;
};

}  // namespace rtnetlink::node
