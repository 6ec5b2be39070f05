#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "benchmarks.h"
#include "netlink.h"
#include "setup.h"
#include "support.h"

enum { FIRST_INDEX = 1000, GROUP = 7 };

static uint32_t index_of(uint32_t pair) { return FIRST_INDEX + 2 * pair; }

static void create_pairs(int socket, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    struct veth veth = {.index = index_of(i), .group = GROUP, .peer_index = index_of(i) + 1, .queues = 1};
    snprintf(veth.name, sizeof veth.name, "a%u", i);
    snprintf(veth.peer_name, sizeof veth.peer_name, "b%u", i);
    struct messages message = messages_new(512);
    encode_veth(&message, &veth, i + 1);
    netlink_request(socket, &message, i + 1, "create a veth pair");
    messages_free(&message);
  }
}

static void print(uint32_t count, const char *how, uint32_t sockets, uint64_t ns) {
  printf("{\"benchmark\":\"delete-pairs\",\"count\":%" PRIu32 ",\"how\":\"%s\",\"sockets\":%" PRIu32 ",\"ns\":%" PRIu64
         "}\n",
         count, how, sockets, ns);
}

struct deletion {
  struct messages *messages;
  uint32_t count;
  atomic_uint next;
  pthread_barrier_t start;
};

/// Takes the next pair that nobody has taken, until none is left.
static void *delete_on_own_socket(void *argument) {
  struct deletion *deletion = argument;
  int socket = netlink_open();
  pthread_barrier_wait(&deletion->start);
  for (;;) {
    uint32_t pair = atomic_fetch_add(&deletion->next, 1);
    if (pair >= deletion->count) return NULL;
    netlink_request(socket, &deletion->messages[pair], pair + 1, "delete a veth pair");
  }
}

static pthread_t *start_threads(struct deletion *deletion, uint32_t count) {
  pthread_t *threads = allocate(count, sizeof *threads);
  for (uint32_t i = 0; i < count; i++) {
    int error = pthread_create(&threads[i], NULL, delete_on_own_socket, deletion);
    if (error != 0) fail("start a thread", error);
  }
  return threads;
}

void bench_delete_pairs(uint32_t count, uint32_t sockets) {
  struct deletion deletion = {.count = count};
  enter_new_namespace();
  create_pairs(netlink_open(), count);
  deletion.messages = allocate(count, sizeof *deletion.messages);
  for (uint32_t i = 0; i < count; i++) {
    deletion.messages[i] = messages_new(64);
    encode_delete(&deletion.messages[i], index_of(i), i + 1);
  }
  pthread_barrier_init(&deletion.start, NULL, sockets + 1);
  pthread_t *threads = start_threads(&deletion, sockets);

  pthread_barrier_wait(&deletion.start);
  uint64_t start = now_ns();
  for (uint32_t i = 0; i < sockets; i++) pthread_join(threads[i], NULL);
  print(count, sockets == 1 ? "one" : "sockets", sockets, now_ns() - start);
}

void bench_delete_group(uint32_t count) {
  enter_new_namespace();
  int socket = netlink_open();
  create_pairs(socket, count);
  uint64_t start = now_ns();
  delete_group(socket, GROUP);
  print(count, "group", 1, now_ns() - start);
}
