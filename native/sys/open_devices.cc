#include "sys/open_devices.h"

#include <utility>

namespace rtnetlink::sys {

void OpenDevices::add(const std::shared_ptr<PacketDevice>& device) {
  const std::lock_guard lock(mutex_);
  std::erase_if(devices_, [](const auto& known) { return known.expired(); });
  devices_.push_back(device);
}

void OpenDevices::close_all() {
  std::vector<std::weak_ptr<PacketDevice>> devices;
  {
    const std::lock_guard lock(mutex_);
    devices.swap(devices_);
  }
  for (const auto& known : devices) {
    if (const auto device = known.lock()) device->close();
  }
}

}  // namespace rtnetlink::sys
