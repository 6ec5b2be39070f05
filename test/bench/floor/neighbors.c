#include <arpa/inet.h>
#include <inttypes.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdio.h>

#include "benchmarks.h"
#include "netlink.h"
#include "setup.h"
#include "support.h"

enum {
  LINK_INDEX = 1000,
  FIRST_NEIGHBOR = 12 << 24,           // 12.0.0.0
  FIRST_DESTINATION = 10 << 24 | 1,    // 10.0.0.1
  DESTINATIONS = 250,
  VNI = 5,
  ADDRESS_SIZE = 6,
};

/// Of the message that adds an entry: header, ndmsg, an IPv4 address and a hardware address, padded.
enum { ENTRY_SIZE = 16 + 12 + 8 + 12 };

static void put_hardware_address(struct messages *messages, uint32_t number) {
  const uint8_t address[ADDRESS_SIZE] = {2, 0, number >> 24, number >> 16 & 255, number >> 8 & 255, number & 255};
  put(messages, NDA_LLADDR, address, sizeof address);
}

static void encode_entry(struct messages *messages, const struct ndmsg *header, uint32_t number, uint32_t address,
                         uint16_t flags) {
  flags |= NLM_F_CREATE | NLM_F_EXCL;
  size_t start = message_begin(messages, RTM_NEWNEIGH, flags, number + 1, header, sizeof *header);
  put_u32(messages, NDA_DST, htonl(address));
  put_hardware_address(messages, number);
  message_end(messages, start);
}

static uint32_t neighbor_of(uint32_t number) { return FIRST_NEIGHBOR + number; }

static uint32_t destination_of(uint32_t number) { return FIRST_DESTINATION + number % DESTINATIONS; }

static struct messages encode_entries(const struct ndmsg *header, uint32_t (*address_of)(uint32_t), uint32_t count,
                                      uint32_t batch) {
  struct messages messages = messages_new((size_t)count * ENTRY_SIZE);
  for (uint32_t i = 0; i < count; i++) {
    encode_entry(&messages, header, i, address_of(i), is_last_of_batch(i + 1, count, batch) ? NLM_F_ACK : 0);
  }
  return messages;
}

static void add_entries(int socket, const struct messages *messages, uint32_t count, uint32_t batch,
                        const char *benchmark) {
  uint64_t start = now_ns();
  netlink_send_batches(socket, messages, ENTRY_SIZE, count, batch, benchmark);
  uint64_t ns = now_ns() - start;
  printf("{\"benchmark\":\"%s\",\"count\":%" PRIu32 ",\"batch\":%" PRIu32 ",\"ns\":%" PRIu64 "}\n", benchmark, count,
         batch, ns);
}

void bench_neighbor_add(uint32_t count, uint32_t batch) {
  struct ndmsg header = {.ndm_family = AF_INET, .ndm_ifindex = LINK_INDEX, .ndm_state = NUD_PERMANENT};
  enter_own_namespace();
  int socket = netlink_open();
  create_veth_up(socket, "d0", "d1", LINK_INDEX);
  struct messages messages = encode_entries(&header, neighbor_of, count, batch);
  add_entries(socket, &messages, count, batch, "neighbor-add");
}

static void create_vxlan(int socket) {
  struct ifinfomsg link = {.ifi_index = LINK_INDEX};
  struct messages messages = messages_new(256);
  size_t start = message_begin(&messages, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, 1, &link, sizeof link);
  put_string(&messages, IFLA_IFNAME, "x0");
  size_t info = nest_begin(&messages, IFLA_LINKINFO);
  put_string(&messages, IFLA_INFO_KIND, "vxlan");
  size_t data = nest_begin(&messages, IFLA_INFO_DATA);
  put_u32(&messages, IFLA_VXLAN_ID, VNI);
  nest_end(&messages, data);
  nest_end(&messages, info);
  message_end(&messages, start);
  netlink_request(socket, &messages, 1, "create a vxlan");
  messages_free(&messages);
}

void bench_fdb_add(uint32_t count, uint32_t batch) {
  struct ndmsg header = {.ndm_family = AF_BRIDGE,
                         .ndm_ifindex = LINK_INDEX,
                         .ndm_state = NUD_PERMANENT,
                         .ndm_flags = NTF_SELF};
  enter_own_namespace();
  int socket = netlink_open();
  create_vxlan(socket);
  struct messages messages = encode_entries(&header, destination_of, count, batch);
  add_entries(socket, &messages, count, batch, "fdb-add");
}
