#pragma once

#include <napi.h>

namespace rtnetlink::node {

/** Reads the addresses of a record that is being written. */
Napi::Value read_texts(const Napi::CallbackInfo& info);

}  // namespace rtnetlink::node
