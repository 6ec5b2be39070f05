// Traffic for the benchmarks of tun: what sends into one, and a TCP transfer across two.
#pragma once
#include <stdint.h>
#include <sys/types.h>

/// Bytes of an IP packet of the flood.
enum { FLOOD_PACKET = 1372 };

/// Where the flood goes: on the other side of the tun.
extern const char *const flood_address;

/// Moves this thread into the namespace of the file.
void enter_namespace(const char *path);

/// Sends UDP packets as fast as it can, until the process ends.
_Noreturn void flood(void);

/// Runs `flood` in a child, which ends with this process.
pid_t start_flood(void);

struct transfer {
  uint64_t bytes;
  uint64_t ns;
};

/// A TCP transfer of this many seconds between two children, from the namespace of one descriptor to that of the other.
struct transfer transfer(int from, int to, const char *address, uint32_t seconds);
