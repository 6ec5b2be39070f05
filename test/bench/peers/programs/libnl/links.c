#include <inttypes.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/veth.h>
#include <stdio.h>

#include "peer.h"

struct rtnl_link *new_veth(const char *near, int near_index, const char *far, int far_index) {
  struct rtnl_link *veth = rtnl_link_veth_alloc();
  struct rtnl_link *peer = rtnl_link_veth_get_peer(veth);
  rtnl_link_set_name(veth, near);
  rtnl_link_set_ifindex(veth, near_index);
  rtnl_link_set_name(peer, far);
  rtnl_link_set_ifindex(peer, far_index);
  rtnl_link_put(peer);
  return veth;
}

void add_link(struct nl_sock *host, struct rtnl_link *link) {
  check(rtnl_link_add(host, link, NLM_F_CREATE | NLM_F_EXCL), "add a link");
  rtnl_link_put(link);
}

void up(struct nl_sock *socket, int index) {
  struct rtnl_link *link = rtnl_link_alloc();
  struct rtnl_link *change = rtnl_link_alloc();
  rtnl_link_set_ifindex(link, index);
  rtnl_link_set_flags(change, IFF_UP);
  check(rtnl_link_change(socket, link, change, 0), "take a link up");
  rtnl_link_put(change);
  rtnl_link_put(link);
}

void add_address(struct nl_sock *socket, int index, uint32_t address, int prefix_length) {
  struct rtnl_addr *row = rtnl_addr_alloc();
  struct nl_addr *local = ipv4(address, prefix_length);
  rtnl_addr_set_ifindex(row, index);
  rtnl_addr_set_local(row, local);
  check(rtnl_addr_add(socket, row, NLM_F_CREATE | NLM_F_EXCL), "add an address");
  nl_addr_put(local);
  rtnl_addr_put(row);
}

static void add_pair(struct nl_sock *host, int i, unsigned int flags) {
  char near[IFNAMSIZ];
  char far[IFNAMSIZ];
  snprintf(near, sizeof near, "va%d", i);
  snprintf(far, sizeof far, "vb%d", i);
  struct rtnl_link *veth = new_veth(near, FIRST_NEAR + i, far, FIRST_FAR + i);
  rtnl_link_set_flags(veth, flags);
  add_link(host, veth);
}

void veth_pairs(struct nl_sock *host, int count) {
  uint64_t start = now_ns();
  for (int i = 0; i < count; i++) add_pair(host, i, 0);
  uint64_t ns = now_ns() - start;
  expect("links", count_links(host), 1 + 2 * count);
  printf("{\"ns\":%" PRIu64 "}\n", ns);
}

static int is_up(struct nl_object *object) {
  struct rtnl_link *link = (struct rtnl_link *)object;
  return rtnl_link_get_ifindex(link) != LOOPBACK && (rtnl_link_get_flags(link) & IFF_UP) != 0;
}

static int is_added(struct nl_object *object) { return rtnl_addr_get_prefixlen((struct rtnl_addr *)object) == 30; }

static void expect_up(struct nl_sock *host, int wanted) {
  expect("links that are up", count_listed(host, RTM_GETLINK, AF_UNSPEC, is_up), wanted);
  expect("addresses", count_listed(host, RTM_GETADDR, AF_INET, is_added), wanted);
}

/// The near end comes up when it is made; the kernel refuses that of the far one. All pairs first: what the kernel does
/// later for one that is up would hold up the making of the others.
void veth_pairs_up(struct nl_sock *host, int count) {
  const uint32_t first = 10u << 24;
  uint64_t start = now_ns();
  for (int i = 0; i < count; i++) add_pair(host, i, IFF_UP);
  for (int i = 0; i < count; i++) {
    add_address(host, FIRST_NEAR + i, first + 4 * (uint32_t)i + 1, 30);
    add_address(host, FIRST_FAR + i, first + 4 * (uint32_t)i + 2, 30);
    up(host, FIRST_FAR + i);
  }
  uint64_t ns = now_ns() - start;
  expect_up(host, 2 * count);
  printf("{\"ns\":%" PRIu64 "}\n", ns);
}

/// The link that routes and neighbors are added to: a veth, and up at both ends.
void add_device(struct nl_sock *host) {
  struct rtnl_link *veth = new_veth("d0", DEVICE, "d1", DEVICE + 1);
  rtnl_link_set_flags(veth, IFF_UP);
  add_link(host, veth);
  up(host, DEVICE + 1);
}

static int is_link(struct nl_object *object) { return object != NULL; }

int count_links(struct nl_sock *host) { return count_listed(host, RTM_GETLINK, AF_UNSPEC, is_link); }
