#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void fail(const char *step, int error) {
  fprintf(stderr, "floor: %s: %s\n", step, strerror(error));
  exit(1);
}

int check(int result, const char *step) {
  if (result < 0) fail(step, errno);
  return result;
}

void *allocate(uint64_t count, uint64_t size) {
  void *memory = calloc(count, size);
  if (memory == NULL) fail("allocate", ENOMEM);
  return memory;
}

static int by_value(const void *left, const void *right) {
  uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
  return (a > b) - (a < b);
}

void sort(uint64_t *values, size_t count) { qsort(values, count, sizeof *values, by_value); }

static uint64_t clock_ns(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t now_ns(void) { return clock_ns(CLOCK_MONOTONIC); }

uint64_t thread_ns(void) { return clock_ns(CLOCK_THREAD_CPUTIME_ID); }

void sleep_ns(uint64_t ns) {
  struct timespec pause = {.tv_sec = (time_t)(ns / 1000000000u), .tv_nsec = (long)(ns % 1000000000u)};
  nanosleep(&pause, NULL);
}

void enter_new_namespace(void) { check(unshare(CLONE_NEWNET), "unshare(CLONE_NEWNET)"); }

static int stays = 0;

void stay_in_namespace(void) { stays = 1; }

void enter_own_namespace(void) {
  if (!stays) enter_new_namespace();
}

int open_current_namespace(void) {
  return check(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), "open /proc/thread-self/ns/net");
}

pid_t start_child(char **command, int output) {
  pid_t child = check(vfork(), "vfork");
  if (child != 0) return child;
  dup2(output, STDOUT_FILENO);
  execvp(command[0], command);
  _exit(127);
}

void become(char **command) {
  execvp(command[0], command);
  fail(command[0], errno);
}
