#include <linux/rtnetlink.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/route/route.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "peer.h"

static int count_new_route(struct nl_msg *message, void *delivered) {
  struct rtnl_route *route;
  if (nlmsg_hdr(message)->nlmsg_type != RTM_NEWROUTE) return NL_OK;
  if (rtnl_route_parse(nlmsg_hdr(message), &route) < 0) return NL_SKIP;
  *(int *)delivered += rtnl_route_get_table(route) == RT_TABLE_MAIN;
  rtnl_route_put(route);
  return NL_OK;
}

/// The library's own way to set the size does not force it.
static struct nl_sock *listen_to_routes(void) {
  struct nl_sock *listener = nl_socket_alloc();
  int room = EVENT_ROOM;
  nl_socket_disable_seq_check(listener);
  check(nl_connect(listener, NETLINK_ROUTE), "nl_connect");
  if (setsockopt(nl_socket_get_fd(listener), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) < 0) exit(1);
  check(nl_socket_add_memberships(listener, RTNLGRP_IPV4_ROUTE, 0), "subscribe");
  check(nl_socket_set_nonblocking(listener), "do not block");
  return listener;
}

static const char *receive(void *listener, int *delivered) {
  nl_socket_modify_cb(listener, NL_CB_VALID, NL_CB_CUSTOM, count_new_route, delivered);
  int result = nl_recvmsgs_default(listener);
  return result < 0 && result != -NLE_AGAIN ? nl_geterror(result) : NULL;
}

void route_events(struct nl_sock *host, int count) {
  struct nl_sock *listener = listen_to_routes();
  (void)host;
  hear_writer(&(struct listener){nl_socket_get_fd(listener), listener, receive}, count);
}
