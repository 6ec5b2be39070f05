#pragma once

#include <napi.h>

#include <memory>

#include "sys/packet_memory.h"

namespace rtnetlink::node {

/** binding.ts: NativePacketMemory */
class PacketMemory : public Napi::ObjectWrap<PacketMemory> {
 public:
  static void define(Napi::Env env, Napi::Object exports);

  /** @throws TypeError when it is something else. */
  static std::shared_ptr<sys::PacketMemory> of(Napi::Value value);

  explicit PacketMemory(const Napi::CallbackInfo& info);

 private:
  Napi::Value bytes(const Napi::CallbackInfo& info);

  std::shared_ptr<sys::PacketMemory> memory_;
  Napi::Reference<Napi::Uint8Array> bytes_;
};

}  // namespace rtnetlink::node
