#include <errno.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "peer.h"

/// For how long nothing may come after the writer has ended.
enum { QUIET_MS = 500, ROOM = 64 << 20 };

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
  int room = ROOM;
  struct mnl_socket *listener = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (listener == NULL) fail("mnl_socket_open2");
  check(mnl_socket_bind(listener, RTMGRP_IPV4_ROUTE, MNL_SOCKET_AUTOPID), "subscribe");
  int descriptor = mnl_socket_get_fd(listener);
  check(setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room), "SO_RCVBUFFORCE");
  return listener;
}

static const char *hear(struct mnl_socket *listener, int count, int *delivered, uint64_t *last) {
  static char buffer[BATCH_BYTES];
  struct pollfd readable = {.fd = mnl_socket_get_fd(listener), .events = POLLIN};
  while (*delivered < count) {
    if (poll(&readable, 1, QUIET_MS) == 0) {
      if (waitpid(-1, NULL, WNOHANG) != 0) return "quiet";
      continue;
    }
    int before = *delivered;
    ssize_t length = mnl_socket_recvfrom(listener, buffer, sizeof buffer);
    if (length < 0 && errno == EAGAIN) continue;
    if (length < 0) return strerror(errno);
    if (mnl_cb_run(buffer, (size_t)length, 0, 0, count_new_route, delivered) < 0) return strerror(errno);
    if (*delivered > before) *last = now_ns();
  }
  return "complete";
}

void route_events(struct mnl_socket *host, int count) {
  int delivered = 0;
  struct mnl_socket *listener = listen_to_routes();
  uint64_t start = now_ns();
  uint64_t last = start;
  (void)host;
  start_writer();
  const char *ended = hear(listener, count, &delivered, &last);
  print_events(ended, delivered, last - start);
}
