// libmnl in the benchmark of peers: `peer WORKLOAD COUNT`, in a network namespace of its own, prints one line of JSON.
// The workloads are those of ../../workloads.mjs.
#include "peer.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct {
  const char *name;
  void (*run)(struct mnl_socket *host, int count);
} workloads[] = {
    {"veth-pairs", veth_pairs},     {"veth-pairs-up", veth_pairs_up}, {"containers", containers}, {"cold", cold},
    {"route-add", route_add},       {"route-list", route_list},       {"link-list", link_list},   {"fdb-add", fdb_add},
    {"neighbor-add", neighbor_add}, {"route-events", route_events},
};

void fail(const char *step) {
  fprintf(stderr, "libmnl: %s: %m\n", step);
  exit(1);
}

long check(long result, const char *step) {
  if (result < 0) fail(step);
  return result;
}

void expect(const char *what, int found, int wanted) {
  if (found == wanted) return;
  fprintf(stderr, "libmnl: %d %s where there should be %d\n", found, what, wanted);
  exit(1);
}

uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/// What the process holds in memory once what is free has gone back to the system.
long resident_bytes(void) {
  long size = 0;
  long resident = 0;
  malloc_trim(0);
  FILE *statm = fopen("/proc/self/statm", "re");
  if (statm == NULL || fscanf(statm, "%ld %ld", &size, &resident) != 2) fail("read /proc/self/statm");
  fclose(statm);
  return resident * sysconf(_SC_PAGESIZE);
}

struct mnl_socket *connect_route(void) {
  struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
  if (socket == NULL) fail("mnl_socket_open2");
  check(mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID), "mnl_socket_bind");
  return socket;
}

int main(int count, char **values) {
  for (size_t i = 0; count == 3 && i < sizeof workloads / sizeof *workloads; i++) {
    if (strcmp(values[1], workloads[i].name) != 0) continue;
    workloads[i].run(connect_route(), atoi(values[2]));
    return 0;
  }
  fprintf(stderr, "usage: peer WORKLOAD COUNT\n");
  return 2;
}
