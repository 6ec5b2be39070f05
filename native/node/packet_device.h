#pragma once

#include <napi.h>

#include <cstdint>
#include <functional>
#include <memory>

#include "node/environment.h"
#include "sys/packet_device.h"

namespace rtnetlink::node {

/** binding.ts: NativePacketDevice */
class PacketDevice : public Napi::ObjectWrap<PacketDevice> {
 public:
  static void define(Napi::Env env, Napi::Object exports);

  explicit PacketDevice(const Napi::CallbackInfo& info);
  ~PacketDevice() override;
  PacketDevice(const PacketDevice&) = delete;
  PacketDevice& operator=(const PacketDevice&) = delete;

 private:
  class Slot;
  using Open = std::function<std::shared_ptr<sys::PacketDevice>()>;

  void open_tun(const Napi::CallbackInfo& info);
  void open_tap_link(const Napi::CallbackInfo& info);
  void set_persist(const Napi::CallbackInfo& info);
  void attach_queue(const Napi::CallbackInfo& info);
  void detach_queue(const Napi::CallbackInfo& info);
  void read(const Napi::CallbackInfo& info);
  void want(const Napi::CallbackInfo& info);
  Napi::Value take(const Napi::CallbackInfo& info);
  void release(const Napi::CallbackInfo& info);
  Napi::Value write_now(const Napi::CallbackInfo& info);
  void write(const Napi::CallbackInfo& info);
  Napi::Value counts(const Napi::CallbackInfo& info);
  void hold(const Napi::CallbackInfo& info);
  void let_go(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);

  void open(uint32_t id, Napi::Env env, Open open);
  /** Runs on a native thread with the device. */
  void run(uint32_t id, Napi::Env env, std::function<void(sys::PacketDevice&)> body);
  std::shared_ptr<sys::PacketDevice> opened(Napi::Env env) const;
  sys::PacketReader& reader(const Napi::CallbackInfo& info, const sys::PacketDevice& device) const;
  void start_writing(const std::shared_ptr<sys::PacketDevice>& device, uint32_t queue, sys::PacketErrands* reader);

  Environment& environment_;
  /** What may still be used by its threads when Node is done with this. */
  std::shared_ptr<sys::Runtime> runtime_;
  std::shared_ptr<Slot> slot_;
  bool claimed_ = false;
  bool closed_ = false;
  bool held_ = false;
};

}  // namespace rtnetlink::node
