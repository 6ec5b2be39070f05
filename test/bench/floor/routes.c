#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/rtnetlink.h>
#include <stdio.h>

#include "benchmarks.h"
#include "netlink.h"
#include "setup.h"
#include "support.h"

enum {
  LINK_INDEX = 1000,
  ROUTE_SIZE = 44,
  FIRST_DESTINATION = 10 << 24,  // 10.0.0.0
};

int open_with_link(void) {
  enter_own_namespace();
  int socket = netlink_open();
  create_links(socket, 1, LINK_INDEX, BENCH_GROUP);
  struct messages up = messages_new(64);
  encode_up(&up, LINK_INDEX, NLM_F_ACK, 1);
  netlink_request(socket, &up, 1, "bring the link up");
  messages_free(&up);
  return socket;
}

static void encode_route(struct messages *messages, uint32_t destination, uint16_t flags, uint32_t sequence) {
  struct rtmsg header = {.rtm_family = AF_INET,
                         .rtm_dst_len = 32,
                         .rtm_table = RT_TABLE_MAIN,
                         .rtm_protocol = RTPROT_BOOT,
                         .rtm_scope = RT_SCOPE_LINK,
                         .rtm_type = RTN_UNICAST};
  flags |= NLM_F_CREATE | NLM_F_EXCL;
  size_t start = message_begin(messages, RTM_NEWROUTE, flags, sequence, &header, sizeof header);
  put_u32(messages, RTA_DST, htonl(destination));
  put_u32(messages, RTA_OIF, LINK_INDEX);
  message_end(messages, start);
}

/// Sequences run from 1; the last of each batch, and the very last, ask for an ack.
static struct messages encode_routes(uint32_t count, uint32_t batch) {
  struct messages messages = messages_new((size_t)count * ROUTE_SIZE);
  for (uint32_t sequence = 1; sequence <= count; sequence++) {
    uint16_t flags = is_last_of_batch(sequence, count, batch) ? NLM_F_ACK : 0;
    encode_route(&messages, FIRST_DESTINATION + sequence, flags, sequence);
  }
  return messages;
}

static void add_routes(int socket, const struct messages *messages, uint32_t count, uint32_t batch) {
  netlink_send_batches(socket, messages, ROUTE_SIZE, count, batch, "add routes");
}

void bench_route_add(uint32_t count, uint32_t batch) {
  int socket = open_with_link();
  struct messages messages = encode_routes(count, batch);
  uint64_t start = now_ns();
  add_routes(socket, &messages, count, batch);
  uint64_t ns = now_ns() - start;
  printf("{\"benchmark\":\"route-add\",\"count\":%" PRIu32 ",\"batch\":%" PRIu32 ",\"ns\":%" PRIu64 "}\n", count, batch,
         ns);
}

void write_routes(uint32_t count) {
  enum { BATCH = 128 };
  struct messages messages = encode_routes(count, BATCH);
  add_routes(netlink_open(), &messages, count, BATCH);
}

/// Strict checking makes family and table a filter in the kernel.
static struct messages encode_dump(void) {
  struct messages messages = messages_new(64);
  struct rtmsg header = {.rtm_family = AF_INET, .rtm_table = RT_TABLE_MAIN};
  message_end(&messages, message_begin(&messages, RTM_GETROUTE, NLM_F_DUMP, 1, &header, sizeof header));
  return messages;
}

void fill_routes(uint32_t count) {
  int socket = netlink_open();
  create_veth_up(socket, "d0", "d1", LINK_INDEX);
  write_routes(count);
}

static void print_list(uint32_t count, struct dumps dumps) {
  printf("{\"benchmark\":\"route-list\",\"count\":%" PRIu32 ",\"messages\":%" PRIu64 ",\"attributes\":%" PRIu64
         ",\"checksum\":%" PRIu64 ",\"first_ns\":%" PRIu64 ",\"ns\":%" PRIu64 "}\n",
         count, dumps.walk.messages, dumps.walk.attributes, dumps.walk.checksum, dumps.first_ns, dumps.ns);
  if (dumps.walk.messages != count) fail("list routes: another number than was added", ENODATA);
}

static void list_routes(int socket, uint32_t count) {
  struct messages dump = encode_dump();
  print_list(count, netlink_dump_often(socket, &dump, sizeof(struct rtmsg), "list routes"));
}

void bench_route_list(uint32_t count) {
  int socket = open_with_link();
  write_routes(count);
  list_routes(socket, count);
  delete_group(socket, BENCH_GROUP);
}

void bench_route_list_here(uint32_t count) { list_routes(netlink_open(), count); }
