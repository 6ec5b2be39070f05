// The messages that more than one benchmark sends.
#pragma once
#include <stdint.h>

#include "message.h"

/// The same in every namespace.
enum { LOOPBACK_INDEX = 1 };

/// `queues` counts for both directions at both ends; 0 leaves them to the kernel (one per CPU). `up` is this end only:
/// the kernel refuses IFF_UP in the peer.
struct veth {
  char name[16];
  uint32_t index;
  uint32_t group;
  uint32_t master;
  char peer_name[16];
  uint32_t peer_index;
  uint32_t peer_group;
  uint32_t queues;
  int up;
  int peer_elsewhere;
};

/// Returns where the descriptor of the peer's namespace belongs, or NULL when the peer stays.
uint8_t *encode_veth(struct messages *messages, const struct veth *veth, uint32_t sequence);

/// A link of a kind that needs no options.
struct plain_link {
  const char *kind;
  char name[16];
  uint32_t index;
  uint32_t group;
  int up;
};

void encode_plain(struct messages *messages, const struct plain_link *link, uint32_t sequence);
void encode_up(struct messages *messages, uint32_t index, uint16_t flags, uint32_t sequence);
void encode_address(struct messages *messages, uint32_t index, uint32_t address, uint8_t prefix_length, uint16_t flags,
                    uint32_t sequence);
void encode_delete(struct messages *messages, uint32_t index, uint32_t sequence);
/// Brings up whatever is in the group.
void encode_group_up(struct messages *messages, uint32_t group, uint32_t sequence);
void encode_delete_group(struct messages *messages, uint32_t group, uint32_t sequence);
void encode_get(struct messages *messages, uint32_t index, uint32_t sequence);

/// Creates `count` links i0, i1, … in this group, with the indexes from `first_index` on. They are of the kind ifb,
/// which even small kernels have.
void create_links(int socket, uint32_t count, uint32_t first_index, uint32_t group);
void delete_group(int socket, uint32_t group);

/// Creates the veth `name` with this index and its peer, both up.
void create_veth_up(int socket, const char *name, const char *peer_name, uint32_t index);
