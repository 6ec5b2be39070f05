#pragma once

#include <napi.h>

#include <memory>

#include "node/environment.h"
#include "sys/session.h"

namespace rtnetlink::node {

/** binding.ts: NativeSocket */
class NetlinkSocket : public Napi::ObjectWrap<NetlinkSocket> {
 public:
  static void define(Napi::Env env, Napi::Object exports);

  explicit NetlinkSocket(const Napi::CallbackInfo& info);
  ~NetlinkSocket() override;
  NetlinkSocket(const NetlinkSocket&) = delete;
  NetlinkSocket& operator=(const NetlinkSocket&) = delete;
  NetlinkSocket(NetlinkSocket&&) = delete;
  NetlinkSocket& operator=(NetlinkSocket&&) = delete;

 private:
  void queue_message(const Napi::CallbackInfo& info);
  void flush(const Napi::CallbackInfo& info);
  void resume(const Napi::CallbackInfo& info);
  Napi::Value cancel(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);

  Environment& environment_;
  std::shared_ptr<sys::Session> session_;
  /** What was queued last is a slice, which takes a while. */
  bool patient_ = false;
};

}  // namespace rtnetlink::node
