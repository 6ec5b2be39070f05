// What every benchmark needs of the system: failing with a reason, the clock, a namespace of its own.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// Ends the program with status 1, naming the step and the errno (given positive).
_Noreturn void fail(const char *step, int error);

/// `result` when it is not negative; otherwise fails with errno.
int check(int result, const char *step);

/// calloc that fails instead of returning NULL.
void *allocate(uint64_t count, uint64_t size);

void sort(uint64_t *values, size_t count);

uint64_t now_ns(void);
/// How long this thread has run.
uint64_t thread_ns(void);
void sleep_ns(uint64_t ns);

/// Moves this thread into a new, empty network namespace.
void enter_new_namespace(void);

/// Likewise, for the whole benchmark, unless it was told to stay in the namespace that it was started in.
void enter_own_namespace(void);
void stay_in_namespace(void);

/// A descriptor of the network namespace that this thread is in.
int open_current_namespace(void);

/// Starts a command, whose standard output goes to this descriptor.
pid_t start_child(char **command, int output);

/// Becomes the command.
_Noreturn void become(char **command);
