#include "sys/mapping.h"

#include <sys/mman.h>

#include "sys/system_error.h"

namespace rtnetlink::sys {

Mapping::Mapping(int descriptor, std::size_t size) {
  void* address = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (address == MAP_FAILED) throw SystemError(SystemCall::kMmap);
  // A child process has no use for it, and would keep it alive.
  madvise(address, size, MADV_DONTFORK);
  bytes_ = {static_cast<std::byte*>(address), size};
}

Mapping::~Mapping() {
  if (!bytes_.empty()) munmap(bytes_.data(), bytes_.size());
}

}  // namespace rtnetlink::sys
