#include "node/namespace.h"

#include <linux/netlink.h>

#include <mutex>
#include <utility>

#include "node/arguments.h"
#include "node/request.h"
#include "sys/named_namespace.h"
#include "sys/namespace.h"
#include "sys/netlink_socket.h"

namespace rtnetlink::node {
namespace {

/** A path, or a part of one. */
std::string path_argument(const Napi::CallbackInfo& info, std::size_t at) {
  if (!info[at].IsString()) throw Napi::TypeError::New(info.Env(), "expected a path");
  std::string path = info[at].As<Napi::String>().Utf8Value();
  if (path.find('\0') != std::string::npos) throw Napi::TypeError::New(info.Env(), "a path cannot contain NUL");
  return path;
}

/** One that stays in its directory. */
std::string name_argument(const Napi::CallbackInfo& info, std::size_t at) {
  std::string name = path_argument(info, at);
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos) {
    throw Napi::TypeError::New(info.Env(), "not a namespace name: \"" + name + '"');
  }
  return name;
}

// binding.ts: Addon.deleteNamedNamespace()
void delete_named_namespace(const Napi::CallbackInfo& info) {
  run_request(Environment::of(info.Env()), to_id(info[0], "deleteNamedNamespace"),
              [directory = path_argument(info, 1), name = name_argument(info, 2)](const std::stop_token&) {
                sys::delete_named_namespace(directory, name);
                return wire::CompletionCode::kDone;
              });
}

}  // namespace

/** The namespace, once there is one: put in by a native thread, read and taken out by the JavaScript thread. */
class Namespace::Slot {
 public:
  explicit Slot(std::shared_ptr<sys::Runtime> runtime) : runtime_(std::move(runtime)) {}

  void put(sys::UniqueFd descriptor, std::shared_ptr<sys::SpareSocket> spare = nullptr,
           std::shared_ptr<sys::UserNamespace> owner = nullptr) {
    const auto held = std::make_shared<const Held>(runtime_, std::move(descriptor), std::move(owner));
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    opened_ = {held, &held->opened};
    spare_ = std::move(spare);
  }

  void close() {
    std::shared_ptr<const sys::NetworkNamespace> last;
    std::shared_ptr<sys::SpareSocket> spare;
    const std::lock_guard lock(mutex_);
    closed_ = true;
    last.swap(opened_);
    spare.swap(spare_);
  }

  /** Whose namespace this is has no other use for it. */
  std::shared_ptr<sys::SpareSocket> take_spare() {
    const std::lock_guard lock(mutex_);
    return std::exchange(spare_, nullptr);
  }

  std::shared_ptr<const sys::NetworkNamespace> get() const {
    const std::lock_guard lock(mutex_);
    return opened_;
  }

 private:
  struct Held {
    Held(const std::shared_ptr<sys::Runtime>& of, sys::UniqueFd descriptor, std::shared_ptr<sys::UserNamespace> owner)
        : runtime(of),
          counted(of->counters.namespaces),
          opened(std::move(descriptor), &of->user_namespaces, std::move(owner)) {}

    std::shared_ptr<sys::Runtime> runtime;
    sys::Counted counted;
    sys::NetworkNamespace opened;
  };

  std::shared_ptr<sys::Runtime> runtime_;
  mutable std::mutex mutex_;
  std::shared_ptr<const sys::NetworkNamespace> opened_;
  std::shared_ptr<sys::SpareSocket> spare_;
  bool closed_ = false;
};

void Namespace::define(Napi::Env env, Napi::Object exports) {
  const Napi::Function constructor = DefineClass(env, "Namespace",
                                                 {
                                                     InstanceAccessor<&Namespace::fd>("fd"),
                                                     InstanceAccessor<&Namespace::user_fd>("userFd"),
                                                     InstanceAccessor<&Namespace::inode>("inode"),
                                                     InstanceMethod<&Namespace::create>("create"),
                                                     InstanceMethod<&Namespace::create_named>("createNamed"),
                                                     InstanceMethod<&Namespace::create_owned>("createOwned"),
                                                     InstanceMethod<&Namespace::open_path>("openPath"),
                                                     InstanceMethod<&Namespace::open_current>("openCurrent"),
                                                     InstanceMethod<&Namespace::open_descriptor>("openDescriptor"),
                                                     InstanceMethod<&Namespace::close>("close"),
                                                 });
  Environment::of(env).namespace_class = Napi::Persistent(constructor);
  exports.Set("Namespace", constructor);
  exports.Set("deleteNamedNamespace", Napi::Function::New<delete_named_namespace>(env, "deleteNamedNamespace"));
}

std::shared_ptr<const sys::NetworkNamespace> Namespace::of(Napi::Value value) {
  if (value.IsUndefined()) return nullptr;
  const Napi::Env env = value.Env();
  if (!value.IsObject() || !value.As<Napi::Object>().InstanceOf(Environment::of(env).namespace_class.Value())) {
    throw Napi::TypeError::New(env, "namespace: expected a Namespace");
  }
  std::shared_ptr<const sys::NetworkNamespace> opened = Unwrap(value.As<Napi::Object>())->slot_->get();
  if (!opened) throw Napi::TypeError::New(env, "namespace: it is not open");
  return opened;
}

std::shared_ptr<const sys::NetworkNamespace> Namespace::required_of(Napi::Value value, const char* method) {
  auto opened = of(value);
  if (!opened) throw Napi::TypeError::New(value.Env(), std::string(method) + ": expected a Namespace");
  return opened;
}

std::shared_ptr<sys::SpareSocket> Namespace::spare_socket_of(Napi::Value value) {
  return value.IsUndefined() ? nullptr : Unwrap(value.As<Napi::Object>())->slot_->take_spare();
}

Namespace::Namespace(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<Namespace>(info), slot_(std::make_shared<Slot>(Environment::of(info.Env()).runtime())) {}

// binding.ts: NativeNamespace.fd
Napi::Value Namespace::fd(const Napi::CallbackInfo& info) {
  const auto opened = slot_->get();
  return Napi::Number::New(info.Env(), opened ? opened->descriptor().get() : -1);
}

// binding.ts: NativeNamespace.userFd
Napi::Value Namespace::user_fd(const Napi::CallbackInfo& info) {
  const auto opened = slot_->get();
  try {
    return Napi::Number::New(info.Env(), opened ? opened->user_namespace().get() : -1);
  } catch (const sys::SystemError&) {
    return Napi::Number::New(info.Env(), -1);
  }
}

// binding.ts: NativeNamespace.inode
Napi::Value Namespace::inode(const Napi::CallbackInfo& info) {
  const auto opened = slot_->get();
  if (!opened) return Napi::String::New(info.Env(), "");
  try {
    const sys::NamespaceIdentity identity = sys::identify(opened->descriptor());
    return Napi::String::New(info.Env(), std::to_string(identity.device) + ':' + std::to_string(identity.inode));
  } catch (const sys::SystemError&) {
    return Napi::String::New(info.Env(), "");
  }
}

// binding.ts: NativeNamespace.create()
void Namespace::create(const Napi::CallbackInfo& info) {
  const uint32_t id = to_id(info[0], "create");
  run_request_apart(Environment::of(info.Env()), id, make(info.Env(), sys::create_namespace));
}

// binding.ts: NativeNamespace.createNamed()
void Namespace::create_named(const Napi::CallbackInfo& info) {
  const uint32_t id = to_id(info[0], "createNamed");
  auto open = [directory = path_argument(info, 1), name = name_argument(info, 2)] {
    return sys::create_named_namespace(directory, name);
  };
  run_request_apart(Environment::of(info.Env()), id, make(info.Env(), std::move(open)));
}

// binding.ts: NativeNamespace.createOwned()
void Namespace::create_owned(const Napi::CallbackInfo& info) {
  const uint32_t id = to_id(info[0], "createOwned");
  claim(info.Env());
  Environment& environment = Environment::of(info.Env());
  run_request(environment, id, [slot = slot_, runtime = environment.runtime()](const std::stop_token&) {
    auto owner = runtime->user_namespaces.own();
    sys::UserNamespace::Created created = owner->create_network_namespace();
    slot->put(std::move(created.network_namespace), std::make_shared<sys::SpareSocket>(std::move(created.route_socket)),
              std::move(owner));
    return wire::CompletionCode::kDone;
  });
}

// binding.ts: NativeNamespace.openPath()
void Namespace::open_path(const Napi::CallbackInfo& info) {
  const uint32_t id = to_id(info[0], "openPath");
  auto body = fill(info.Env(), [path = path_argument(info, 1)] { return sys::open_namespace(path); });
  run_request(Environment::of(info.Env()), id, [body = std::move(body)](const std::stop_token&) {
    body();
    return wire::CompletionCode::kDone;
  });
}

// binding.ts: NativeNamespace.openCurrent()
void Namespace::open_current(const Napi::CallbackInfo& info) {
  const uint32_t id = to_id(info[0], "openCurrent");
  run_request_here(Environment::of(info.Env()), id, fill(info.Env(), sys::open_current_namespace));
}

// binding.ts: NativeNamespace.openDescriptor()
void Namespace::open_descriptor(const Napi::CallbackInfo& info) {
  const uint32_t id = to_id(info[0], "openDescriptor");
  if (!info[1].IsNumber()) throw Napi::TypeError::New(info.Env(), "expected a descriptor");
  const int descriptor = info[1].As<Napi::Number>().Int32Value();
  run_request_here(Environment::of(info.Env()), id,
                   fill(info.Env(), [=] { return sys::duplicate_namespace(descriptor); }));
}

// binding.ts: NativeNamespace.close()
void Namespace::close(const Napi::CallbackInfo&) {
  claimed_ = true;
  slot_->close();
}

void Namespace::claim(Napi::Env env) {
  if (std::exchange(claimed_, true)) throw Napi::TypeError::New(env, "this Namespace was opened or closed before");
}

/** What makes a namespace for this handle, on a thread that goes into it. */
std::function<void()> Namespace::make(Napi::Env env, std::function<sys::UniqueFd()> create) {
  claim(env);
  return [slot = slot_, create = std::move(create)] {
    sys::UniqueFd created = create();
    slot->put(std::move(created), std::make_shared<sys::SpareSocket>(sys::NetlinkSocket::open(NETLINK_ROUTE)));
  };
}

/** What opens this handle, on whatever thread. */
std::function<void()> Namespace::fill(Napi::Env env, std::function<sys::UniqueFd()> open) {
  claim(env);
  return [slot = slot_, open = std::move(open)] { slot->put(open()); };
}

}  // namespace rtnetlink::node
