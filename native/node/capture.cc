#include "node/capture.h"

#include <cstring>
#include <limits>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "node/arguments.h"
#include "node/namespace.h"
#include "node/option_reader.h"
#include "node/request.h"

namespace rtnetlink::node {
namespace {

constexpr uint32_t kLargestSetting = 1U << 30;

/** The instructions of a classic BPF program, from an array that JavaScript may change as soon as it runs again. */
std::vector<sock_filter> to_filter(const OptionReader& options) {
  const Napi::Value value = options["filter"];
  const bool is_bytes = value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == napi_uint8_array;
  const std::size_t size = is_bytes ? value.As<Napi::Uint8Array>().ByteLength() : 0;
  if (size == 0 || size % sizeof(sock_filter) != 0 || size / sizeof(sock_filter) > BPF_MAXINSNS) {
    options.reject("filter", "a Uint8Array with 1 to 4096 instructions");
  }
  std::vector<sock_filter> filter(size / sizeof(sock_filter));
  std::memcpy(filter.data(), value.As<Napi::Uint8Array>().Data(), size);
  return filter;
}

sys::CaptureSettings read_settings(const OptionReader& options) {
  return {
      .link = options.text("link", kLongestLinkName),
      .index = options.integer<int>("index", 0, std::numeric_limits<int>::max()),
      .filter = to_filter(options),
      .promiscuous = options["promiscuous"].ToBoolean(),
      .blocks = options.integer<uint32_t>("blocks", 2, kLargestSetting / sys::kCaptureBlock),
      .delay = options.integer<uint32_t>("delay", 1, kLargestSetting),
      .snap_length = options.integer<uint32_t>("snapLength", 1, kLargestSetting),
  };
}

Napi::Value to_array(Napi::Env env, wire::Bytes bytes) {
  Napi::Uint8Array array = Napi::Uint8Array::New(env, bytes.size());
  std::memcpy(array.Data(), bytes.data(), bytes.size());
  return array;
}

}  // namespace

/** The capture, once there is one: put in by a native thread. It stays: what it has can be taken after it was closed.
 */
class Capture::Slot {
 public:
  explicit Slot(sys::Runtime& runtime) : runtime_(runtime) {}

  /** One that is closed before it was opened is closed at once. */
  void put(std::shared_ptr<sys::Capture> capture) {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    runtime_.captures.add(capture);
    capture_ = std::move(capture);
  }

  std::shared_ptr<sys::Capture> get() const {
    const std::lock_guard lock(mutex_);
    return capture_;
  }

  std::shared_ptr<sys::Capture> close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    return capture_;
  }

 private:
  sys::Runtime& runtime_;
  mutable std::mutex mutex_;
  std::shared_ptr<sys::Capture> capture_;
  bool closed_ = false;
};

void Capture::define(Napi::Env env, Napi::Object exports) {
  exports.Set("Capture", DefineClass(env, "Capture",
                                     {
                                         InstanceMethod<&Capture::open>("open"),
                                         InstanceMethod<&Capture::want>("want"),
                                         InstanceMethod<&Capture::take>("take"),
                                         InstanceMethod<&Capture::counts>("counts"),
                                         InstanceMethod<&Capture::hold>("hold"),
                                         InstanceMethod<&Capture::let_go>("letGo"),
                                         InstanceMethod<&Capture::close>("close"),
                                     }));
}

Capture::Capture(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<Capture>(info),
      environment_(Environment::of(info.Env())),
      runtime_(environment_.runtime()),
      slot_(std::make_shared<Slot>(*runtime_)) {}

/** One that was never closed: closing takes long, so a native thread does it, if there is one any more. */
Capture::~Capture() {
  if (const auto capture = slot_->close()) {
    try {
      runtime_->pool.submit([capture](const std::stop_token&) { capture->close(); });
    } catch (const sys::SystemError&) {
      capture->close();
    }
  }
}

// binding.ts: NativeCapture.open()
void Capture::open(const Napi::CallbackInfo& info) {
  const uint32_t id = to_id(info[0], "open");
  const uint32_t events = to_id(info[1], "open");
  const OptionReader options(info[2], "open");
  auto network_namespace = Namespace::of(options["namespace"]);
  auto settings = read_settings(options);
  if (std::exchange(claimed_, true)) throw Napi::TypeError::New(info.Env(), "this Capture was opened or closed before");
  sys::Runtime& runtime = *runtime_;
  run_request(
      environment_, id,
      [id, events, &runtime, slot = slot_, settings = std::move(settings),
       network_namespace = std::move(network_namespace)](const std::stop_token&) {
        const auto tell = [events, &runtime](int error) {
          runtime.completions.post({events, wire::CompletionCode::kPart, static_cast<uint32_t>(error)});
        };
        const auto capture = std::make_shared<sys::Capture>(settings, network_namespace.get(), tell, runtime.counters);
        slot->put(capture);
        runtime.completions.post({id, wire::CompletionCode::kPart}, std::as_bytes(std::span(&capture->link(), 1)));
        return wire::CompletionCode::kDone;
      });
}

// binding.ts: NativeCapture.want()
void Capture::want(const Napi::CallbackInfo& info) { opened(info.Env())->want(); }

// binding.ts: NativeCapture.take()
Napi::Value Capture::take(const Napi::CallbackInfo& info) {
  const auto frames = opened(info.Env())->take();
  return frames ? to_array(info.Env(), frames->bytes()) : info.Env().Undefined();
}

// binding.ts: NativeCapture.counts()
Napi::Value Capture::counts(const Napi::CallbackInfo& info) {
  const sys::CaptureCounts counts = opened(info.Env())->counts();
  const Napi::Array result = Napi::Array::New(info.Env(), 2);
  result.Set(0U, static_cast<double>(counts.received));
  result.Set(1U, static_cast<double>(counts.dropped));
  return result;
}

// binding.ts: NativeCapture.hold()
void Capture::hold(const Napi::CallbackInfo&) {
  if (!closed_ && !std::exchange(held_, true)) environment_.hold();
}

// binding.ts: NativeCapture.letGo()
void Capture::let_go(const Napi::CallbackInfo&) {
  if (std::exchange(held_, false)) environment_.release();
}

// binding.ts: NativeCapture.close()
void Capture::close(const Napi::CallbackInfo& info) {
  const uint32_t id = to_id(info[0], "close");
  const auto rest = info[1].ToBoolean() ? sys::Capture::Rest::kIsKept : sys::Capture::Rest::kIsDropped;
  let_go(info);
  claimed_ = true;
  closed_ = true;
  run_request(environment_, id, [capture = slot_->close(), rest](const std::stop_token&) {
    if (capture) capture->close(rest);
    return wire::CompletionCode::kDone;
  });
}

std::shared_ptr<sys::Capture> Capture::opened(Napi::Env env) const {
  auto capture = slot_->get();
  if (!capture) throw Napi::TypeError::New(env, "this Capture is not open");
  return capture;
}

}  // namespace rtnetlink::node
