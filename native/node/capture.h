#pragma once

#include <napi.h>

#include <memory>

#include "node/environment.h"
#include "sys/capture.h"

namespace rtnetlink::node {

/** binding.ts: NativeCapture */
class Capture : public Napi::ObjectWrap<Capture> {
 public:
  static void define(Napi::Env env, Napi::Object exports);

  explicit Capture(const Napi::CallbackInfo& info);
  ~Capture() override;
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

 private:
  class Slot;

  void open(const Napi::CallbackInfo& info);
  void want(const Napi::CallbackInfo& info);
  Napi::Value take(const Napi::CallbackInfo& info);
  Napi::Value counts(const Napi::CallbackInfo& info);
  void hold(const Napi::CallbackInfo& info);
  void let_go(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);

  std::shared_ptr<sys::Capture> opened(Napi::Env env) const;

  Environment& environment_;
  /** What may still be used by its thread when Node is done with this. */
  std::shared_ptr<sys::Runtime> runtime_;
  std::shared_ptr<Slot> slot_;
  bool claimed_ = false;
  bool closed_ = false;
  bool held_ = false;
};

}  // namespace rtnetlink::node
