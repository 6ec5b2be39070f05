#pragma once

#include <sys/types.h>

#include <string>

#include "sys/unique_fd.h"

namespace rtnetlink::sys {

/** A process of ours that nobody else waits for. Ended and waited for with this object. */
class ChildProcess {
 public:
  /**
   * Starts `executable` with one argument, `input` as its standard input, /dev/null for the outputs, no environment,
   * and all signals as they are by default. Without copying this process: with vfork(2), or as that does.
   * @throws SystemError (kSpawn)
   */
  ChildProcess(const std::string& executable, const char* argument, const UniqueFd& input);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

 private:
  pid_t pid_ = -1;
  /** None where the kernel is older than 5.3. */
  UniqueFd handle_;
};

}  // namespace rtnetlink::sys
