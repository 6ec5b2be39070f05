#pragma once

#include <napi.h>

namespace rtnetlink::node {

/** Adds writeInside to the exports. */
void define_write_inside(Napi::Env env, Napi::Object exports);

}  // namespace rtnetlink::node
