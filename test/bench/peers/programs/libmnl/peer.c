// libmnl in the benchmark of peers: `peer WORKLOAD COUNT`, in a network namespace of its own, prints one line of JSON.
// The workloads are those of ../../workloads.mjs.
#include "peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
