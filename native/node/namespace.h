#pragma once

#include <napi.h>

#include <functional>
#include <memory>
#include <string>

#include "node/environment.h"
#include "sys/network_namespace.h"
#include "sys/spare_socket.h"
#include "sys/unique_fd.h"

namespace rtnetlink::node {

/** binding.ts: NativeNamespace */
class Namespace : public Napi::ObjectWrap<Namespace> {
 public:
  /** Adds the class and deleteNamedNamespace to the exports. */
  static void define(Napi::Env env, Napi::Object exports);

  /**
   * The namespace behind a NativeNamespace, which stays open for as long as the result is held, whatever JavaScript
   * does with the handle; null for undefined. @throws TypeError when it is something else, or not open.
   */
  static std::shared_ptr<const sys::NetworkNamespace> of(Napi::Value value);
  /** As of(), of an argument that must be there. */
  static std::shared_ptr<const sys::NetworkNamespace> required_of(Napi::Value value, const char* method);
  /** A socket in its namespace that is there already, for the first who asks; null for all others. */
  static std::shared_ptr<sys::SpareSocket> spare_socket_of(Napi::Value value);

  explicit Namespace(const Napi::CallbackInfo& info);

 private:
  class Slot;

  Napi::Value fd(const Napi::CallbackInfo& info);
  Napi::Value user_fd(const Napi::CallbackInfo& info);
  Napi::Value inode(const Napi::CallbackInfo& info);
  void create(const Napi::CallbackInfo& info);
  void create_named(const Napi::CallbackInfo& info);
  void create_owned(const Napi::CallbackInfo& info);
  void open_path(const Napi::CallbackInfo& info);
  void open_current(const Napi::CallbackInfo& info);
  void open_descriptor(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);

  void claim(Napi::Env env);
  std::function<void()> make(Napi::Env env, std::function<sys::UniqueFd()> create);
  std::function<void()> fill(Napi::Env env, std::function<sys::UniqueFd()> open);

  bool claimed_ = false;
  std::shared_ptr<Slot> slot_;
};

}  // namespace rtnetlink::node
