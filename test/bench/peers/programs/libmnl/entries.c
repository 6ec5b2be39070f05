// Routes, neighbors, and entries of a vxlan's table.
#include <arpa/inet.h>
#include <inttypes.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "peer.h"

void put_route(struct batch *batch, uint32_t destination, int prefix_length, uint32_t gateway) {
  struct nlmsghdr *message = next_message(batch, RTM_NEWROUTE);
  struct rtmsg *route = mnl_nlmsg_put_extra_header(message, sizeof *route);
  route->rtm_family = AF_INET;
  route->rtm_dst_len = (uint8_t)prefix_length;
  route->rtm_table = RT_TABLE_MAIN;
  route->rtm_protocol = RTPROT_STATIC;
  route->rtm_type = RTN_UNICAST;
  route->rtm_scope = gateway == 0 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
  if (prefix_length > 0) mnl_attr_put_u32(message, RTA_DST, htonl(destination));
  if (gateway == 0)
    mnl_attr_put_u32(message, RTA_OIF, DEVICE);
  else
    mnl_attr_put_u32(message, RTA_GATEWAY, htonl(gateway));
  message_done(batch);
}

void route_add(struct mnl_socket *host, int count) {
  struct batch batch;
  add_device(host);
  uint64_t start = now_ns();
  begin(&batch, host);
  for (int i = 0; i < count; i++) put_route(&batch, (11u << 24) + (uint32_t)i, 32, 0);
  finish(&batch);
  uint64_t ns = now_ns() - start;
  expect("routes", count_listed(host, RTM_GETROUTE, AF_INET, is_main_route), count);
  printf("{\"ns\":%" PRIu64 "}\n", ns);
}

bool is_main_route(const struct nlmsghdr *message) {
  return ((const struct rtmsg *)mnl_nlmsg_get_payload(message))->rtm_table == RT_TABLE_MAIN;
}

/// Hardware addresses count from 02:00:00:00:00:00.
static void put_neighbor(struct batch *batch, int family, uint32_t destination, uint32_t number) {
  struct nlmsghdr *message = next_message(batch, RTM_NEWNEIGH);
  struct ndmsg *row = mnl_nlmsg_put_extra_header(message, sizeof *row);
  uint8_t hardware[6] = {2};
  uint32_t last = htonl(number);
  memcpy(hardware + 2, &last, sizeof last);
  row->ndm_family = (uint8_t)family;
  row->ndm_ifindex = DEVICE;
  row->ndm_state = NUD_PERMANENT;
  row->ndm_flags = family == AF_BRIDGE ? NTF_SELF : 0;
  mnl_attr_put_u32(message, NDA_DST, htonl(destination));
  mnl_attr_put(message, NDA_LLADDR, sizeof hardware, hardware);
  message_done(batch);
}

static bool is_permanent(const struct nlmsghdr *message) {
  const struct ndmsg *row = mnl_nlmsg_get_payload(message);
  return row->ndm_ifindex == DEVICE && (row->ndm_state & NUD_PERMANENT) != 0;
}

void neighbor_add(struct mnl_socket *host, int count) {
  struct batch batch;
  add_device(host);
  uint64_t start = now_ns();
  begin(&batch, host);
  for (int i = 0; i < count; i++) put_neighbor(&batch, AF_INET, (12u << 24) + (uint32_t)i, (uint32_t)i);
  finish(&batch);
  uint64_t ns = now_ns() - start;
  expect("neighbors", count_listed(host, RTM_GETNEIGH, AF_INET, is_permanent), count);
  printf("{\"ns\":%" PRIu64 "}\n", ns);
}

static void add_vxlan(struct mnl_socket *host) {
  struct batch batch;
  begin(&batch, host);
  struct nlmsghdr *message = next_message(&batch, RTM_NEWLINK);
  struct ifinfomsg *link = mnl_nlmsg_put_extra_header(message, sizeof *link);
  link->ifi_index = DEVICE;
  mnl_attr_put_strz(message, IFLA_IFNAME, "x0");
  struct nlattr *info = mnl_attr_nest_start(message, IFLA_LINKINFO);
  mnl_attr_put_str(message, IFLA_INFO_KIND, "vxlan");
  struct nlattr *data = mnl_attr_nest_start(message, IFLA_INFO_DATA);
  mnl_attr_put_u32(message, IFLA_VXLAN_ID, 1);
  mnl_attr_put_u16(message, IFLA_VXLAN_PORT, htons(4789));
  mnl_attr_nest_end(message, data);
  mnl_attr_nest_end(message, info);
  message_done(&batch);
  finish(&batch);
}

void fdb_add(struct mnl_socket *host, int count) {
  struct batch batch;
  add_vxlan(host);
  uint64_t start = now_ns();
  begin(&batch, host);
  for (int i = 0; i < count; i++) {
    put_neighbor(&batch, AF_BRIDGE, (10u << 24) + (uint32_t)(i % 250) + 1, (uint32_t)i);
  }
  finish(&batch);
  uint64_t ns = now_ns() - start;
  expect("entries", count_listed(host, RTM_GETNEIGH, AF_BRIDGE, is_permanent), count);
  printf("{\"ns\":%" PRIu64 "}\n", ns);
}
