#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "node/environment.h"

namespace rtnetlink::node {

/**
 * Runs `body` on a native thread. The request completes with what it returns, or as `failed` with the SystemError that
 * it throws. It should return soon once a stop is requested: the environment ends.
 */
void run_request(Environment& environment, uint32_t id,
                 std::function<wire::CompletionCode(const std::stop_token&)> body);

/** Likewise, and it completes as `done` with the bytes that `body` returns. */
void run_request_for(Environment& environment, uint32_t id, std::function<std::string()> body);

/** Runs `body` on a thread that it may leave in a new namespace: see sys::NamespaceThreads. */
void run_request_apart(Environment& environment, uint32_t id, std::function<void()> body);

/** Runs `body` at once, on the JavaScript thread; the completion comes through the inbox all the same. */
void run_request_here(Environment& environment, uint32_t id, const std::function<void()>& body);

}  // namespace rtnetlink::node
