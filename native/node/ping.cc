#include "node/ping.h"

#include <limits>
#include <memory>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <utility>

#include "node/arguments.h"
#include "node/namespace.h"
#include "node/option_reader.h"
#include "node/request.h"
#include "sys/ping.h"

namespace rtnetlink::node {
namespace {

/** How to stop the pings that run, by request id. On the JavaScript thread only. */
class RunningPings {
 public:
  std::shared_ptr<const sys::Cancellation> add(uint32_t id) {
    std::erase_if(pings_, [](const auto& ping) { return ping.second.expired(); });
    auto cancellation = std::make_shared<const sys::Cancellation>();
    pings_.insert_or_assign(id, cancellation);
    return cancellation;
  }

  void cancel(uint32_t id) {
    const auto found = pings_.find(id);
    if (found == pings_.end()) return;
    if (const auto cancellation = found->second.lock()) cancellation->request();
  }

 private:
  std::unordered_map<uint32_t, std::weak_ptr<const sys::Cancellation>> pings_;
};

std::chrono::nanoseconds duration_option(const OptionReader& options, const char* name) {
  constexpr double kLongest = std::numeric_limits<int32_t>::max();
  const std::chrono::duration<double, std::milli> duration(options.number(name, 0, kLongest));
  return std::chrono::duration_cast<std::chrono::nanoseconds>(duration);
}

sys::InternetAddress address_option(const OptionReader& options, const char* name) {
  const Napi::Value value = options[name];
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
    options.reject(name, "a Uint8Array");
  }
  const auto array = value.As<Napi::Uint8Array>();
  return sys::InternetAddress(std::as_bytes(std::span(array.Data(), array.ByteLength())));
}

sys::PingRequest read_request(const OptionReader& options) {
  const sys::InternetAddress address = address_option(options, "address");
  if (address.empty()) options.reject("address", "4 or 16 bytes");
  const sys::InternetAddress from = address_option(options, "from");
  if (!from.empty() && from.version() != address.version()) options.reject("from", "an address of the same family");
  const std::size_t largest_packet = address.version() == wire::IcmpVersion::v4 ? 65535 - 20 : 65535;
  return {
      .address = address,
      .from = from,
      .interface = options.text("interface", kLongestLinkName),
      .count = options.integer<uint16_t>("count", 1, std::numeric_limits<uint16_t>::max()),
      .interval = duration_option(options, "interval"),
      .timeout = duration_option(options, "timeout"),
      .size = options.integer<std::size_t>("size", 0, largest_packet - wire::kEchoHeaderSize),
      .ttl = options.integer<int>("ttl", 0, 255),
      .mark = options.integer<uint32_t>("mark", 0, std::numeric_limits<uint32_t>::max()),
  };
}

// binding.ts: Addon.ping()
void ping(const Napi::CallbackInfo& info, RunningPings& running) {
  const uint32_t id = to_id(info[0], "ping");
  const OptionReader options(info[1], "ping");
  Environment& environment = Environment::of(info.Env());
  sys::CompletionQueue& completions = environment.runtime()->completions;
  auto network_namespace = Namespace::of(options["namespace"]);
  auto request = read_request(options);

  std::shared_ptr<const sys::Cancellation> cancellation;
  try {
    cancellation = running.add(id);
  } catch (const sys::SystemError& error) {
    run_request_here(environment, id, [&] { throw error; });
    return;
  }
  run_request(environment, id,
              [id, &completions, request = std::move(request), network_namespace = std::move(network_namespace),
               cancellation = std::move(cancellation)](const std::stop_token& stop) {
                const std::stop_callback on_stop(stop, [&] { cancellation->request(); });
                const auto end =
                    sys::ping(request, network_namespace.get(), *cancellation, [&](const sys::PingReply& reply) {
                      completions.post({id, wire::CompletionCode::kPart}, std::as_bytes(std::span(&reply, 1)));
                    });
                return end == sys::PingEnd::kFinished ? wire::CompletionCode::kDone : wire::CompletionCode::kCancelled;
              });
}

// binding.ts: Addon.cancelPing()
void cancel_ping(const Napi::CallbackInfo& info, RunningPings& running) {
  running.cancel(to_id(info[0], "cancelPing"));
}

}  // namespace

void define_ping(Napi::Env env, Napi::Object exports) {
  const auto running = std::make_shared<RunningPings>();
  exports.Set("ping", Napi::Function::New(
                          env, [running](const Napi::CallbackInfo& info) { ping(info, *running); }, "ping"));
  exports.Set("cancelPing",
              Napi::Function::New(
                  env, [running](const Napi::CallbackInfo& info) { cancel_ping(info, *running); }, "cancelPing"));
}

}  // namespace rtnetlink::node
