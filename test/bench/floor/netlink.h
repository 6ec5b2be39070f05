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

/// What a walk touched; `checksum` keeps the compiler from dropping it.
struct walk {
  uint64_t messages;
  uint64_t attributes;
  uint64_t checksum;
};

/// Sends the dump request and walks the header of every message and of every top-level attribute in the replies.
/// `fixed_length` is the length of the replies' own header.
struct walk netlink_dump(int socket, const struct messages *request, size_t fixed_length, const char *step);

/// Sends a request that is answered by one message instead of an ack; 0 when the kernel answers ENODEV, else 1.
int netlink_get(int socket, const struct messages *request, const char *step);
