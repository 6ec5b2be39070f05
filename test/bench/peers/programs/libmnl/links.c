#include <arpa/inet.h>
#include <inttypes.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <stdio.h>

#include "peer.h"

void put_veth(struct batch *batch, const char *near, int near_index, const char *far, int far_index, uint32_t flags) {
  struct nlmsghdr *message = next_message(batch, RTM_NEWLINK);
  struct ifinfomsg *link = mnl_nlmsg_put_extra_header(message, sizeof *link);
  link->ifi_index = near_index;
  link->ifi_flags = flags;
  link->ifi_change = flags;
  mnl_attr_put_strz(message, IFLA_IFNAME, near);
  struct nlattr *info = mnl_attr_nest_start(message, IFLA_LINKINFO);
  mnl_attr_put_str(message, IFLA_INFO_KIND, "veth");
  struct nlattr *data = mnl_attr_nest_start(message, IFLA_INFO_DATA);
  struct nlattr *peer = mnl_attr_nest_start(message, VETH_INFO_PEER);
  struct ifinfomsg *other = mnl_nlmsg_put_extra_header(message, sizeof *other);
  other->ifi_index = far_index;
  mnl_attr_put_strz(message, IFLA_IFNAME, far);
  mnl_attr_nest_end(message, peer);
  mnl_attr_nest_end(message, data);
  mnl_attr_nest_end(message, info);
  message_done(batch);
}

void put_up(struct batch *batch, int index) {
  struct nlmsghdr *message = next_message(batch, RTM_NEWLINK);
  struct ifinfomsg *link = mnl_nlmsg_put_extra_header(message, sizeof *link);
  message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
  link->ifi_index = index;
  link->ifi_flags = IFF_UP;
  link->ifi_change = IFF_UP;
  message_done(batch);
}

void put_address(struct batch *batch, int index, uint32_t address, int prefix_length) {
  struct nlmsghdr *message = next_message(batch, RTM_NEWADDR);
  struct ifaddrmsg *row = mnl_nlmsg_put_extra_header(message, sizeof *row);
  row->ifa_family = AF_INET;
  row->ifa_prefixlen = (uint8_t)prefix_length;
  row->ifa_index = (uint32_t)index;
  mnl_attr_put_u32(message, IFA_LOCAL, htonl(address));
  mnl_attr_put_u32(message, IFA_ADDRESS, htonl(address));
  message_done(batch);
}

static void put_pair(struct batch *batch, int i, uint32_t flags) {
  char near[IFNAMSIZ];
  char far[IFNAMSIZ];
  snprintf(near, sizeof near, "va%d", i);
  snprintf(far, sizeof far, "vb%d", i);
  put_veth(batch, near, FIRST_NEAR + i, far, FIRST_FAR + i, flags);
}

void veth_pairs(struct mnl_socket *host, int count) {
  struct batch batch;
  uint64_t start = now_ns();
  begin(&batch, host);
  for (int i = 0; i < count; i++) put_pair(&batch, i, 0);
  finish(&batch);
  uint64_t ns = now_ns() - start;
  expect("links", count_links(host), 1 + 2 * count);
  printf("{\"ns\":%" PRIu64 "}\n", ns);
}

static bool is_up(const struct nlmsghdr *message) {
  const struct ifinfomsg *link = mnl_nlmsg_get_payload(message);
  return link->ifi_index != LOOPBACK && (link->ifi_flags & IFF_UP) != 0;
}

static bool is_added(const struct nlmsghdr *message) {
  return ((const struct ifaddrmsg *)mnl_nlmsg_get_payload(message))->ifa_prefixlen == 30;
}

/// The near end comes up when it is made; the kernel refuses that of the far one.
void veth_pairs_up(struct mnl_socket *host, int count) {
  const uint32_t first = 10u << 24;
  struct batch batch;
  uint64_t start = now_ns();
  begin(&batch, host);
  for (int i = 0; i < count; i++) {
    put_pair(&batch, i, IFF_UP);
    put_up(&batch, FIRST_FAR + i);
    put_address(&batch, FIRST_NEAR + i, first + 4 * (uint32_t)i + 1, 30);
    put_address(&batch, FIRST_FAR + i, first + 4 * (uint32_t)i + 2, 30);
  }
  finish(&batch);
  uint64_t ns = now_ns() - start;
  expect("links that are up", count_listed(host, RTM_GETLINK, AF_UNSPEC, is_up), 2 * count);
  expect("addresses", count_listed(host, RTM_GETADDR, AF_INET, is_added), 2 * count);
  printf("{\"ns\":%" PRIu64 "}\n", ns);
}

/// The link that routes and neighbors are added to: a veth, and up at both ends.
void add_device(struct mnl_socket *host) {
  struct batch batch;
  begin(&batch, host);
  put_veth(&batch, "d0", DEVICE, "d1", DEVICE + 1, IFF_UP);
  put_up(&batch, DEVICE + 1);
  finish(&batch);
}

static bool is_link(const struct nlmsghdr *message) { return message->nlmsg_type == RTM_NEWLINK; }

int count_links(struct mnl_socket *host) { return count_listed(host, RTM_GETLINK, AF_UNSPEC, is_link); }
