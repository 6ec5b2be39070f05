#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/errno.h>
#include <netlink/route/link.h>
#include <netlink/route/link/bridge.h>
#include <netlink/route/link/veth.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "peer.h"

enum { ETH0 = 10, HALF_A_MILLISECOND = 500 };

static const uint32_t network = 10u << 24 | 88u << 16;

struct container {
  int namespace;
  struct nl_sock *inside;
};

static int check_system(int result, const char *step) {
  return result < 0 ? check(-nl_syserr2nlerr(errno), step) : result;
}

static int open_namespace(void) { return check_system(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), "open"); }

static void add_bridge(struct nl_sock *host) {
  struct rtnl_link *bridge = rtnl_link_bridge_alloc();
  rtnl_link_set_name(bridge, "br0");
  rtnl_link_set_ifindex(bridge, BRIDGE);
  rtnl_link_set_flags(bridge, IFF_UP);
  add_link(host, bridge);
}

/// The far end is made where it belongs.
static void add_veth_into(struct nl_sock *host, int i, int namespace) {
  char name[IFNAMSIZ];
  snprintf(name, sizeof name, "h%d", i);
  struct rtnl_link *veth = new_veth(name, FIRST_NEAR + i, "eth0", ETH0);
  struct rtnl_link *peer = rtnl_link_veth_get_peer(veth);
  rtnl_link_set_master(veth, BRIDGE);
  rtnl_link_set_flags(veth, IFF_UP);
  rtnl_link_set_num_tx_queues(veth, 1);
  rtnl_link_set_num_rx_queues(veth, 1);
  rtnl_link_set_num_tx_queues(peer, 1);
  rtnl_link_set_num_rx_queues(peer, 1);
  rtnl_link_set_ns_fd(peer, namespace);
  rtnl_link_put(peer);
  add_link(host, veth);
}

static void add_default_route(struct nl_sock *inside) {
  struct rtnl_route *route = rtnl_route_alloc();
  struct rtnl_nexthop *nexthop = rtnl_route_nh_alloc();
  struct nl_addr *to = ipv4(0, 0);
  struct nl_addr *gateway = ipv4(network + 1, 32);
  rtnl_route_set_family(route, AF_INET);
  rtnl_route_set_dst(route, to);
  rtnl_route_set_table(route, RT_TABLE_MAIN);
  rtnl_route_set_scope(route, RT_SCOPE_UNIVERSE);
  rtnl_route_nh_set_gateway(nexthop, gateway);
  rtnl_route_add_nexthop(route, nexthop);
  check(rtnl_route_add(inside, route, NLM_F_CREATE | NLM_F_EXCL), "add the default route");
  nl_addr_put(to);
  nl_addr_put(gateway);
  rtnl_route_put(route);
}

static struct container set_up(struct nl_sock *host, int i) {
  check_system(unshare(CLONE_NEWNET), "unshare");
  struct container container = {open_namespace(), connect_route()};
  add_veth_into(host, i, container.namespace);
  up(container.inside, LOOPBACK);
  add_address(container.inside, ETH0, network + 2 + (uint32_t)i, 16);
  up(container.inside, ETH0);
  add_default_route(container.inside);
  return container;
}

/// The thread enters each namespace as it makes it, and goes back at the end.
static struct container *set_up_all(struct nl_sock *host, int count) {
  struct container *running = calloc((size_t)count, sizeof *running);
  int home = open_namespace();
  for (int i = 0; i < count; i++) running[i] = set_up(host, i);
  check_system(setns(home, CLONE_NEWNET), "setns");
  close(home);
  return running;
}

/// Closes the namespaces, with which the kernel takes the links away, on a thread of its own.
static void tear_down(struct nl_sock *host, struct container *running, int count) {
  for (int i = 0; i < count; i++) {
    nl_socket_free(running[i].inside);
    close(running[i].namespace);
  }
  while (count_links(host) > 2) usleep(HALF_A_MILLISECOND);
}

void containers(struct nl_sock *host, int count) {
  add_bridge(host);
  uint64_t start = now_ns();
  struct container *running = set_up_all(host, count);
  uint64_t setup = now_ns() - start;
  expect("links", count_links(host), 2 + count);
  // The default one, and that of the address.
  for (int i = 0; i < count; i++) expect("routes", count_main_routes(running[i].inside), 2);
  start = now_ns();
  tear_down(host, running, count);
  printf("{\"setup_ns\":%" PRIu64 ",\"teardown_ns\":%" PRIu64 "}\n", setup, now_ns() - start);
}

void cold(struct nl_sock *host, int count) {
  add_bridge(host);
  set_up_all(host, count);
  printf("{}\n");
}
