#pragma once

#include "programs/broker/channel.h"

namespace rtnetlink::broker {

/** What the broker can be asked. Between two tasks it is in a network namespace of its own, so that it holds nobody's.
 */
class Tasks {
 public:
  /** False for what nobody asks who keeps to the contract. */
  [[nodiscard]] bool run(const Question& question, Result& result);

 private:
  [[nodiscard]] bool enter(const Question& question, Result& result);
  [[nodiscard]] bool create(Result& result);
  [[nodiscard]] bool open_socket(const Question& question, Result& result);
  [[nodiscard]] bool open_file(const Question& question, Result& result);
  [[nodiscard]] bool go_home() const;

  sys::UniqueFd home_;
};

}  // namespace rtnetlink::broker
