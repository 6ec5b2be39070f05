#include "node/request.h"

#include <memory>
#include <utility>

namespace rtnetlink::node {

void run_request(Environment& environment, uint32_t id,
                 std::function<wire::CompletionCode(const std::stop_token&)> body) {
  environment.begin_request();
  sys::Runtime& runtime = *environment.runtime();  // Outlives its jobs: the environment joins them before it lets go.
  try {
    runtime.pool.submit([&runtime, id, body = std::move(body)](const std::stop_token& stop) {
      try {
        runtime.completions.post({id, body(stop)});
      } catch (const sys::SystemError& error) {
        runtime.completions.post(id, error);
      }
    });
  } catch (const sys::SystemError& error) {
    runtime.completions.post(id, error);
  }
}

void run_request_here(Environment& environment, uint32_t id, const std::function<void()>& body) {
  environment.begin_request();
  sys::CompletionQueue& completions = environment.runtime()->completions;
  try {
    body();
    completions.post({id, wire::CompletionCode::kDone});
  } catch (const sys::SystemError& error) {
    completions.post(id, error);
  }
}

}  // namespace rtnetlink::node
