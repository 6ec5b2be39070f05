#include "node/packet_memory.h"

#include "node/arguments.h"
#include "node/environment.h"
#include "sys/system_error.h"

namespace rtnetlink::node {
namespace {

constexpr int kSmallest = 2 * sys::kLargestPacket;

/** The bytes stay where they are for as long as JavaScript or a thread has them, also when they are transferred. */
Napi::Uint8Array bytes_of(Napi::Env env, const std::shared_ptr<sys::PacketMemory>& memory) {
  auto* shared = new std::shared_ptr<sys::PacketMemory>(memory);
  const auto bytes = memory->bytes();
  const auto buffer =
      Napi::ArrayBuffer::New(env, bytes.data(), bytes.size(), [shared](Napi::Env, void*) { delete shared; });
  return Napi::Uint8Array::New(env, bytes.size(), buffer, 0);
}

}  // namespace

void PacketMemory::define(Napi::Env env, Napi::Object exports) {
  const Napi::Function constructor =
      DefineClass(env, "PacketMemory", {InstanceAccessor<&PacketMemory::bytes>("bytes")});
  Environment::of(env).packet_memory_class = Napi::Persistent(constructor);
  exports.Set("PacketMemory", constructor);
}

std::shared_ptr<sys::PacketMemory> PacketMemory::of(Napi::Value value) {
  const Napi::Env env = value.Env();
  if (!value.IsObject() || !value.As<Napi::Object>().InstanceOf(Environment::of(env).packet_memory_class.Value())) {
    throw Napi::TypeError::New(env, "expected a PacketMemory");
  }
  return Unwrap(value.As<Napi::Object>())->memory_;
}

PacketMemory::PacketMemory(const Napi::CallbackInfo& info) : Napi::ObjectWrap<PacketMemory>(info) {
  const int size = to_int(info[0], "size");
  if (size < kSmallest || size % 8 != 0) throw Napi::TypeError::New(info.Env(), "PacketMemory: not a good size");
  try {
    memory_ = std::make_shared<sys::PacketMemory>(static_cast<std::size_t>(size));
  } catch (const sys::SystemError&) {
    throw Napi::RangeError::New(info.Env(), "PacketMemory: there is not that much memory");
  }
  bytes_ = Napi::Persistent(bytes_of(info.Env(), memory_));
}

// binding.ts: NativePacketMemory.bytes
Napi::Value PacketMemory::bytes(const Napi::CallbackInfo&) { return bytes_.Value(); }

}  // namespace rtnetlink::node
