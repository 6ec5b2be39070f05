#include "programs/broker/user_namespace.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>

namespace rtnetlink::broker {
namespace {

using sys::UniqueFd;

/** In one call: the kernel takes each write for the whole map (map_write() in kernel/user_namespace.c). */
void write_own(const char* file, const char* text) {
  const UniqueFd descriptor(open(file, O_WRONLY | O_CLOEXEC));
  if (descriptor) (void)!write(descriptor.get(), text, std::strlen(text));
}

/** A root without capabilities may not write the maps. The rest works without: capabilities do not go by user. */
void map_root_to(unsigned user, unsigned group) {
  std::array<char, 32> line;
  write_own("/proc/self/setgroups", "deny");
  (void)std::snprintf(line.data(), line.size(), "0 %u 1\n", user);
  write_own("/proc/self/uid_map", line.data());
  (void)std::snprintf(line.data(), line.size(), "0 %u 1\n", group);
  write_own("/proc/self/gid_map", line.data());
}

/** A socket hears of other namespaces only if whoever opened it had CAP_NET_BROADCAST (do_one_broadcast() in
 * net/netlink/af_netlink.c). */
constexpr std::array kKept{CAP_NET_ADMIN, CAP_NET_BROADCAST, CAP_NET_RAW, CAP_SYS_ADMIN};

constexpr bool is_kept(int capability) {
  for (const int kept : kKept) {
    if (kept == capability) return true;
  }
  return false;
}

}  // namespace

bool make_user_namespace() {
  const unsigned user = geteuid();
  const unsigned group = getegid();
  if (unshare(CLONE_NEWUSER) != 0) return false;
  map_root_to(user, group);
  return true;
}

UniqueFd open_own_namespace(const char* name) {
  std::array<char, 32> path;
  (void)std::snprintf(path.data(), path.size(), "/proc/self/ns/%s", name);
  return UniqueFd(open(path.data(), O_RDONLY | O_CLOEXEC));
}

void drop_capabilities() {
  (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability) {
    if (!is_kept(capability)) (void)prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  }
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
  for (const int capability : kKept) {
    auto& set = sets[CAP_TO_INDEX(capability)];
    set.effective |= CAP_TO_MASK(capability);
    set.permitted |= CAP_TO_MASK(capability);
  }
  (void)syscall(SYS_capset, &header, sets.data());
}

}  // namespace rtnetlink::broker
