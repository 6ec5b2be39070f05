#pragma once

#include <array>
#include <cerrno>
#include <cstdint>

#include "sys/broker_messages.h"
#include "sys/system_error.h"
#include "sys/unique_fd.h"

namespace rtnetlink::broker {

/** What is asked. */
struct Question {
  sys::BrokerRequest request;
  /** None where none came along. */
  sys::UniqueFd descriptor;
};

/** What came of it. */
struct Result {
  sys::BrokerAnswer answer;
  std::array<sys::UniqueFd, sys::kMostBrokerDescriptors> descriptors;

  /** With the errno of now. Always true: it was a question that has an answer. */
  bool fail(sys::SystemCall call, int error = errno) {
    answer = {.call = static_cast<uint32_t>(call), .error = error};
    return true;
  }
};

enum class Arrival { kQuestion, kEnd, kMalformed };

/** The socket on which it is asked. */
class Channel {
 public:
  explicit Channel(int socket) : socket_(socket) {}

  Arrival receive(Question& question) const;
  /** False when nobody listens any more. */
  [[nodiscard]] bool send(const Result& result) const;

 private:
  int socket_;
};

}  // namespace rtnetlink::broker
