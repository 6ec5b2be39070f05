#include "node/monitor.h"

#include <mutex>
#include <string>
#include <utility>

#include "node/arguments.h"
#include "node/namespace.h"
#include "node/request.h"
#include "sys/monitor.h"
#include "sys/names_monitor.h"
#include "sys/socket_origin.h"

namespace rtnetlink::node {

namespace {

sys::EventSettings read_settings(const Napi::Object& options) {
  if (!options.Get("groups").IsArray()) throw Napi::TypeError::New(options.Env(), "groups: expected an array");
  const auto groups = options.Get("groups").As<Napi::Array>();
  sys::EventSettings settings;
  settings.all_namespaces = options.Get("allNamespaces").ToBoolean();
  for (uint32_t i = 0; i < groups.Length(); ++i) settings.groups.push_back(to_int(groups.Get(i), "groups"));
  return settings;
}

}  // namespace

/** The monitor, once there is one: put in by a native thread, used by the JavaScript thread. */
class Monitor::Slot {
 public:
  explicit Slot(std::shared_ptr<sys::Runtime> runtime) : runtime_(std::move(runtime)) {}

  sys::Runtime& runtime() { return *runtime_; }

  /** One that is closed before it was opened never begins. */
  void put(std::shared_ptr<sys::Monitored> monitored) {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    runtime_->monitors.add(monitored);
    monitored_ = std::move(monitored);
  }

  std::shared_ptr<sys::Monitored> get() const {
    const std::lock_guard lock(mutex_);
    return monitored_;
  }

  std::shared_ptr<sys::Monitored> take() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    return std::exchange(monitored_, nullptr);
  }

 private:
  std::shared_ptr<sys::Runtime> runtime_;
  mutable std::mutex mutex_;
  std::shared_ptr<sys::Monitored> monitored_;
  bool closed_ = false;
};

void Monitor::define(Napi::Env env, Napi::Object exports) {
  exports.Set("Monitor", DefineClass(env, "Monitor",
                                     {
                                         InstanceMethod<&Monitor::open>("open"),
                                         InstanceMethod<&Monitor::open_names>("openNames"),
                                         InstanceMethod<&Monitor::take>("take"),
                                         InstanceMethod<&Monitor::sync>("sync"),
                                         InstanceMethod<&Monitor::hold>("hold"),
                                         InstanceMethod<&Monitor::let_go>("letGo"),
                                         InstanceMethod<&Monitor::close>("close"),
                                     }));
}

Monitor::Monitor(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<Monitor>(info),
      environment_(Environment::of(info.Env())),
      slot_(std::make_shared<Slot>(environment_.runtime())) {}

/** One that was never closed. */
Monitor::~Monitor() {
  const auto monitored = slot_->take();
  if (!monitored) return;
  monitored->close({});
  slot_->runtime().monitors.call(monitored);
}

// binding.ts: NativeMonitor.open()
void Monitor::open(const Napi::CallbackInfo& info) {
  const uint32_t events = to_id(info[1], "open");
  if (!info[2].IsObject()) throw Napi::TypeError::New(info.Env(), "open: expected options");
  const auto options = info[2].As<Napi::Object>();
  sys::SocketSettings socket{.protocol = to_int(options.Get("protocol"), "protocol"),
                             .receive_buffer = to_int(options.Get("receiveBuffer"), "receiveBuffer"),
                             .strict = false};
  const sys::SocketOrigin origin(socket, Namespace::of(options.Get("namespace")), nullptr);
  run(to_id(info[0], "open"), info.Env(),
      [&runtime = *environment_.runtime(), origin, settings = read_settings(options), events,
       backlog = static_cast<std::size_t>(to_int(options.Get("backlog"), "backlog"))] {
        return std::make_shared<sys::Monitor>(sys::EventSocket(origin.open(runtime.counters), settings), events,
                                              backlog, runtime.completions);
      });
}

// binding.ts: NativeMonitor.openNames()
void Monitor::open_names(const Napi::CallbackInfo& info) {
  const uint32_t events = to_id(info[1], "openNames");
  run(to_id(info[0], "openNames"), info.Env(),
      [&runtime = *environment_.runtime(), directory = to_text(info[2], "openNames"), events] {
        return std::make_shared<sys::NamesMonitor>(directory, events, runtime.completions);
      });
}

void Monitor::run(uint32_t id, Napi::Env env, Open open) {
  if (std::exchange(claimed_, true)) throw Napi::TypeError::New(env, "this Monitor was opened or closed before");
  run_request(environment_, id, [slot = slot_, open = std::move(open)](const std::stop_token&) {
    slot->put(open());
    return wire::CompletionCode::kDone;
  });
}

// binding.ts: NativeMonitor.take()
void Monitor::take(const Napi::CallbackInfo& info) {
  const auto monitor = slot_->get();
  if (monitor && monitor->take(to_id(info[0], "take"))) slot_->runtime().monitors.call(monitor);
}

// binding.ts: NativeMonitor.sync()
void Monitor::sync(const Napi::CallbackInfo& info) {
  const uint32_t id = to_id(info[0], "sync");
  const auto monitor = slot_->get();
  if (!monitor) throw Napi::TypeError::New(info.Env(), "sync: this Monitor is not open");
  environment_.begin_request();
  monitor->sync(id);
  slot_->runtime().monitors.call(monitor);
}

// binding.ts: NativeMonitor.hold()
void Monitor::hold(const Napi::CallbackInfo&) {
  if (!closed_ && !std::exchange(held_, true)) environment_.hold();
}

// binding.ts: NativeMonitor.letGo()
void Monitor::let_go(const Napi::CallbackInfo&) {
  if (std::exchange(held_, false)) environment_.release();
}

// binding.ts: NativeMonitor.close()
void Monitor::close(const Napi::CallbackInfo& info) {
  const uint32_t id = to_id(info[0], "close");
  let_go(info);
  claimed_ = true;
  closed_ = true;
  environment_.begin_request();
  const auto monitored = slot_->take();
  if (!monitored) {
    environment_.runtime()->completions.post({id, wire::CompletionCode::kDone});
  } else {
    monitored->close(id);
    slot_->runtime().monitors.call(monitored);
  }
}

}  // namespace rtnetlink::node
