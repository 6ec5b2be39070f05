#pragma once
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdint.h>

#include "../shared/peer.h"

/// Indexes are chosen here: otherwise each link would have to be looked up.
enum { LOOPBACK = 1, DEVICE = 10, BRIDGE = 11, FIRST_NEAR = 100000, FIRST_FAR = 200000 };

/// Ends the program with what went wrong, when `result` is one of the library's errors.
int check(int result, const char *step);

/// A socket in the thread's network namespace.
struct nl_sock *connect_route(void);

struct nl_addr *ipv4(uint32_t address, int prefix_length);
struct nl_addr *hardware_address(uint32_t number);

/// How many objects of a dump are such.
int count_listed(struct nl_sock *host, int type, int family, int (*matches)(struct nl_object *object));

void add_device(struct nl_sock *host);
int count_links(struct nl_sock *host);
int count_main_routes(struct nl_sock *host);

void veth_pairs(struct nl_sock *host, int count);
void veth_pairs_up(struct nl_sock *host, int count);
void containers(struct nl_sock *host, int count);
void cold(struct nl_sock *host, int count);
void route_add(struct nl_sock *host, int count);
void neighbor_add(struct nl_sock *host, int count);
void fdb_add(struct nl_sock *host, int count);
void route_list(struct nl_sock *host, int count);
void link_list(struct nl_sock *host, int count);
void route_events(struct nl_sock *host, int count);

/// What changes links, for those who make them.
struct rtnl_link;
struct rtnl_link *new_veth(const char *near, int near_index, const char *far, int far_index);
void add_link(struct nl_sock *host, struct rtnl_link *link);
void up(struct nl_sock *socket, int index);
void add_address(struct nl_sock *socket, int index, uint32_t address, int prefix_length);
