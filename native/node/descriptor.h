#pragma once

#include <napi.h>

#include <memory>

namespace rtnetlink::node {

/** binding.ts: NativeDescriptor */
class Descriptor : public Napi::ObjectWrap<Descriptor> {
 public:
  /** Adds the class and setSocketOption to the exports. */
  static void define(Napi::Env env, Napi::Object exports);

  explicit Descriptor(const Napi::CallbackInfo& info);
  ~Descriptor() override;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;

 private:
  class Slot;

  Napi::Value fd(const Napi::CallbackInfo& info);
  void open(const Napi::CallbackInfo& info);
  Napi::Value open_now(const Napi::CallbackInfo& info);
  Napi::Value release(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);

  void claim(Napi::Env env);

  bool claimed_ = false;
  std::shared_ptr<Slot> slot_;
};

}  // namespace rtnetlink::node
