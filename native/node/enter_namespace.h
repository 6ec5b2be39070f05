#pragma once

#include <napi.h>

namespace rtnetlink::node {

/** Adds enterNamespace to the exports. */
void define_enter_namespace(Napi::Env env, Napi::Object exports);

}  // namespace rtnetlink::node
