#pragma once

#include <napi.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "wire/message_kind.h"
#include "wire/record.h"

namespace rtnetlink::node {

/** Arguments of the addon's own callers: TypeScript has checked what users pass, so a mistake here is a TypeError that
 * says where. */

uint32_t to_id(Napi::Value value, const char* method);
int to_int(Napi::Value value, const char* name);
/** Text for a system call: without NUL. */
std::string to_text(Napi::Value value, const char* method);

/** A record that is well formed, from the argument at `index` and its length behind it. Valid for as long as JavaScript
 * does not run. */
wire::Record to_record(const Napi::CallbackInfo& info, const wire::MessageKind& kind, std::size_t index);

[[noreturn]] void throw_malformed(Napi::Env env, const wire::MessageKind& kind, const char* problem, std::size_t word);

}  // namespace rtnetlink::node
