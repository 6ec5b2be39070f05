// One function a sub-command. Each enters a namespace of its own, measures once, without warming up, and prints one
// line of JSON with times in ns.
#pragma once
#include <stdint.h>

enum container_teardown { CLOSE_NAMESPACES, DELETE_GROUP_FIRST, LEAVE_TO_THE_KERNEL };

/// `queues` per end of each veth; 0 leaves them to the kernel.
void bench_containers(uint32_t count, uint32_t queues, enum container_teardown teardown);

/// `queues` per end, as above: pairs; and pairs that are up and have addresses at both ends.
void bench_veth_pairs(uint32_t count, uint32_t queues);
void bench_veth_pairs_up(uint32_t count, uint32_t queues);
/// The latter with one queue, without IPv6, and up by one message for all.
void bench_veth_pairs_up_fast(uint32_t count);
/// Creates pairs in the namespace that this is in.
void fill_pairs(uint32_t count);

/// Deletes veth pairs one message at a time, spread over this many sockets with a thread each.
void bench_delete_pairs(uint32_t count, uint32_t sockets);
void bench_delete_group(uint32_t count);

void bench_route_add(uint32_t count, uint32_t batch);
/// Listing: of a namespace that has been filled for it, or of the one that this is in.
void bench_route_list(uint32_t count);
void bench_route_list_here(uint32_t count);
/// A link in a new namespace, up, for routes.
enum { BENCH_GROUP = 7 };
int open_with_link(void);
/// Adds routes over the link that has the index 1000, in the namespace that this is in.
void write_routes(uint32_t count);
/// The same with a veth d0 for them, which it creates.
void fill_routes(uint32_t count);
/// Another process adds routes, and this one listens: ns from the first event to the last.
void bench_route_events(uint32_t count);
/// Counts the routes that a command adds, from its start on: ns until the last.
void hear_routes(uint32_t count, char *writer);
_Noreturn void toggle_link(const char *name);

/// Fails when the namespace that this is in holds fewer of these: links, addresses, routes, neighbors, fdb.
void expect_objects(const char *what, uint32_t count);

/// Permanent neighbors of a veth, and FDB entries of a vxlan.
void bench_neighbor_add(uint32_t count, uint32_t batch);
void bench_fdb_add(uint32_t count, uint32_t batch);

void bench_link_list(uint32_t count);
void bench_link_list_here(uint32_t count);
void bench_link_get(uint32_t samples);
/// Creates and deletes links of this kind (ifb, veth) one after another.
void bench_link_churn(uint32_t count, const char *kind);

/// Reads what a flood sends into a tun: ns a packet.
void bench_tun_read(uint32_t seconds);
/// Writes so many packets to a tun, which the kernel throws away: ns a packet.
void bench_tun_write(uint32_t count);
/// A TCP transfer between two namespaces whose only link is a tun in each, and two threads that copy: ns a megabyte.
void bench_tun_cable(uint32_t seconds, int vnet);
/// The same transfer between two namespaces that somebody else has joined, given as files.
void bench_transfer(const char *from, const char *to, uint32_t seconds);
/// Runs a command that has a tun, which is set up, as descriptor 3.
_Noreturn void run_with_tun(char **command);
/// Runs a command that has a tun in each of two namespaces as descriptors 3 and 4, and the namespaces as 5 and 6.
_Noreturn void run_with_two_tuns(int vnet, char **command);
