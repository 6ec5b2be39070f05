#pragma once

#include <napi.h>

namespace rtnetlink::node {

/** Adds readSysctl and writeSysctl to the exports. */
void define_sysctl(Napi::Env env, Napi::Object exports);

}  // namespace rtnetlink::node
