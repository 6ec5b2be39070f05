#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "benchmarks.h"
#include "netlink.h"
#include "setup.h"
#include "support.h"

enum {
  BRIDGE_INDEX = 100,
  FIRST_HOST_INDEX = 1000,
  PEER_INDEX = 1000,
  HOST_GROUP = 7,
  PREFIX_LENGTH = 16,
  BRIDGE_ADDRESS = 10 << 24 | 1,  // 10.0.0.1
  FIRST_ADDRESS = BRIDGE_ADDRESS + 1,
};

struct container {
  struct messages veth;
  uint8_t *veth_namespace;
  struct messages inside;
  uint32_t inside_last;
  int namespace;
  int socket;
};

struct host {
  int namespace;
  int socket;
  struct messages bridge;
  uint32_t bridge_last;
  struct messages delete_bridge;
};

static void encode_bridge(struct host *host) {
  struct plain_link bridge = {.kind = "bridge", .name = "br0", .index = BRIDGE_INDEX, .up = 1};
  host->bridge = messages_new(512);
  host->bridge_last = 2;
  encode_plain(&host->bridge, &bridge, 1);
  encode_address(&host->bridge, BRIDGE_INDEX, BRIDGE_ADDRESS, PREFIX_LENGTH, NLM_F_ACK, 2);
  host->delete_bridge = messages_new(64);
  encode_delete(&host->delete_bridge, BRIDGE_INDEX, 3);
}

static void encode_default_route(struct messages *messages, uint32_t sequence) {
  struct rtmsg header = {.rtm_family = AF_INET,
                         .rtm_table = RT_TABLE_MAIN,
                         .rtm_protocol = RTPROT_BOOT,
                         .rtm_scope = RT_SCOPE_UNIVERSE,
                         .rtm_type = RTN_UNICAST};
  uint16_t flags = NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK;
  size_t start = message_begin(messages, RTM_NEWROUTE, flags, sequence, &header, sizeof header);
  put_u32(messages, RTA_GATEWAY, htonl(BRIDGE_ADDRESS));
  message_end(messages, start);
}

static void encode_container(struct container *container, uint32_t number, uint32_t queues) {
  struct veth veth = {.index = FIRST_HOST_INDEX + number,
                      .group = HOST_GROUP,
                      .master = BRIDGE_INDEX,
                      .peer_name = "eth0",
                      .peer_index = PEER_INDEX,
                      .queues = queues,
                      .up = 1,
                      .peer_elsewhere = 1};
  snprintf(veth.name, sizeof veth.name, "v%u", number);
  container->veth = messages_new(512);
  container->veth_namespace = encode_veth(&container->veth, &veth, number + 1);
  container->inside = messages_new(512);
  container->inside_last = 4;
  encode_up(&container->inside, LOOPBACK_INDEX, 0, 1);
  encode_address(&container->inside, PEER_INDEX, FIRST_ADDRESS + number, PREFIX_LENGTH, 0, 2);
  encode_up(&container->inside, PEER_INDEX, 0, 3);
  encode_default_route(&container->inside, 4);
}

static void set_up_bridge(const struct host *host) {
  netlink_send(host->socket, host->bridge.bytes, host->bridge.length, "create the bridge");
  netlink_wait_ack(host->socket, host->bridge_last, "create the bridge");
}

/// The thread stays in the new namespace: the next container leaves it anyway, and the sockets keep theirs.
static void set_up_container(const struct host *host, struct container *container, uint32_t number) {
  enter_new_namespace();
  container->namespace = open_current_namespace();
  container->socket = netlink_open();
  memcpy(container->veth_namespace, &container->namespace, sizeof container->namespace);
  netlink_request(host->socket, &container->veth, number + 1, "create a container's veth");
  netlink_request(container->socket, &container->inside, container->inside_last, "configure a container");
}

static void close_containers(struct container *containers, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    check(close(containers[i].socket), "close a container's socket");
    check(close(containers[i].namespace), "close a container's namespace");
  }
}

/// The kernel frees closed namespaces on a thread of its own; asks for each veth in turn until it is gone.
static void wait_until_gone(const struct host *host, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    struct messages get = messages_new(64);
    encode_get(&get, FIRST_HOST_INDEX + i, i + 1);
    while (netlink_get(host->socket, &get, "look for a container's veth")) sleep_ns(500000);
    messages_free(&get);
  }
}

static void print(uint32_t count, uint32_t queues, enum container_teardown teardown, const uint64_t times[6]) {
  printf("{\"benchmark\":\"containers\",\"count\":%" PRIu32 ",\"queues\":%" PRIu32 ",\"teardown\":\"%s\"", count,
         queues, teardown == CLOSE_NAMESPACES ? "close" : "group");
  printf(",\"setup_ns\":%" PRIu64 ",\"teardown_ns\":%" PRIu64, times[1] - times[0], times[4] - times[1]);
  printf(",\"setup_bridge_ns\":%" PRIu64 ",\"whole_ns\":%" PRIu64, times[5] - times[0], times[4] - times[0]);
  printf(",\"teardown_returned_ns\":%" PRIu64 ",\"teardown_gone_ns\":%" PRIu64 ",\"teardown_bridge_ns\":%" PRIu64 "}\n",
         times[2] - times[1], times[3] - times[1], times[4] - times[3]);
}

void bench_containers(uint32_t count, uint32_t queues, enum container_teardown teardown) {
  struct container *containers = allocate(count, sizeof *containers);
  struct host host = {0};
  struct messages delete_ports = messages_new(64);
  uint64_t times[6];
  enter_new_namespace();
  host.namespace = open_current_namespace();
  host.socket = netlink_open();
  encode_bridge(&host);
  encode_delete_group(&delete_ports, HOST_GROUP, 4);
  for (uint32_t i = 0; i < count; i++) encode_container(&containers[i], i, queues);

  times[0] = now_ns();
  set_up_bridge(&host);
  times[5] = now_ns();
  for (uint32_t i = 0; i < count; i++) set_up_container(&host, &containers[i], i);
  check(setns(host.namespace, CLONE_NEWNET), "return to the host's namespace");
  times[1] = now_ns();
  if (teardown == LEAVE_TO_THE_KERNEL) return;
  if (teardown == DELETE_GROUP_FIRST) netlink_request(host.socket, &delete_ports, 4, "delete the containers' veths");
  close_containers(containers, count);
  times[2] = now_ns();
  wait_until_gone(&host, count);
  times[3] = now_ns();
  netlink_request(host.socket, &host.delete_bridge, 3, "delete the bridge");
  times[4] = now_ns();
  print(count, queues, teardown, times);
}
