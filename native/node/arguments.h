#pragma once

#include <napi.h>

#include <cstdint>
#include <span>
#include <string>

namespace rtnetlink::node {

/** Arguments of the addon's own callers: TypeScript has checked what users pass, so a mistake here is a TypeError that
 * says where. */

uint32_t to_id(Napi::Value value, const char* method);
int to_int(Napi::Value value, const char* name);

/** The first `length` words of an Uint32Array. Valid for as long as JavaScript does not run. */
std::span<const uint32_t> to_words(const Napi::CallbackInfo& info, std::size_t index, const char* method);

}  // namespace rtnetlink::node
