#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "sys/packet_device.h"

namespace rtnetlink::sys {

/** The devices of an environment, to close those that are still open at its end: their readers stop only then. */
class OpenDevices {
 public:
  void add(const std::shared_ptr<PacketDevice>& device);
  void close_all();

 private:
  std::mutex mutex_;
  std::vector<std::weak_ptr<PacketDevice>> devices_;
};

}  // namespace rtnetlink::sys
