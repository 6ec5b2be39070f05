#pragma once

#include <napi.h>

namespace rtnetlink::node {

/** Adds ping and cancelPing to the exports. */
void define_ping(Napi::Env env, Napi::Object exports);

}  // namespace rtnetlink::node
