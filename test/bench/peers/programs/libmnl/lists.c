// The library reads attributes and has no objects: those here are structs of this program, as its examples print them.
#include <errno.h>
#include <inttypes.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"

enum { FURTHER = 5, LARGEST_DATAGRAM = 32 << 10 };

struct route {
  uint8_t family, destination_length, protocol, scope, type;
  uint32_t table, destination, gateway, source, link, priority;
};

struct link {
  int index;
  uint32_t flags, mtu, group, parent, queue_length, receive_queues, transmit_queues;
  uint8_t address[8], broadcast[8], state;
  char name[IFNAMSIZ], kind[IFNAMSIZ], discipline[IFNAMSIZ];
  struct rtnl_link_stats64 statistics;
};

struct list {
  void *items;
  int length, room;
};

struct attributes {
  const struct nlattr **by_type;
  int last;
};

static int keep_attribute(const struct nlattr *attribute, void *data) {
  const struct attributes *attributes = data;
  int type = mnl_attr_get_type(attribute);
  if (type <= attributes->last) attributes->by_type[type] = attribute;
  return MNL_CB_OK;
}

static uint32_t number(const struct nlattr *attribute) { return attribute == NULL ? 0 : mnl_attr_get_u32(attribute); }

static void copy(void *into, size_t room, const struct nlattr *attribute) {
  if (attribute == NULL) return;
  size_t length = mnl_attr_get_payload_len(attribute);
  memcpy(into, mnl_attr_get_payload(attribute), length < room ? length : room);
}

static void *next_item(struct list *list, size_t size) {
  if (list->length == list->room) {
    list->room = list->room == 0 ? 1024 : 2 * list->room;
    list->items = realloc(list->items, (size_t)list->room * size);
    if (list->items == NULL) fail("realloc");
  }
  return memset((char *)list->items + size * (size_t)list->length++, 0, size);
}

/// Those of all tables, of which few are not in the main one.
static int read_route(const struct nlmsghdr *message, void *into) {
  const struct nlattr *found[RTA_MAX + 1] = {NULL};
  struct attributes attributes = {found, RTA_MAX};
  const struct rtmsg *header = mnl_nlmsg_get_payload(message);
  struct route *route = next_item(into, sizeof *route);
  mnl_attr_parse(message, sizeof *header, keep_attribute, &attributes);
  route->family = header->rtm_family;
  route->destination_length = header->rtm_dst_len;
  route->protocol = header->rtm_protocol;
  route->scope = header->rtm_scope;
  route->type = header->rtm_type;
  route->table = found[RTA_TABLE] == NULL ? header->rtm_table : number(found[RTA_TABLE]);
  route->destination = number(found[RTA_DST]);
  route->gateway = number(found[RTA_GATEWAY]);
  route->source = number(found[RTA_PREFSRC]);
  route->link = number(found[RTA_OIF]);
  route->priority = number(found[RTA_PRIORITY]);
  return MNL_CB_OK;
}

static int read_link(const struct nlmsghdr *message, void *into) {
  const struct nlattr *found[IFLA_MAX + 1] = {NULL};
  const struct nlattr *info[IFLA_INFO_MAX + 1] = {NULL};
  struct attributes attributes = {found, IFLA_MAX};
  struct attributes of_info = {info, IFLA_INFO_MAX};
  const struct ifinfomsg *header = mnl_nlmsg_get_payload(message);
  struct link *link = next_item(into, sizeof *link);
  mnl_attr_parse(message, sizeof *header, keep_attribute, &attributes);
  if (found[IFLA_LINKINFO] != NULL) mnl_attr_parse_nested(found[IFLA_LINKINFO], keep_attribute, &of_info);
  link->index = header->ifi_index;
  link->flags = header->ifi_flags;
  link->mtu = number(found[IFLA_MTU]);
  link->group = number(found[IFLA_GROUP]);
  link->parent = number(found[IFLA_LINK]);
  link->queue_length = number(found[IFLA_TXQLEN]);
  link->receive_queues = number(found[IFLA_NUM_RX_QUEUES]);
  link->transmit_queues = number(found[IFLA_NUM_TX_QUEUES]);
  link->state = found[IFLA_OPERSTATE] == NULL ? 0 : mnl_attr_get_u8(found[IFLA_OPERSTATE]);
  copy(link->address, sizeof link->address, found[IFLA_ADDRESS]);
  copy(link->broadcast, sizeof link->broadcast, found[IFLA_BROADCAST]);
  copy(link->name, sizeof link->name, found[IFLA_IFNAME]);
  copy(link->kind, sizeof link->kind, info[IFLA_INFO_KIND]);
  copy(link->discipline, sizeof link->discipline, found[IFLA_QDISC]);
  copy(&link->statistics, sizeof link->statistics, found[IFLA_STATS64]);
  return MNL_CB_OK;
}

/// Once more when something was changed meanwhile, which the library says by EINTR.
static void dump(struct mnl_socket *host, int type, int family, mnl_cb_t read, void *into, void (*empty)(void *into)) {
  static unsigned int sequence = 0;
  static char buffer[LARGEST_DATAGRAM];
  unsigned int port = mnl_socket_get_portid(host);
  int result = MNL_CB_OK;
  struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
  request->nlmsg_type = (uint16_t)type;
  request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request->nlmsg_seq = ++sequence;
  // As long as the longest of the fixed headers: a bridge's table is asked for with an ifinfomsg, and others by their
  // first byte.
  struct ifinfomsg *header = mnl_nlmsg_put_extra_header(request, sizeof *header);
  header->ifi_family = (uint8_t)family;
  check(mnl_socket_sendto(host, request, request->nlmsg_len), "ask for a list");
  while (result > MNL_CB_STOP) {
    long length = check(mnl_socket_recvfrom(host, buffer, sizeof buffer), "receive a list");
    result = mnl_cb_run(buffer, (size_t)length, sequence, port, read, into);
    if (result >= 0 || errno != EINTR) continue;
    empty(into);
    return dump(host, type, family, read, into, empty);
  }
  check(result, "read a list");
}

struct counting {
  bool (*matches)(const struct nlmsghdr *message);
  int count;
};

static int count_if(const struct nlmsghdr *message, void *data) {
  struct counting *counting = data;
  counting->count += counting->matches(message);
  return MNL_CB_OK;
}

static void count_anew(void *counting) { ((struct counting *)counting)->count = 0; }

int count_listed(struct mnl_socket *host, int type, int family, bool (*matches)(const struct nlmsghdr *message)) {
  struct counting counting = {matches, 0};
  dump(host, type, family, count_if, &counting, count_anew);
  return counting.count;
}

static void free_list(void *data) {
  struct list *list = data;
  free(list->items);
  *list = (struct list){0};
}

/// Makes a list for the first time, says what another one beside it holds in memory, and takes the median of further
/// ones.
static void measure_lists(struct mnl_socket *host, int count, int type, int family, mnl_cb_t read) {
  uint64_t times[FURTHER];
  struct list kept = {0};
  struct list beside = {0};
  uint64_t start = now_ns();
  dump(host, type, family, read, &kept, free_list);
  uint64_t first = now_ns() - start;
  long before = resident_bytes();
  dump(host, type, family, read, &beside, free_list);
  long grown = resident_bytes() - before;
  free_list(&beside);
  for (int i = 0; i < FURTHER; i++) {
    free_list(&kept);
    start = now_ns();
    dump(host, type, family, read, &kept, free_list);
    times[i] = now_ns() - start;
  }
  if (kept.length < count) expect("in the list", kept.length, count);
  printf("{\"first_ns\":%" PRIu64 ",\"ns\":%" PRIu64 ",\"grown_bytes\":%ld}\n", first, median(times, FURTHER), grown);
}

void route_list(struct mnl_socket *host, int count) { measure_lists(host, count, RTM_GETROUTE, AF_INET, read_route); }

void link_list(struct mnl_socket *host, int count) { measure_lists(host, count, RTM_GETLINK, AF_UNSPEC, read_link); }
