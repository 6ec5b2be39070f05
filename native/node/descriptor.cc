#include "node/descriptor.h"

#include <cstring>
#include <mutex>
#include <span>
#include <stop_token>
#include <string>
#include <utility>

#include "node/arguments.h"
#include "node/environment.h"
#include "node/namespace.h"
#include "node/request.h"
#include "sys/namespace.h"
#include "sys/open_socket.h"

namespace rtnetlink::node {
namespace {

Napi::Object to_object(Napi::Value value, const char* what) {
  if (value.IsObject()) return value.As<Napi::Object>();
  throw Napi::TypeError::New(value.Env(), std::string(what) + ": expected an object");
}

std::vector<std::byte> to_bytes(Napi::Value value) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
    throw Napi::TypeError::New(value.Env(), "bytes: expected a Uint8Array");
  }
  const auto array = value.As<Napi::Uint8Array>();
  const std::span<const std::byte> bytes = std::as_bytes(std::span(array.Data(), array.ByteLength()));
  return {bytes.begin(), bytes.end()};
}

sys::KernelStruct to_kernel_struct(Napi::Value value) {
  constexpr std::size_t kLongestName = 15;
  const Napi::Object object = to_object(value, "a struct");
  sys::KernelStruct result;
  result.bytes = to_bytes(object.Get("bytes"));
  if (!object.Get("link").IsString()) throw Napi::TypeError::New(value.Env(), "link: expected a name");
  result.link = object.Get("link").As<Napi::String>().Utf8Value();
  if (result.link.size() > kLongestName) throw Napi::TypeError::New(value.Env(), "link: a name has at most 15 bytes");
  if (result.link.find('\0') != std::string::npos) throw Napi::TypeError::New(value.Env(), "link: it contains NUL");
  result.link_offset = static_cast<std::size_t>(to_int(object.Get("linkOffset"), "linkOffset"));
  if (!result.link.empty() && result.link_offset + sizeof(uint32_t) > result.bytes.size()) {
    throw Napi::TypeError::New(value.Env(), "linkOffset: it lies outside the struct");
  }
  return result;
}

sys::SocketOption to_option(Napi::Value value) {
  const Napi::Object object = to_object(value, "a socket option");
  return {.level = to_int(object.Get("level"), "level"),
          .name = to_int(object.Get("name"), "name"),
          .value = to_kernel_struct(object.Get("value"))};
}

sys::SocketPlan to_plan(const Napi::Object& object) {
  sys::SocketPlan plan;
  plan.domain = to_int(object.Get("domain"), "domain");
  plan.type = to_int(object.Get("type"), "type");
  plan.protocol = to_int(object.Get("protocol"), "protocol");
  if (!object.Get("options").IsArray()) throw Napi::TypeError::New(object.Env(), "options: expected an array");
  const auto options = object.Get("options").As<Napi::Array>();
  for (uint32_t i = 0; i < options.Length(); ++i) plan.options.push_back(to_option(options.Get(i)));
  plan.address = to_kernel_struct(object.Get("address"));
  const Napi::Value backlog = object.Get("backlog");
  if (!backlog.IsNumber()) throw Napi::TypeError::New(object.Env(), "backlog is not a number");
  plan.backlog = backlog.As<Napi::Number>().Int32Value();
  plan.remote = to_kernel_struct(object.Get("remote"));
  return plan;
}

/** What openNow and setSocketOption answer. */
template <typename Body>
Napi::Value answer(Napi::Env env, const Body& body) {
  uint32_t failure = 0;
  try {
    body();
  } catch (const sys::SystemError& error) {
    failure = static_cast<uint32_t>(error.error()) | static_cast<uint32_t>(error.call()) << 16;
  }
  return Napi::Number::New(env, failure);
}

// binding.ts: Addon.setSocketOption()
Napi::Value set_socket_option(const Napi::CallbackInfo& info) {
  const int descriptor = to_int(info[0], "fd");
  sys::SocketOption option = to_option(info[1]);
  return answer(info.Env(), [&] { sys::set_socket_option(descriptor, std::move(option)); });
}

}  // namespace

/** The descriptor, once there is one: put in by whoever opens it, taken out by the JavaScript thread. */
class Descriptor::Slot {
 public:
  explicit Slot(std::shared_ptr<sys::Runtime> runtime) : runtime_(std::move(runtime)) {}

  void put(sys::UniqueFd descriptor) {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    counted_ = sys::Counted(runtime_->counters.sockets);
    descriptor_ = std::move(descriptor);
  }

  sys::Runtime& runtime() { return *runtime_; }

  int get() const {
    const std::lock_guard lock(mutex_);
    return descriptor_.get();
  }

  /** What stops the opening when the slot is closed; whoever opens holds it. */
  void stop_by(const std::shared_ptr<const sys::Cancellation>& cancellation) {
    const std::lock_guard lock(mutex_);
    cancellation_ = cancellation;
  }

  /** What is put in from now on is closed at once. */
  std::shared_ptr<const sys::UniqueFd> take() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    if (const auto cancellation = cancellation_.lock()) cancellation->request();
    counted_ = {};
    return std::make_shared<const sys::UniqueFd>(std::move(descriptor_));
  }

  sys::UniqueFd release() {
    const std::lock_guard lock(mutex_);
    counted_ = {};
    return std::move(descriptor_);
  }

 private:
  std::shared_ptr<sys::Runtime> runtime_;
  mutable std::mutex mutex_;
  sys::Counted counted_;
  sys::UniqueFd descriptor_;
  std::weak_ptr<const sys::Cancellation> cancellation_;
  bool closed_ = false;
};

void Descriptor::define(Napi::Env env, Napi::Object exports) {
  exports.Set("Descriptor", DefineClass(env, "Descriptor",
                                        {
                                            InstanceAccessor<&Descriptor::fd>("fd"),
                                            InstanceMethod<&Descriptor::open>("open"),
                                            InstanceMethod<&Descriptor::open_now>("openNow"),
                                            InstanceMethod<&Descriptor::release>("release"),
                                            InstanceMethod<&Descriptor::close>("close"),
                                        }));
  exports.Set("setSocketOption", Napi::Function::New<set_socket_option>(env, "setSocketOption"));
}

Descriptor::Descriptor(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<Descriptor>(info), slot_(std::make_shared<Slot>(Environment::of(info.Env()).runtime())) {}

/** One that was never closed: where it cannot be handed to a native thread, as when the environment ends, it is closed
 * here. */
Descriptor::~Descriptor() {
  if (slot_->get() < 0) {
    slot_->take();
    return;
  }
  try {
    slot_->runtime().pool.submit([descriptor = slot_->take()](const std::stop_token&) {});
  } catch (const sys::SystemError&) {
    return;
  }
}

// binding.ts: NativeDescriptor.fd
Napi::Value Descriptor::fd(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), slot_->get()); }

// binding.ts: NativeDescriptor.open()
void Descriptor::open(const Napi::CallbackInfo& info) {
  const uint32_t id = to_id(info[0], "open");
  const Napi::Object options = to_object(info[1], "open");
  auto network_namespace = Namespace::of(options.Get("namespace"));
  Environment& environment = Environment::of(info.Env());
  sys::SocketPlan plan = to_plan(options);
  claim(info.Env());
  std::shared_ptr<const sys::Cancellation> cancellation;
  try {
    // Of this thread: a pooled one may be in another.
    if (!network_namespace)
      network_namespace = std::make_shared<const sys::NetworkNamespace>(sys::open_current_namespace());
    if (!plan.remote.bytes.empty()) slot_->stop_by(cancellation = std::make_shared<const sys::Cancellation>());
  } catch (const sys::SystemError& error) {
    run_request_here(environment, id, [&] { throw error; });
    return;
  }
  run_request(environment, id,
              [slot = slot_, plan = std::move(plan), network_namespace = std::move(network_namespace),
               cancellation = std::move(cancellation)](const std::stop_token& stop) {
                sys::UniqueFd descriptor = sys::open_socket(plan, network_namespace.get());
                if (cancellation) {
                  const std::stop_callback on_stop(stop, [&] { cancellation->request(); });
                  if (!sys::connect_socket(descriptor, plan.remote, *cancellation))
                    return wire::CompletionCode::kCancelled;
                }
                slot->put(std::move(descriptor));
                return wire::CompletionCode::kDone;
              });
}

// binding.ts: NativeDescriptor.openNow()
Napi::Value Descriptor::open_now(const Napi::CallbackInfo& info) {
  const Napi::Object options = to_object(info[0], "openNow");
  const auto network_namespace = Namespace::of(options.Get("namespace"));
  const sys::SocketPlan plan = to_plan(options);
  claim(info.Env());
  return answer(info.Env(), [&] { slot_->put(sys::open_socket(plan, network_namespace.get())); });
}

// binding.ts: NativeDescriptor.release()
Napi::Value Descriptor::release(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), slot_->release().release());
}

// binding.ts: NativeDescriptor.close()
void Descriptor::close(const Napi::CallbackInfo& info) {
  const uint32_t id = to_id(info[0], "close");
  claimed_ = true;
  run_request(Environment::of(info.Env()), id, [descriptor = slot_->take()](const std::stop_token&) mutable {
    descriptor.reset();
    return wire::CompletionCode::kDone;
  });
}

void Descriptor::claim(Napi::Env env) {
  if (std::exchange(claimed_, true)) throw Napi::TypeError::New(env, "this Descriptor was opened or closed before");
}

}  // namespace rtnetlink::node
