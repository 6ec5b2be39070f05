#include "peer.h"

#include <inttypes.h>
#include <malloc.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/// For QUIET_MS nothing may come after the writer has ended.
enum { WORDS = 16, QUIET_MS = 500 };

static void refuse(const char *what) {
  perror(what);
  exit(1);
}

void expect(const char *what, int found, int wanted) {
  if (found == wanted) return;
  fprintf(stderr, "%d %s where there should be %d\n", found, what, wanted);
  exit(1);
}

uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

long resident_bytes(void) {
  long size = 0;
  long resident = 0;
  malloc_trim(0);
  FILE *statm = fopen("/proc/self/statm", "re");
  if (statm == NULL || fscanf(statm, "%ld %ld", &size, &resident) != 2) refuse("read /proc/self/statm");
  fclose(statm);
  return resident * sysconf(_SC_PAGESIZE);
}

static int by_value(const void *a, const void *b) {
  uint64_t left = *(const uint64_t *)a;
  uint64_t right = *(const uint64_t *)b;
  return (left > right) - (left < right);
}

uint64_t median(uint64_t *times, int count) {
  qsort(times, (size_t)count, sizeof *times, by_value);
  return times[count / 2];
}

static void start_writer(void) {
  char *words[WORDS] = {NULL};
  pid_t writer = fork();
  if (writer < 0) refuse("fork");
  if (writer != 0) return;
  words[0] = strtok(getenv("WRITER"), " ");
  for (int i = 1; words[i - 1] != NULL && i < WORDS - 1; i++) words[i] = strtok(NULL, " ");
  execvp(words[0], words);
  _exit(127);
}

static const char *hear(const struct listener *listener, int count, int *delivered, uint64_t *last) {
  struct pollfd readable = {.fd = listener->descriptor, .events = POLLIN};
  while (*delivered < count) {
    if (poll(&readable, 1, QUIET_MS) == 0) {
      if (waitpid(-1, NULL, WNOHANG) != 0) return "quiet";
      continue;
    }
    int before = *delivered;
    const char *broken = listener->receive(listener->socket, delivered);
    if (broken != NULL) return broken;
    if (*delivered > before) *last = now_ns();
  }
  return "complete";
}

void hear_writer(const struct listener *listener, int count) {
  int delivered = 0;
  uint64_t start = now_ns();
  uint64_t last = start;
  start_writer();
  const char *ended = hear(listener, count, &delivered, &last);
  const char *broken = strcmp(ended, "complete") == 0 || strcmp(ended, "quiet") == 0 ? "" : "broken: ";
  printf("{\"delivered\":%d,\"ns\":%" PRIu64 ",\"ended\":\"%s%s\"}\n", delivered, last - start, broken, ended);
}
