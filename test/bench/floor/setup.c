#include "setup.h"

#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <stdio.h>

#include "netlink.h"

enum { CREATE = NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK };

static void put_queues(struct messages *messages, uint32_t queues) {
  if (queues == 0) return;
  put_u32(messages, IFLA_NUM_TX_QUEUES, queues);
  put_u32(messages, IFLA_NUM_RX_QUEUES, queues);
}

static uint8_t *put_peer(struct messages *messages, const struct veth *veth) {
  uint8_t *namespace = NULL;
  struct ifinfomsg peer = {.ifi_index = (int)veth->peer_index};
  size_t nest = nest_begin(messages, VETH_INFO_PEER);
  put_raw(messages, &peer, sizeof peer);
  put_string(messages, IFLA_IFNAME, veth->peer_name);
  if (veth->peer_group != 0) put_u32(messages, IFLA_GROUP, veth->peer_group);
  put_queues(messages, veth->queues);
  if (veth->peer_elsewhere) namespace = put_u32(messages, IFLA_NET_NS_FD, 0);
  nest_end(messages, nest);
  return namespace;
}

uint8_t *encode_veth(struct messages *messages, const struct veth *veth, uint32_t sequence) {
  struct ifinfomsg link = {.ifi_index = (int)veth->index};
  if (veth->up) link.ifi_flags = link.ifi_change = IFF_UP;
  size_t start = message_begin(messages, RTM_NEWLINK, CREATE, sequence, &link, sizeof link);
  put_string(messages, IFLA_IFNAME, veth->name);
  if (veth->group != 0) put_u32(messages, IFLA_GROUP, veth->group);
  if (veth->master != 0) put_u32(messages, IFLA_MASTER, veth->master);
  put_queues(messages, veth->queues);
  size_t info = nest_begin(messages, IFLA_LINKINFO);
  put_string(messages, IFLA_INFO_KIND, "veth");
  size_t data = nest_begin(messages, IFLA_INFO_DATA);
  uint8_t *namespace = put_peer(messages, veth);
  nest_end(messages, data);
  nest_end(messages, info);
  message_end(messages, start);
  return namespace;
}

void encode_plain(struct messages *messages, const struct plain_link *plain, uint32_t sequence) {
  struct ifinfomsg link = {.ifi_index = (int)plain->index};
  if (plain->up) link.ifi_flags = link.ifi_change = IFF_UP;
  size_t start = message_begin(messages, RTM_NEWLINK, CREATE, sequence, &link, sizeof link);
  put_string(messages, IFLA_IFNAME, plain->name);
  if (plain->group != 0) put_u32(messages, IFLA_GROUP, plain->group);
  size_t info = nest_begin(messages, IFLA_LINKINFO);
  put_string(messages, IFLA_INFO_KIND, plain->kind);
  nest_end(messages, info);
  message_end(messages, start);
}

void encode_up(struct messages *messages, uint32_t index, uint16_t flags, uint32_t sequence) {
  struct ifinfomsg link = {.ifi_index = (int)index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
  message_end(messages, message_begin(messages, RTM_NEWLINK, flags, sequence, &link, sizeof link));
}

void encode_address(struct messages *messages, uint32_t index, uint32_t address, uint8_t prefix_length, uint16_t flags,
                    uint32_t sequence) {
  struct ifaddrmsg header = {.ifa_family = AF_INET, .ifa_prefixlen = prefix_length, .ifa_index = index};
  flags |= NLM_F_CREATE | NLM_F_EXCL;
  size_t start = message_begin(messages, RTM_NEWADDR, flags, sequence, &header, sizeof header);
  put_u32(messages, IFA_LOCAL, htonl(address));
  put_u32(messages, IFA_ADDRESS, htonl(address));
  message_end(messages, start);
}

void encode_delete(struct messages *messages, uint32_t index, uint32_t sequence) {
  struct ifinfomsg link = {.ifi_index = (int)index};
  message_end(messages, message_begin(messages, RTM_DELLINK, NLM_F_ACK, sequence, &link, sizeof link));
}

void encode_delete_group(struct messages *messages, uint32_t group, uint32_t sequence) {
  struct ifinfomsg link = {0};
  size_t start = message_begin(messages, RTM_DELLINK, NLM_F_ACK, sequence, &link, sizeof link);
  put_u32(messages, IFLA_GROUP, group);
  message_end(messages, start);
}

void encode_group_up(struct messages *messages, uint32_t group, uint32_t sequence) {
  struct ifinfomsg link = {.ifi_flags = IFF_UP, .ifi_change = IFF_UP};
  size_t start = message_begin(messages, RTM_NEWLINK, NLM_F_ACK, sequence, &link, sizeof link);
  put_u32(messages, IFLA_GROUP, group);
  message_end(messages, start);
}

void encode_get(struct messages *messages, uint32_t index, uint32_t sequence) {
  struct ifinfomsg link = {.ifi_index = (int)index};
  message_end(messages, message_begin(messages, RTM_GETLINK, 0, sequence, &link, sizeof link));
}

void create_links(int socket, uint32_t count, uint32_t first_index, uint32_t group) {
  for (uint32_t i = 0; i < count; i++) {
    struct plain_link link = {.kind = "ifb", .index = first_index + i, .group = group};
    snprintf(link.name, sizeof link.name, "i%u", i);
    struct messages message = messages_new(256);
    encode_plain(&message, &link, i + 1);
    netlink_request(socket, &message, i + 1, "create a link");
    messages_free(&message);
  }
}

void delete_group(int socket, uint32_t group) {
  struct messages message = messages_new(64);
  encode_delete_group(&message, group, 1);
  netlink_request(socket, &message, 1, "delete the group");
  messages_free(&message);
}

void create_veth_up(int socket, const char *name, const char *peer_name, uint32_t index) {
  struct veth veth = {.index = index, .peer_index = index + 1, .up = 1};
  snprintf(veth.name, sizeof veth.name, "%s", name);
  snprintf(veth.peer_name, sizeof veth.peer_name, "%s", peer_name);
  struct messages messages = messages_new(512);
  encode_veth(&messages, &veth, 1);
  encode_up(&messages, veth.peer_index, NLM_F_ACK, 2);
  netlink_request(socket, &messages, 2, "create a veth");
  messages_free(&messages);
}
