#include <errno.h>
#include <inttypes.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "benchmarks.h"
#include "netlink.h"
#include "setup.h"
#include "support.h"

enum { ROOM = 64 << 20, QUIET_MS = 500, GATHER_NS = 100 * 1000, LONGEST_COMMAND = 16 };

static int listen_to(int group) {
  int listener = netlink_open();
  int room = ROOM;
  struct sockaddr_nl any = {.nl_family = AF_NETLINK};  // What is not bound hears nothing.
  check(bind(listener, (const struct sockaddr *)&any, sizeof any), "bind");
  check(setsockopt(listener, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room), "make room for events");
  check(setsockopt(listener, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group), "join a group");
  return listener;
}

/// Receives one datagram; 0 when some were dropped.
static size_t receive_event(int listener, uint8_t *buffer) {
  ssize_t length = recv(listener, buffer, RECEIVE_BUFFER_SIZE, 0);
  if (length < 0 && errno != ENOBUFS) fail("receive events", errno);
  return length < 0 ? 0 : (size_t)length;
}

/// Walks the attributes of a message, as whoever decodes it must.
static uint64_t walk(const struct nlmsghdr *message, size_t fixed_length) {
  uint64_t checksum = 0;
  size_t at = NLMSG_HDRLEN + NLMSG_ALIGN(fixed_length);
  while (at + sizeof(struct rtattr) <= message->nlmsg_len) {
    const struct rtattr *attribute = (const struct rtattr *)((const uint8_t *)message + at);
    if (attribute->rta_len < sizeof *attribute) break;
    checksum += attribute->rta_type + *((const uint8_t *)attribute + sizeof *attribute);
    at += RTA_ALIGN(attribute->rta_len);
  }
  return checksum;
}

void bench_route_events(uint32_t count) {
  uint8_t buffer[RECEIVE_BUFFER_SIZE];
  int socket = open_with_link();
  int listener = listen_to(RTNLGRP_IPV4_ROUTE);
  pid_t writer = check(fork(), "fork");
  if (writer == 0) {
    write_routes(count);
    _exit(0);
  }
  uint64_t start = 0, messages = 0, checksum = 0, overruns = 0;
  while (messages < count) {
    size_t length = receive_event(listener, buffer);
    if (start == 0) start = now_ns();
    if (length == 0 && ++overruns > 0) break;
    checksum += walk((const struct nlmsghdr *)buffer, sizeof(struct rtmsg));
    messages++;
  }
  uint64_t ns = now_ns() - start;
  waitpid(writer, NULL, 0);
  printf("{\"benchmark\":\"route-events\",\"count\":%" PRIu32 ",\"messages\":%" PRIu64 ",\"overruns\":%" PRIu64
         ",\"checksum\":%" PRIu64 ",\"ns\":%" PRIu64 ",\"event_ns\":%" PRIu64 "}\n",
         count, messages, overruns, checksum, ns, messages == 0 ? 0 : ns / messages);
  delete_group(socket, BENCH_GROUP);
}

/// Splits the command line in place at its blanks, and starts it.
static pid_t start_command(char *line) {
  char *words[LONGEST_COMMAND + 1] = {NULL};
  char *rest = line;
  for (uint32_t i = 0; i < LONGEST_COMMAND && (words[i] = strtok_r(rest, " ", &rest)) != NULL;) i++;
  if (words[0] == NULL) fail("start the writer", EINVAL);
  return start_child(words, STDOUT_FILENO);
}

/// What one look at the socket found.
struct heard {
  uint64_t events;
  uint64_t routes;
  uint64_t checksum;
};

/// Everything that is there; waits for the first when there is nothing. No events: nothing came for QUIET_MS.
static struct heard hear(int listener) {
  static uint8_t buffer[RECEIVE_BUFFER_SIZE];
  struct heard heard = {0};
  for (;;) {
    ssize_t length = recv(listener, buffer, sizeof buffer, heard.events == 0 ? 0 : MSG_DONTWAIT);
    if (length < 0 && errno == EAGAIN) return heard;
    if (length < 0 && errno == ENOBUFS) continue;
    if (length < 0) fail("receive events", errno);
    const struct nlmsghdr *message = (const struct nlmsghdr *)buffer;
    heard.checksum += walk(message, sizeof(struct rtmsg));
    heard.routes += message->nlmsg_type == RTM_NEWROUTE;
    heard.events++;
  }
}

/// Between two looks it lets events gather: a listener that is woken for each keeps the writer busy with waking it.
void hear_routes(uint32_t count, char *writer) {
  struct timeval quiet = {.tv_usec = QUIET_MS * 1000};
  struct timespec gather = {.tv_nsec = GATHER_NS};
  int listener = listen_to(RTNLGRP_IPV4_ROUTE);
  check(setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &quiet, sizeof quiet), "limit the wait for events");
  check(prctl(PR_SET_TIMERSLACK, 1), "wait no longer than asked for");
  uint64_t start = now_ns(), last = start, delivered = 0, checksum = 0;
  pid_t child = start_command(writer);
  for (int running = 1; delivered < count;) {
    struct heard heard = hear(listener);
    delivered += heard.routes;
    checksum += heard.checksum;
    if (heard.events > 0) {
      last = now_ns();
      if (delivered < count) nanosleep(&gather, NULL);
    } else {
      if (!running) break;
      running = waitpid(child, NULL, WNOHANG) == 0;
    }
  }
  printf("{\"delivered\":%" PRIu64 ",\"ns\":%" PRIu64 ",\"ended\":\"%s\",\"checksum\":%" PRIu64 "}\n", delivered,
         last - start, delivered == count ? "complete" : "quiet", checksum);
}

/// For each byte of standard input it takes the link up, listens for the kernel to say that it is, and prints when that
/// was, by CLOCK_MONOTONIC; then takes it down again.
_Noreturn void toggle_link(const char *name) {
  uint8_t buffer[RECEIVE_BUFFER_SIZE];
  int socket = netlink_open();
  int listener = listen_to(RTNLGRP_LINK);
  uint32_t index = if_nametoindex(name);
  if (index == 0) fail(name, errno);
  char byte;
  for (uint32_t sequence = 1; read(STDIN_FILENO, &byte, 1) == 1; sequence++) {
    int up = byte == 'u';
    struct messages request = messages_new(64);
    struct ifinfomsg header = {.ifi_index = (int)index, .ifi_flags = up ? IFF_UP : 0, .ifi_change = IFF_UP};
    message_end(&request, message_begin(&request, RTM_NEWLINK, NLM_F_ACK, sequence, &header, sizeof header));
    netlink_request(socket, &request, sequence, "toggle the link");
    messages_free(&request);
    for (;;) {
      receive_event(listener, buffer);
      const struct nlmsghdr *message = (const struct nlmsghdr *)buffer;
      const struct ifinfomsg *link = NLMSG_DATA(message);
      if (link->ifi_family != AF_UNSPEC || link->ifi_index != (int)index) continue;
      if (((link->ifi_flags & IFF_RUNNING) != 0) == up) break;
    }
    printf("%" PRIu64 "\n", now_ns());
    fflush(stdout);
  }
  exit(0);
}
