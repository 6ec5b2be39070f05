#pragma once

#include <cerrno>
#include <cstdint>
#include <exception>
#include <optional>

#include "wire/completion.h"

namespace rtnetlink::sys {

/** binding.ts: SystemCall */
enum class SystemCall : uint32_t {
  kNone = 0,
  kSocket = 1,
  kBind = 2,
  kSetsockopt = 3,
  kSendmsg = 4,
  kRecvmsg = 5,
  kSetns = 6,
  kUnshare = 7,
  kOpen = 8,
  kMount = 9,
  kUmount = 10,
  kMkdir = 11,
  kUnlink = 12,
  kIoctl = 13,
  kThread = 14,
  kStatfs = 15,
  kFstat = 16,
  kFcntl = 17,
  kPoll = 18,
  kSendto = 19,
  kEventfd = 20,
  kListen = 21,
  kRead = 22,
  kWrite = 23,
  kConnect = 24,
  kInotify = 25,
  kMmap = 40,
  kMknod = 41,
  kSpawn = 60,
  kBroker = 61,
  kUnshareUser = 62,
};

/** A system call failed. Never leaves the addon: it becomes a `failed` completion, and TypeScript makes the Error. */
class SystemError : public std::exception {
 public:
  explicit SystemError(SystemCall call, int error = errno) : call_(call), error_(error) {}
  /** `subject`: what the call was about, as binding.ts says of the request. */
  SystemError(SystemCall call, int error, uint32_t subject) : call_(call), error_(error), subject_(subject) {}

  SystemCall call() const { return call_; }
  int error() const { return error_; }
  std::optional<uint32_t> subject() const { return subject_; }
  const char* what() const noexcept override { return "a system call failed"; }

 private:
  SystemCall call_;
  int error_;
  std::optional<uint32_t> subject_;
};

/** The completion that says so of a request. */
inline wire::Completion failed(uint32_t id, const SystemError& error) {
  return {id, wire::CompletionCode::kFailed, static_cast<uint32_t>(error.error()), static_cast<uint32_t>(error.call())};
}

}  // namespace rtnetlink::sys
