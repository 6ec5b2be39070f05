#pragma once

#include <napi.h>

namespace rtnetlink::node {

/** The bytes of a message, without sending it. */
Napi::Value encode(const Napi::CallbackInfo& info);

}  // namespace rtnetlink::node
