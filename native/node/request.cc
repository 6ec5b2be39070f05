#include "node/request.h"

#include <memory>
#include <optional>
#include <span>
#include <utility>

namespace rtnetlink::node {

namespace {

using wire::CompletionCode;

template <typename Body>
void complete(sys::CompletionQueue& completions, uint32_t id, const Body& body) {
  try {
    completions.post({id, body()});
  } catch (const sys::SystemError& error) {
    completions.post(id, error);
  }
}

void submit(Environment& environment, uint32_t id, sys::ThreadPool::Job job) {
  environment.begin_request();
  sys::Runtime& runtime = *environment.runtime();
  try {
    runtime.pool.submit(std::move(job));
  } catch (const sys::SystemError& error) {
    runtime.completions.post(id, error);
  }
}

}  // namespace

// The runtime outlives what it runs here: the environment joins all its threads before it lets go.

void run_request(Environment& environment, uint32_t id, std::function<CompletionCode(const std::stop_token&)> body) {
  sys::CompletionQueue& completions = environment.runtime()->completions;
  submit(environment, id, [&completions, id, body = std::move(body)](const std::stop_token& stop) {
    complete(completions, id, [&] { return body(stop); });
  });
}

void run_request_for(Environment& environment, uint32_t id, std::function<std::string()> body) {
  sys::CompletionQueue& completions = environment.runtime()->completions;
  submit(environment, id, [&completions, id, body = std::move(body)](const std::stop_token&) {
    try {
      const std::string answer = body();
      completions.post({id, CompletionCode::kDone}, std::as_bytes(std::span(answer)));
    } catch (const sys::SystemError& error) {
      completions.post(id, error);
    }
  });
}

void run_request_apart(Environment& environment, uint32_t id, std::function<void()> body) {
  environment.begin_request();
  sys::Runtime& runtime = *environment.runtime();
  try {
    const auto failure = std::make_shared<std::optional<sys::SystemError>>();
    auto make = [failure, body = std::move(body)] {
      try {
        body();
      } catch (const sys::SystemError& error) {
        *failure = error;
      }
    };
    auto tell = [&completions = runtime.completions, id, failure] {
      *failure ? completions.post(id, **failure) : completions.post({id, CompletionCode::kDone});
    };
    runtime.namespace_threads.run({std::move(make), std::move(tell)});
  } catch (const sys::SystemError& error) {
    runtime.completions.post(id, error);
  }
}

void run_request_here(Environment& environment, uint32_t id, const std::function<void()>& body) {
  environment.begin_request();
  complete(environment.runtime()->completions, id, [&] { return body(), CompletionCode::kDone; });
}

}  // namespace rtnetlink::node
