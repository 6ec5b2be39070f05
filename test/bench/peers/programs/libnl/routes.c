#include <inttypes.h>
#include <linux/rtnetlink.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <stdio.h>

#include "peer.h"

static void add_route(struct nl_sock *host, uint32_t destination) {
  struct rtnl_route *route = rtnl_route_alloc();
  struct rtnl_nexthop *nexthop = rtnl_route_nh_alloc();
  struct nl_addr *to = ipv4(destination, 32);
  rtnl_route_set_dst(route, to);
  rtnl_route_set_table(route, RT_TABLE_MAIN);
  rtnl_route_set_scope(route, RT_SCOPE_LINK);
  rtnl_route_nh_set_ifindex(nexthop, DEVICE);
  rtnl_route_add_nexthop(route, nexthop);
  check(rtnl_route_add(host, route, NLM_F_CREATE | NLM_F_EXCL), "add a route");
  nl_addr_put(to);
  rtnl_route_put(route);
}

void route_add(struct nl_sock *host, int count) {
  add_device(host);
  uint64_t start = now_ns();
  for (int i = 0; i < count; i++) add_route(host, (11u << 24) + (uint32_t)i);
  uint64_t ns = now_ns() - start;
  expect("routes", count_main_routes(host), count);
  printf("{\"ns\":%" PRIu64 "}\n", ns);
}

static int is_main(struct nl_object *object) {
  return rtnl_route_get_table((struct rtnl_route *)object) == RT_TABLE_MAIN;
}

int count_main_routes(struct nl_sock *host) { return count_listed(host, RTM_GETROUTE, AF_INET, is_main); }
