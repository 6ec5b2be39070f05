#pragma once

#include <napi.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "sys/packet_device.h"
#include "wire/message_kind.h"
#include "wire/record.h"

namespace rtnetlink::node {

/** Arguments of the addon's own callers: TypeScript has checked what users pass, so a mistake here is a TypeError that
 * says where. */

/** IFNAMSIZ less its NUL. */
constexpr std::size_t kLongestLinkName = 15;

uint32_t to_id(Napi::Value value, const char* method);
int to_int(Napi::Value value, const char* name);
/** Text for a system call: without NUL. */
std::string to_text(Napi::Value value, const char* method);

/** The number of one of a device's queues. */
uint32_t to_queue(Napi::Value value, const sys::PacketDevice& device);

/** All of a Uint32Array. Valid for as long as JavaScript does not run. */
std::span<uint32_t> to_words(Napi::Value value, const char* method);

/** A Uint32Array, two words a packet. Valid for as long as JavaScript does not run. */
std::span<sys::Packet> to_packet_table(Napi::Value value, const char* method);

/** A record that is well formed, from the argument at `index` and its length behind it. Valid for as long as JavaScript
 * does not run. */
wire::Record to_record(const Napi::CallbackInfo& info, const wire::MessageKind& kind, std::size_t index);

[[noreturn]] void throw_malformed(Napi::Env env, const wire::MessageKind& kind, const char* problem, std::size_t word);

}  // namespace rtnetlink::node
