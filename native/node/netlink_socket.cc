#include "node/netlink_socket.h"

#include <utility>
#include <vector>

#include "node/arguments.h"
#include "node/namespace.h"
#include "wire/message_kind.h"

namespace rtnetlink::node {

namespace {

sys::SocketOrigin to_origin(Napi::Object options) {
  sys::SocketSettings settings;
  settings.protocol = to_int(options.Get("protocol"), "protocol");
  settings.receive_buffer = to_int(options.Get("receiveBuffer"), "receiveBuffer");
  settings.strict = options.Get("strict").ToBoolean();
  return {settings, Namespace::of(options.Get("namespace")), Namespace::spare_socket_of(options.Get("namespace"))};
}

}  // namespace

void NetlinkSocket::define(Napi::Env env, Napi::Object exports) {
  std::vector<PropertyDescriptor> methods;
  for (const wire::MessageKind& kind : wire::kMessageKinds) {
    auto* data = const_cast<wire::MessageKind*>(&kind);
    methods.push_back(InstanceMethod(kind.method, &NetlinkSocket::queue_message, napi_default, data));
  }
  methods.push_back(InstanceMethod<&NetlinkSocket::flush>("flush"));
  methods.push_back(InstanceMethod<&NetlinkSocket::resume>("resume"));
  methods.push_back(InstanceMethod<&NetlinkSocket::cancel>("cancel"));
  methods.push_back(InstanceMethod<&NetlinkSocket::close>("close"));
  exports.Set("NetlinkSocket", DefineClass(env, "NetlinkSocket", methods));
}

NetlinkSocket::NetlinkSocket(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<NetlinkSocket>(info), environment_(Environment::of(info.Env())) {
  if (!info[0].IsObject()) throw Napi::TypeError::New(info.Env(), "NetlinkSocket: expected options");
  const auto options = info[0].As<Napi::Object>();
  const int restarts = to_int(options.Get("dumpRetries"), "dumpRetries");
  session_ = std::make_shared<sys::Session>(environment_.runtime(), to_origin(options), restarts);
}

/** One that was never closed; also when its constructor threw. */
NetlinkSocket::~NetlinkSocket() {
  if (session_) session_->close();
}

// binding.ts: NativeSocket.newLink() and all other message calls
void NetlinkSocket::queue_message(const Napi::CallbackInfo& info) {
  const auto& kind = *static_cast<const wire::MessageKind*>(info.Data());
  const wire::Record record = to_record(info, kind, 0);
  if (!session_->takes(kind)) throw_malformed(info.Env(), kind, "the socket is of another protocol", 0);
  if (session_->is_orphan(record)) throw_malformed(info.Env(), kind, "it is linked to nothing in this flush", 2);
  environment_.begin_request();
  if (record.has(wire::kAwaited)) environment_.runtime()->completions.watch(record.id());
  session_->append(record);
  patient_ = kind.is_slice();
}

// binding.ts: NativeSocket.flush()
void NetlinkSocket::flush(const Napi::CallbackInfo&) {
  session_->flush();
  if (!std::exchange(patient_, false)) environment_.look_out();
}

// binding.ts: NativeSocket.resume()
void NetlinkSocket::resume(const Napi::CallbackInfo& info) { session_->resume(to_id(info[0], "resume")); }

// binding.ts: NativeSocket.cancel()
Napi::Value NetlinkSocket::cancel(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), session_->cancel(to_id(info[0], "cancel")));
}

// binding.ts: NativeSocket.close()
void NetlinkSocket::close(const Napi::CallbackInfo&) { session_->close(); }

}  // namespace rtnetlink::node
