// libnl-route-3 in the benchmark of peers: `peer WORKLOAD COUNT`, in a network namespace of its own, prints one line of
// JSON. The workloads are those of ../../workloads.mjs.
#include "peer.h"

#include <arpa/inet.h>
#include <netlink/addr.h>
#include <netlink/errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
  const char *name;
  void (*run)(struct nl_sock *host, int count);
} workloads[] = {
    {"veth-pairs", veth_pairs},     {"veth-pairs-up", veth_pairs_up}, {"containers", containers}, {"cold", cold},
    {"route-add", route_add},       {"route-list", route_list},       {"link-list", link_list},   {"fdb-add", fdb_add},
    {"neighbor-add", neighbor_add}, {"route-events", route_events},
};

int check(int result, const char *step) {
  if (result >= 0) return result;
  fprintf(stderr, "libnl: %s: %s\n", step, nl_geterror(result));
  exit(1);
}

struct nl_sock *connect_route(void) {
  struct nl_sock *socket = nl_socket_alloc();
  if (socket == NULL) check(-NLE_NOMEM, "nl_socket_alloc");
  check(nl_connect(socket, NETLINK_ROUTE), "nl_connect");
  return socket;
}

struct nl_addr *ipv4(uint32_t address, int prefix_length) {
  uint32_t bytes = htonl(address);
  struct nl_addr *built = nl_addr_build(AF_INET, &bytes, sizeof bytes);
  nl_addr_set_prefixlen(built, prefix_length);
  return built;
}

/// Counts from 02:00:00:00:00:00.
struct nl_addr *hardware_address(uint32_t number) {
  uint8_t bytes[6] = {2};
  uint32_t last = htonl(number);
  memcpy(bytes + 2, &last, sizeof last);
  return nl_addr_build(AF_LLC, bytes, sizeof bytes);
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
