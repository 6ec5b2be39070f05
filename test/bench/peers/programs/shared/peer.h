#pragma once
// What the peers written in C have in common.
#include <stdint.h>

/// Ends the program when the kernel holds another number of them.
void expect(const char *what, int found, int wanted);
uint64_t now_ns(void);
/// What the process holds in memory once what is free has gone back to the system.
long resident_bytes(void);
uint64_t median(uint64_t *times, int count);

/// How the benchmark of events listens: with this much room, forced on the socket.
enum { EVENT_ROOM = 64 << 20 };

struct listener {
  /// Readable when events are there.
  int descriptor;
  /// The library's own socket.
  void *socket;
  /// Reads what is there, and adds to `delivered`; answers what broke the listener, or NULL.
  const char *(*receive)(void *socket, int *delivered);
};

/// Starts what the environment's WRITER says in a process of its own, hears what it does until so many events were delivered, or
/// nothing comes any more, and prints that.
void hear_writer(const struct listener *listener, int count);
