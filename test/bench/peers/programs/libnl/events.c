#include <errno.h>
#include <linux/rtnetlink.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/route/route.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "peer.h"

/// For how long nothing may come after the writer has ended.
enum { QUIET_MS = 500, ROOM = 64 << 20 };

static int count_new_route(struct nl_msg *message, void *delivered) {
  struct rtnl_route *route;
  if (nlmsg_hdr(message)->nlmsg_type != RTM_NEWROUTE) return NL_OK;
  if (rtnl_route_parse(nlmsg_hdr(message), &route) < 0) return NL_SKIP;
  *(int *)delivered += rtnl_route_get_table(route) == RT_TABLE_MAIN;
  rtnl_route_put(route);
  return NL_OK;
}

/// The library's own way to set the size does not force it.
static struct nl_sock *listen_to_routes(int *delivered) {
  struct nl_sock *listener = nl_socket_alloc();
  int room = ROOM;
  nl_socket_disable_seq_check(listener);
  nl_socket_modify_cb(listener, NL_CB_VALID, NL_CB_CUSTOM, count_new_route, delivered);
  check(nl_connect(listener, NETLINK_ROUTE), "nl_connect");
  if (setsockopt(nl_socket_get_fd(listener), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) < 0) exit(1);
  check(nl_socket_add_memberships(listener, RTNLGRP_IPV4_ROUTE, 0), "subscribe");
  check(nl_socket_set_nonblocking(listener), "do not block");
  return listener;
}

static const char *hear(struct nl_sock *listener, int count, const int *delivered, uint64_t *last) {
  struct pollfd readable = {.fd = nl_socket_get_fd(listener), .events = POLLIN};
  while (*delivered < count) {
    if (poll(&readable, 1, QUIET_MS) == 0) {
      if (waitpid(-1, NULL, WNOHANG) != 0) return "quiet";
      continue;
    }
    int before = *delivered;
    int result = nl_recvmsgs_default(listener);
    if (result < 0 && result != -NLE_AGAIN) return nl_geterror(result);
    if (*delivered > before) *last = now_ns();
  }
  return "complete";
}

void route_events(struct nl_sock *host, int count) {
  int delivered = 0;
  struct nl_sock *listener = listen_to_routes(&delivered);
  uint64_t start = now_ns();
  uint64_t last = start;
  (void)host;
  start_writer();
  const char *ended = hear(listener, count, &delivered, &last);
  print_events(ended, delivered, last - start);
}
