#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "sys/cancellation.h"
#include "sys/icmp_socket.h"
#include "sys/network_namespace.h"

namespace rtnetlink::sys {

/** binding.ts: PingOptions */
struct PingRequest {
  InternetAddress address;
  InternetAddress from;
  std::string interface;
  std::uint16_t count;
  std::chrono::nanoseconds interval;
  std::chrono::nanoseconds timeout;
  std::size_t size;
  int ttl;
  std::uint32_t mark;
};

/** binding.ts: PingOptions. The payload of a part. */
struct PingReply {
  std::uint16_t sequence;
  std::uint8_t ttl;
  std::uint8_t kind;
  float milliseconds;
};
static_assert(sizeof(PingReply) == 8);

enum class PingEnd { kFinished, kCancelled };

/**
 * Sends the echo requests and waits for what comes back, in the given namespace, or in the calling thread's when it is
 * null. `on_reply` is called for each reply and error on the calling thread.
 * @throws SystemError when a request cannot be sent.
 */
PingEnd ping(const PingRequest& request, const NetworkNamespace* where, const Cancellation& cancellation,
             const std::function<void(const PingReply&)>& on_reply);

}  // namespace rtnetlink::sys
