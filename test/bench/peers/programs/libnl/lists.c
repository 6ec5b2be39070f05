// Objects in an array. The library's caches would compare each with many of those before it: 100,000 routes take 4 s.
#include <inttypes.h>
#include <linux/rtnetlink.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/object.h>
#include <netlink/route/rtnl.h>
#include <stdio.h>
#include <stdlib.h>

#include "peer.h"

enum { FURTHER = 5, LARGEST_DATAGRAM = 32 << 10 };

struct list {
  struct nl_object **objects;
  int length;
  int room;
};

static void keep(struct nl_object *object, void *into) {
  struct list *list = into;
  if (list->length == list->room) {
    list->room = list->room == 0 ? 1024 : 2 * list->room;
    list->objects = realloc(list->objects, (size_t)list->room * sizeof(struct nl_object *));
  }
  nl_object_get(object);
  list->objects[list->length++] = object;
}

static int parse(struct nl_msg *message, void *into) { return nl_msg_parse(message, keep, into); }

static void free_list(struct list *list) {
  for (int i = 0; i < list->length; i++) nl_object_put(list->objects[i]);
  free(list->objects);
}

/// Once more when something was changed meanwhile.
static struct list make_list(struct nl_sock *host, int type, int family) {
  struct list list = {0};
  nl_socket_modify_cb(host, NL_CB_VALID, NL_CB_CUSTOM, parse, &list);
  check(nl_rtgen_request(host, type, family, NLM_F_DUMP), "ask for a list");
  int result = nl_recvmsgs_default(host);
  if (result != -NLE_DUMP_INTR) {
    check(result, "receive a list");
    return list;
  }
  free_list(&list);
  return make_list(host, type, family);
}

int count_listed(struct nl_sock *host, int type, int family, int (*matches)(struct nl_object *object)) {
  struct list list = make_list(host, type, family);
  int count = 0;
  for (int i = 0; i < list.length; i++) count += matches(list.objects[i]);
  free_list(&list);
  return count;
}

/// Makes a list for the first time, says what another one beside it holds in memory, and takes the median of further
/// ones.
static void measure_lists(struct nl_sock *host, int count, int type, int family) {
  uint64_t times[FURTHER];
  check(nl_socket_set_msg_buf_size(host, LARGEST_DATAGRAM), "set the buffer's size");
  nl_socket_disable_msg_peek(host);
  uint64_t start = now_ns();
  struct list kept = make_list(host, type, family);
  uint64_t first = now_ns() - start;
  long before = resident_bytes();
  struct list beside = make_list(host, type, family);
  long grown = resident_bytes() - before;
  free_list(&beside);
  for (int i = 0; i < FURTHER; i++) {
    free_list(&kept);
    start = now_ns();
    kept = make_list(host, type, family);
    times[i] = now_ns() - start;
  }
  if (kept.length < count) expect("in the list", kept.length, count);
  printf("{\"first_ns\":%" PRIu64 ",\"ns\":%" PRIu64 ",\"grown_bytes\":%ld}\n", first, median(times, FURTHER), grown);
}

/// Those of all tables, of which few are not in the main one.
void route_list(struct nl_sock *host, int count) { measure_lists(host, count, RTM_GETROUTE, AF_INET); }

void link_list(struct nl_sock *host, int count) { measure_lists(host, count, RTM_GETLINK, AF_UNSPEC); }
