#pragma once
// What the peers written in C have in common.
#include <stdint.h>

/// Ends the program when the kernel holds another number of them.
void expect(const char *what, int found, int wanted);
uint64_t now_ns(void);
/// What the process holds in memory once what is free has gone back to the system.
long resident_bytes(void);
uint64_t median(uint64_t *times, int count);
/// Runs what the environment's WRITER says, in a process of its own.
void start_writer(void);
/// Prints what a listener has heard until the last event; `ended` is "complete", "quiet", or what broke it.
void print_events(const char *ended, int delivered, uint64_t ns);
