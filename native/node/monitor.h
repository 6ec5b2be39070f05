#pragma once

#include <napi.h>

#include <functional>
#include <memory>

#include "node/environment.h"
#include "sys/monitored.h"

namespace rtnetlink::node {

/** binding.ts: NativeMonitor */
class Monitor : public Napi::ObjectWrap<Monitor> {
 public:
  static void define(Napi::Env env, Napi::Object exports);

  explicit Monitor(const Napi::CallbackInfo& info);
  ~Monitor() override;
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

 private:
  class Slot;
  using Open = std::function<std::shared_ptr<sys::Monitored>()>;

  void open(const Napi::CallbackInfo& info);
  void open_names(const Napi::CallbackInfo& info);
  void take(const Napi::CallbackInfo& info);
  void sync(const Napi::CallbackInfo& info);
  void hold(const Napi::CallbackInfo& info);
  void let_go(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);

  void run(uint32_t id, Napi::Env env, Open open);

  Environment& environment_;
  std::shared_ptr<Slot> slot_;
  bool claimed_ = false;
  bool closed_ = false;
  bool held_ = false;
};

}  // namespace rtnetlink::node
