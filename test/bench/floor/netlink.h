// The least that talks to rtnetlink: send, wait for an acknowledgement, receive and walk a dump.
#pragma once
#include <stdint.h>

#include "message.h"

enum { RECEIVE_BUFFER_SIZE = 32 * 1024 };

/// A blocking socket in the namespace of the calling thread, with extended acks, capped acks and strict checking.
int netlink_open(void);

void netlink_send(int socket, const uint8_t *bytes, size_t length, const char *step);

/// Receives until the message with this sequence is acknowledged; any refusal on the way ends the program with the
/// kernel's reason. The kernel works in order and answers failures unasked: one ack for the last vouches for all.
void netlink_wait_ack(int socket, uint32_t sequence, const char *step);

/// Sends and waits for the ack of `sequence`.
void netlink_request(int socket, const struct messages *messages, uint32_t sequence, const char *step);

/// Whether the message with this sequence ends a batch, and so asks for an ack: each so many messages, and the very last.
int is_last_of_batch(uint32_t sequence, uint32_t count, uint32_t batch);

/// Sends messages of `size` bytes each, with the sequences from 1 on, in batches; waits for the ack of each batch's last.
void netlink_send_batches(int socket, const struct messages *messages, size_t size, uint32_t count, uint32_t batch,
                          const char *step);

/// What a walk touched; `checksum` keeps the compiler from dropping it.
struct walk {
  uint64_t messages;
  uint64_t attributes;
  uint64_t checksum;
};

/// Sends the dump request and walks the header of every message and of every top-level attribute in the replies.
/// `fixed_length` is the length of the replies' own header.
struct walk netlink_dump(int socket, const struct messages *request, size_t fixed_length, const char *step);

struct dumps {
  struct walk walk;
  uint64_t first_ns;
  uint64_t ns;
};

/// Dumps six times: how long the first took, and the median of the others.
struct dumps netlink_dump_often(int socket, const struct messages *request, size_t fixed_length, const char *step);

/// Sends a request that is answered by one message instead of an ack; 0 when the kernel answers ENODEV, else 1.
int netlink_get(int socket, const struct messages *request, const char *step);
