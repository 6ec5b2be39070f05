#include "sys/packet_memory.h"

#include <sys/mman.h>

#include "sys/system_error.h"

namespace rtnetlink::sys {

PacketMemory::PacketMemory(std::size_t size) {
  void* address = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (address == MAP_FAILED) throw SystemError(SystemCall::kMmap);
  bytes_ = {static_cast<std::byte*>(address), size};
}

PacketMemory::~PacketMemory() { munmap(bytes_.data(), bytes_.size()); }

}  // namespace rtnetlink::sys
