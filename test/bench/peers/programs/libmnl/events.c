#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "peer.h"

static int keep_attribute(const struct nlattr *attribute, void *data) {
  if (mnl_attr_get_type(attribute) <= RTA_MAX) ((const struct nlattr **)data)[mnl_attr_get_type(attribute)] = attribute;
  return MNL_CB_OK;
}

static int count_new_route(const struct nlmsghdr *message, void *delivered) {
  const struct nlattr *found[RTA_MAX + 1] = {NULL};
  const struct rtmsg *route = mnl_nlmsg_get_payload(message);
  if (message->nlmsg_type != RTM_NEWROUTE) return MNL_CB_OK;
  mnl_attr_parse(message, sizeof *route, keep_attribute, found);
  *(int *)delivered += route->rtm_table == RT_TABLE_MAIN && found[RTA_DST] != NULL;
  return MNL_CB_OK;
}

static struct mnl_socket *listen_to_routes(void) {
  int room = EVENT_ROOM;
  struct mnl_socket *listener = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (listener == NULL) fail("mnl_socket_open2");
  check(mnl_socket_bind(listener, RTMGRP_IPV4_ROUTE, MNL_SOCKET_AUTOPID), "subscribe");
  int descriptor = mnl_socket_get_fd(listener);
  check(setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room), "SO_RCVBUFFORCE");
  return listener;
}

static const char *receive(void *listener, int *delivered) {
  static char buffer[BATCH_BYTES];
  ssize_t length = mnl_socket_recvfrom(listener, buffer, sizeof buffer);
  if (length < 0) return errno == EAGAIN ? NULL : strerror(errno);
  return mnl_cb_run(buffer, (size_t)length, 0, 0, count_new_route, delivered) < 0 ? strerror(errno) : NULL;
}

void route_events(struct mnl_socket *host, int count) {
  struct mnl_socket *listener = listen_to_routes();
  (void)host;
  hear_writer(&(struct listener){mnl_socket_get_fd(listener), listener, receive}, count);
}
