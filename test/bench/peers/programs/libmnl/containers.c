#include <fcntl.h>
#include <inttypes.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "peer.h"

enum { ETH0 = 10, HALF_A_MILLISECOND = 500 };

static const uint32_t network = 10u << 24 | 88u << 16;

struct container {
  int namespace;
  struct mnl_socket *inside;
};

static int open_namespace(void) { return (int)check(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), "open"); }

static void add_bridge(struct mnl_socket *host) {
  struct batch batch;
  begin(&batch, host);
  struct nlmsghdr *message = next_message(&batch, RTM_NEWLINK);
  struct ifinfomsg *link = mnl_nlmsg_put_extra_header(message, sizeof *link);
  link->ifi_index = BRIDGE;
  link->ifi_flags = IFF_UP;
  link->ifi_change = IFF_UP;
  mnl_attr_put_strz(message, IFLA_IFNAME, "br0");
  struct nlattr *info = mnl_attr_nest_start(message, IFLA_LINKINFO);
  mnl_attr_put_str(message, IFLA_INFO_KIND, "bridge");
  mnl_attr_nest_end(message, info);
  message_done(&batch);
  finish(&batch);
}

static void put_one_queue(struct nlmsghdr *message) {
  mnl_attr_put_u32(message, IFLA_NUM_TX_QUEUES, 1);
  mnl_attr_put_u32(message, IFLA_NUM_RX_QUEUES, 1);
}

/// The far end is made where it belongs.
static void add_veth_into(struct mnl_socket *host, int i, int namespace) {
  char name[IFNAMSIZ];
  struct batch batch;
  snprintf(name, sizeof name, "h%d", i);
  begin(&batch, host);
  struct nlmsghdr *message = next_message(&batch, RTM_NEWLINK);
  struct ifinfomsg *link = mnl_nlmsg_put_extra_header(message, sizeof *link);
  link->ifi_index = FIRST_NEAR + i;
  link->ifi_flags = IFF_UP;
  link->ifi_change = IFF_UP;
  mnl_attr_put_strz(message, IFLA_IFNAME, name);
  mnl_attr_put_u32(message, IFLA_MASTER, BRIDGE);
  put_one_queue(message);
  struct nlattr *info = mnl_attr_nest_start(message, IFLA_LINKINFO);
  mnl_attr_put_str(message, IFLA_INFO_KIND, "veth");
  struct nlattr *data = mnl_attr_nest_start(message, IFLA_INFO_DATA);
  struct nlattr *peer = mnl_attr_nest_start(message, VETH_INFO_PEER);
  struct ifinfomsg *other = mnl_nlmsg_put_extra_header(message, sizeof *other);
  other->ifi_index = ETH0;
  mnl_attr_put_strz(message, IFLA_IFNAME, "eth0");
  mnl_attr_put_u32(message, IFLA_NET_NS_FD, (uint32_t) namespace);
  put_one_queue(message);
  mnl_attr_nest_end(message, peer);
  mnl_attr_nest_end(message, data);
  mnl_attr_nest_end(message, info);
  message_done(&batch);
  finish(&batch);
}

static struct container set_up(struct mnl_socket *host, int i) {
  struct batch batch;
  check(unshare(CLONE_NEWNET), "unshare");
  struct container container = {open_namespace(), connect_route()};
  add_veth_into(host, i, container.namespace);
  begin(&batch, container.inside);
  put_up(&batch, LOOPBACK);
  put_address(&batch, ETH0, network + 2 + (uint32_t)i, 16);
  put_up(&batch, ETH0);
  put_route(&batch, 0, 0, network + 1);
  finish(&batch);
  return container;
}

/// The thread enters each namespace as it makes it, and goes back at the end.
static struct container *set_up_all(struct mnl_socket *host, int count) {
  struct container *running = calloc((size_t)count, sizeof *running);
  int home = open_namespace();
  for (int i = 0; i < count; i++) running[i] = set_up(host, i);
  check(setns(home, CLONE_NEWNET), "setns");
  close(home);
  return running;
}

/// Closes the namespaces, with which the kernel takes the links away, on a thread of its own.
static void tear_down(struct mnl_socket *host, struct container *running, int count) {
  for (int i = 0; i < count; i++) {
    mnl_socket_close(running[i].inside);
    close(running[i].namespace);
  }
  while (count_links(host) > 2) usleep(HALF_A_MILLISECOND);
}

void containers(struct mnl_socket *host, int count) {
  add_bridge(host);
  uint64_t start = now_ns();
  struct container *running = set_up_all(host, count);
  uint64_t setup = now_ns() - start;
  expect("links", count_links(host), 2 + count);
  // The default one, and that of the address.
  for (int i = 0; i < count; i++) {
    expect("routes", count_listed(running[i].inside, RTM_GETROUTE, AF_INET, is_main_route), 2);
  }
  start = now_ns();
  tear_down(host, running, count);
  printf("{\"setup_ns\":%" PRIu64 ",\"teardown_ns\":%" PRIu64 "}\n", setup, now_ns() - start);
}

void cold(struct mnl_socket *host, int count) {
  add_bridge(host);
  set_up_all(host, count);
  printf("{}\n");
}
