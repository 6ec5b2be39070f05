#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "sys/completion_queue.h"
#include "sys/monitored.h"

namespace rtnetlink::sys {

/**
 * Tells when the named namespaces may have changed. A name is a file with a namespace mounted on it: inotify hears of
 * the file, and only the table of mounts tells when it becomes a namespace.
 */
class NamesMonitor final : public Monitored {
 public:
  /** The directory need not be there yet. @throws SystemError */
  NamesMonitor(std::string directory, uint32_t events, CompletionQueue& completions);

  bool take(std::size_t) override { return false; }
  /** What is told is to look, and each part says all of that. */
  void sync(uint32_t id) override { completions_.post({id, wire::CompletionCode::kDone}); }
  void close(std::optional<uint32_t> id) override;
  [[nodiscard]] std::vector<Descriptor> descriptors() const override;
  Next work() override;

 private:
  bool is_closing();
  void watch_directory() const;
  void forget_events() const;

  const std::string directory_;
  const uint32_t events_;
  CompletionQueue& completions_;
  UniqueFd inotify_;
  UniqueFd mounts_;

  std::mutex mutex_;
  bool closing_ = false;
  std::optional<uint32_t> closed_by_;
};

}  // namespace rtnetlink::sys
