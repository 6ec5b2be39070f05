#include <arpa/inet.h>
#include <inttypes.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/cache.h>
#include <netlink/route/link.h>
#include <netlink/route/link/vxlan.h>
#include <netlink/route/neighbour.h>
#include <stdio.h>

#include "peer.h"

static void add_neighbor(struct nl_sock *host, int family, struct nl_addr *destination, struct nl_addr *hardware) {
  struct rtnl_neigh *neighbor = rtnl_neigh_alloc();
  rtnl_neigh_set_ifindex(neighbor, DEVICE);
  rtnl_neigh_set_state(neighbor, NUD_PERMANENT);
  if (family == AF_BRIDGE) rtnl_neigh_set_flags(neighbor, NTF_SELF);
  rtnl_neigh_set_lladdr(neighbor, hardware);
  rtnl_neigh_set_dst(neighbor, destination);
  // The address would say otherwise.
  rtnl_neigh_set_family(neighbor, family);
  check(rtnl_neigh_add(host, neighbor, NLM_F_CREATE | NLM_F_EXCL), "add a neighbor");
  nl_addr_put(destination);
  nl_addr_put(hardware);
  rtnl_neigh_put(neighbor);
}

static int is_permanent(struct nl_object *object) {
  struct rtnl_neigh *neighbor = (struct rtnl_neigh *)object;
  return rtnl_neigh_get_ifindex(neighbor) == DEVICE && (rtnl_neigh_get_state(neighbor) & NUD_PERMANENT) != 0;
}

void neighbor_add(struct nl_sock *host, int count) {
  add_device(host);
  uint64_t start = now_ns();
  for (int i = 0; i < count; i++) {
    add_neighbor(host, AF_INET, ipv4((12u << 24) + (uint32_t)i, 32), hardware_address((uint32_t)i));
  }
  uint64_t ns = now_ns() - start;
  expect("neighbors", count_listed(host, RTM_GETNEIGH, AF_INET, is_permanent), count);
  printf("{\"ns\":%" PRIu64 "}\n", ns);
}

static void add_vxlan(struct nl_sock *host) {
  struct rtnl_link *vxlan = rtnl_link_vxlan_alloc();
  rtnl_link_set_name(vxlan, "x0");
  rtnl_link_set_ifindex(vxlan, DEVICE);
  rtnl_link_vxlan_set_id(vxlan, 1);
  rtnl_link_vxlan_set_port(vxlan, 4789);
  add_link(host, vxlan);
}

/// Of a bridge, the kernel wants a request that only the cache makes.
static int count_entries(struct nl_sock *host) {
  struct nl_cache *entries;
  check(rtnl_neigh_alloc_cache_flags(host, &entries, NL_CACHE_AF_ITER), "list entries");
  return nl_cache_nitems(entries);
}

void fdb_add(struct nl_sock *host, int count) {
  add_vxlan(host);
  uint64_t start = now_ns();
  for (int i = 0; i < count; i++) {
    uint32_t remote = (10u << 24) + (uint32_t)(i % 250) + 1;
    add_neighbor(host, AF_BRIDGE, ipv4(remote, 32), hardware_address((uint32_t)i));
  }
  uint64_t ns = now_ns() - start;
  expect("entries", count_entries(host), count);
  printf("{\"ns\":%" PRIu64 "}\n", ns);
}
