#pragma once
#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stdint.h>

#include "../shared/peer.h"

/// Indexes are chosen here: otherwise each link would have to be looked up.
/// What the library's examples take on a system with pages of 4 KiB or more is at most this; the buffer has room for a
/// message beyond it.
enum { BATCH_BYTES = 8192, LARGEST_MESSAGE = 4096 };

enum { LOOPBACK = 1, DEVICE = 10, BRIDGE = 11, FIRST_NEAR = 100000, FIRST_FAR = 200000 };

/// Ends the program, with errno's text, when a call has failed.
void fail(const char *step);
long check(long result, const char *step);

/// A socket in the thread's network namespace, bound as the library's examples have it.
struct mnl_socket *connect_route(void);

/// Messages on their way to a socket, as many in a datagram as the library's buffer holds (its example
/// nfct-create-batch).
struct batch {
  struct mnl_socket *socket;
  struct mnl_nlmsg_batch *messages;
  char buffer[BATCH_BYTES + LARGEST_MESSAGE];
};

void begin(struct batch *batch, struct mnl_socket *socket);
/// The next message, with room for its fixed header. It is acknowledged.
struct nlmsghdr *next_message(struct batch *batch, int type);
/// The message is complete; a batch that is full goes to the kernel, which has carried it out when this returns.
void message_done(struct batch *batch);
void finish(struct batch *batch);

void put_veth(struct batch *batch, const char *near, int near_index, const char *far, int far_index, uint32_t flags);
void put_up(struct batch *batch, int index);
void put_address(struct batch *batch, int index, uint32_t address, int prefix_length);
/// Destination of `prefix_length` bits; a gateway of 0 is none.
void put_route(struct batch *batch, uint32_t destination, int prefix_length, uint32_t gateway);
void add_device(struct mnl_socket *host);

/// How many entries of a dump are such.
int count_listed(struct mnl_socket *host, int type, int family, bool (*matches)(const struct nlmsghdr *message));
int count_links(struct mnl_socket *host);
bool is_main_route(const struct nlmsghdr *message);

void veth_pairs(struct mnl_socket *host, int count);
void veth_pairs_up(struct mnl_socket *host, int count);
void containers(struct mnl_socket *host, int count);
void cold(struct mnl_socket *host, int count);
void route_add(struct mnl_socket *host, int count);
void neighbor_add(struct mnl_socket *host, int count);
void fdb_add(struct mnl_socket *host, int count);
void route_list(struct mnl_socket *host, int count);
void link_list(struct mnl_socket *host, int count);
void route_events(struct mnl_socket *host, int count);
