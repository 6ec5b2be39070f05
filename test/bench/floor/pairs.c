#include <fcntl.h>
#include <inttypes.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <unistd.h>

#include "benchmarks.h"
#include "netlink.h"
#include "setup.h"
#include "support.h"

enum {
  FIRST_INDEX = 1000,
  GROUP = 7,
  PREFIX_LENGTH = 30,
  FIRST_SUBNET = 10 << 24,  // 10.0.0.0
  MESSAGES = 3,
  BATCH = 32,
};

static uint32_t index_of(uint32_t pair) { return FIRST_INDEX + 2 * pair; }

static uint32_t subnet_of(uint32_t pair) { return FIRST_SUBNET + 4 * pair; }

static struct veth pair_of(uint32_t pair, uint32_t queues) {
  struct veth veth = {.index = index_of(pair), .peer_index = index_of(pair) + 1, .queues = queues};
  snprintf(veth.name, sizeof veth.name, "va%u", pair);
  snprintf(veth.peer_name, sizeof veth.peer_name, "vb%u", pair);
  return veth;
}

/// A pair is one request: the next one waits for RTNL anyway, and a batch gains nothing.
struct request {
  struct messages messages;
  uint32_t last;
};

static struct request *encode_pairs(uint32_t count, uint32_t queues) {
  struct request *requests = allocate(count, sizeof *requests);
  for (uint32_t i = 0; i < count; i++) {
    struct veth veth = pair_of(i, queues);
    requests[i] = (struct request){messages_new(512), i + 1};
    encode_veth(&requests[i].messages, &veth, requests[i].last);
  }
  return requests;
}

static uint64_t send_all(int socket, const struct request *requests, uint32_t count) {
  uint64_t start = now_ns();
  for (uint32_t i = 0; i < count; i++) {
    netlink_request(socket, &requests[i].messages, requests[i].last, "set up a veth pair");
  }
  return now_ns() - start;
}

void fill_pairs(uint32_t count) { send_all(netlink_open(), encode_pairs(count, 0), count); }

void bench_veth_pairs(uint32_t count, uint32_t queues) {
  enter_own_namespace();
  int socket = netlink_open();
  uint64_t ns = send_all(socket, encode_pairs(count, queues), count);
  printf("{\"benchmark\":\"veth-pairs\",\"count\":%" PRIu32 ",\"queues\":%" PRIu32 ",\"ns\":%" PRIu64 "}\n", count,
         queues, ns);
}

/// Both addresses of a pair; the last message asks for an ack.
static uint32_t encode_addresses(struct messages *messages, const struct veth *veth, uint32_t subnet,
                                 uint32_t sequence) {
  encode_address(messages, veth->index, subnet + 1, PREFIX_LENGTH, 0, sequence);
  encode_address(messages, veth->peer_index, subnet + 2, PREFIX_LENGTH, NLM_F_ACK, sequence + 1);
  return sequence + 1;
}

/// One end is born up; the kernel refuses that for the peer, which a message of its own brings up.
static struct request *encode_pairs_half_up(uint32_t count, uint32_t queues) {
  struct request *requests = allocate(count, sizeof *requests);
  for (uint32_t i = 0; i < count; i++) {
    struct veth veth = pair_of(i, queues);
    veth.up = 1;
    requests[i] = (struct request){messages_new(512), i + 1};
    encode_veth(&requests[i].messages, &veth, requests[i].last);
  }
  return requests;
}

/// What each pair gets once all are there, in batches whose last message asks for an ack.
static struct request *encode_batches(uint32_t count, void (*encode)(struct request *, uint32_t pair, uint16_t ack)) {
  struct request *requests = allocate(count / BATCH + 1, sizeof *requests);
  for (uint32_t i = 0; i < count; i++) {
    struct request *request = &requests[i / BATCH];
    if (i % BATCH == 0) request->messages = messages_new(BATCH * 128);
    encode(request, i, is_last_of_batch(i + 1, count, BATCH) ? NLM_F_ACK : 0);
  }
  return requests;
}

static void encode_both_addresses(struct request *request, uint32_t pair, uint16_t ack) {
  uint32_t first = index_of(pair);
  encode_address(&request->messages, first, subnet_of(pair) + 1, PREFIX_LENGTH, 0, ++request->last);
  encode_address(&request->messages, first + 1, subnet_of(pair) + 2, PREFIX_LENGTH, ack, ++request->last);
}

static void encode_peer_up(struct request *request, uint32_t pair, uint16_t ack) {
  encode_up(&request->messages, index_of(pair) + 1, ack, ++request->last);
}

static struct request *encode_grouped_pairs(uint32_t count) {
  struct request *requests = allocate(count, sizeof *requests);
  for (uint32_t i = 0; i < count; i++) {
    struct veth veth = pair_of(i, 1);
    struct messages *messages = &requests[i].messages;
    uint32_t first = i * MESSAGES + 1;
    veth.group = veth.peer_group = GROUP;
    *messages = messages_new(512);
    encode_veth(messages, &veth, first);
    requests[i].last = encode_addresses(messages, &veth, subnet_of(i), first + 1);
  }
  return requests;
}

static void print_pairs_up(uint32_t count, const char *how, uint64_t ns) {
  printf("{\"benchmark\":\"veth-pairs-up\",\"count\":%" PRIu32 ",\"how\":\"%s\",\"ns\":%" PRIu64 "}\n", count, how, ns);
}

/// First all pairs, then their addresses, then the other ends: what the kernel does later for a pair that is up, under
/// the same lock, then does not hold up the making of the others.
void bench_veth_pairs_up(uint32_t count, uint32_t queues) {
  enter_own_namespace();
  int socket = netlink_open();
  struct request *pairs = encode_pairs_half_up(count, queues);
  struct request *addresses = encode_batches(count, encode_both_addresses);
  struct request *ups = encode_batches(count, encode_peer_up);
  uint32_t batches = (count + BATCH - 1) / BATCH;
  uint64_t ns = send_all(socket, pairs, count);
  ns += send_all(socket, addresses, batches);
  ns += send_all(socket, ups, batches);
  print_pairs_up(count, queues == 0 ? "default" : "one-queue", ns);
}

static void turn_off_ipv6(void) {
  int setting = check(open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY | O_CLOEXEC), "open disable_ipv6");
  check((int)write(setting, "1", 1), "turn IPv6 off");
  close(setting);
}

void bench_veth_pairs_up_fast(uint32_t count) {
  enter_own_namespace();
  turn_off_ipv6();
  int socket = netlink_open();
  struct request *requests = encode_grouped_pairs(count);
  struct messages up = messages_new(64);
  encode_group_up(&up, GROUP, 1);
  uint64_t ns = send_all(socket, requests, count);
  uint64_t start = now_ns();
  netlink_request(socket, &up, 1, "bring the group up");
  print_pairs_up(count, "tricks", ns + now_ns() - start);
}
