#include <errno.h>
#include <inttypes.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "benchmarks.h"
#include "netlink.h"
#include "setup.h"
#include "support.h"

enum { FIRST_INDEX = 1000, GROUP = 7 };

static void list_links(int socket, uint32_t count) {
  struct messages dump = messages_new(64);
  struct ifinfomsg header = {0};
  message_end(&dump, message_begin(&dump, RTM_GETLINK, NLM_F_DUMP, 1, &header, sizeof header));
  struct dumps dumps = netlink_dump_often(socket, &dump, sizeof header, "list links");
  printf("{\"benchmark\":\"link-list\",\"count\":%" PRIu32 ",\"messages\":%" PRIu64 ",\"attributes\":%" PRIu64
         ",\"checksum\":%" PRIu64 ",\"first_ns\":%" PRIu64 ",\"ns\":%" PRIu64 "}\n",
         count, dumps.walk.messages, dumps.walk.attributes, dumps.walk.checksum, dumps.first_ns, dumps.ns);
  if (dumps.walk.messages < count) fail("list links: some are missing", ENODATA);
}

void bench_link_list(uint32_t count) {
  enter_new_namespace();
  int socket = netlink_open();
  create_links(socket, count, FIRST_INDEX, GROUP);
  list_links(socket, count);
  delete_group(socket, GROUP);
}

void bench_link_list_here(uint32_t count) { list_links(netlink_open(), count); }

void bench_link_get(uint32_t samples) {
  enter_new_namespace();
  int socket = netlink_open();
  create_links(socket, 1, FIRST_INDEX, GROUP);
  struct messages get = messages_new(64);
  encode_get(&get, FIRST_INDEX, 1);
  uint64_t *times = allocate(samples, sizeof *times);
  for (uint32_t i = 0; i < samples; i++) {
    uint64_t start = now_ns();
    if (!netlink_get(socket, &get, "get a link")) fail("get a link", ENODEV);
    times[i] = now_ns() - start;
  }
  sort(times, samples);
  printf("{\"benchmark\":\"link-get\",\"count\":%" PRIu32 ",\"p50_ns\":%" PRIu64 ",\"p99_ns\":%" PRIu64 "}\n", samples,
         times[samples / 2], times[(uint64_t)samples * 99 / 100]);
}

static void encode_churned(struct messages *create, const char *kind) {
  if (strcmp(kind, "veth") == 0) {
    struct veth veth = {
        .name = "a", .index = FIRST_INDEX, .peer_name = "b", .peer_index = FIRST_INDEX + 1, .queues = 1};
    encode_veth(create, &veth, 1);
  } else {
    struct plain_link link = {.kind = kind, .name = "a", .index = FIRST_INDEX};
    encode_plain(create, &link, 1);
  }
}

void bench_link_churn(uint32_t count, const char *kind) {
  enter_new_namespace();
  int socket = netlink_open();
  struct messages create = messages_new(512);
  struct messages delete = messages_new(64);
  encode_churned(&create, kind);
  encode_delete(&delete, FIRST_INDEX, 2);
  uint64_t start = now_ns();
  for (uint32_t i = 0; i < count; i++) {
    netlink_request(socket, &create, 1, "create a link");
    netlink_request(socket, &delete, 2, "delete a link");
  }
  printf("{\"benchmark\":\"link-churn\",\"kind\":\"%s\",\"count\":%" PRIu32 ",\"ns\":%" PRIu64 "}\n", kind, count,
         now_ns() - start);
}
