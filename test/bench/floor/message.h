// Builds netlink messages one behind another in one buffer, so that a whole batch is one sendmsg.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// A fixed capacity that never moves, so pointers into it stay valid; writing beyond it ends the program.
struct messages {
  uint8_t *bytes;
  size_t length;
  size_t capacity;
};

struct messages messages_new(size_t capacity);
void messages_free(struct messages *messages);

/// Begins a request; NLM_F_REQUEST is implied. `fixed` is the message's own header (ifinfomsg, rtmsg, …).
/// Returns where the message starts, for message_end.
size_t message_begin(struct messages *messages, uint16_t type, uint16_t flags, uint32_t sequence, const void *fixed,
                     size_t fixed_length);
void message_end(struct messages *messages, size_t start);

/// Appends an attribute and returns where its payload stands, for values that are known only later.
uint8_t *put(struct messages *messages, uint16_t type, const void *payload, size_t length);
uint8_t *put_u32(struct messages *messages, uint16_t type, uint32_t value);
void put_string(struct messages *messages, uint16_t type, const char *text);

/// Appends bytes without an attribute header: VETH_INFO_PEER holds an ifinfomsg before its attributes.
void put_raw(struct messages *messages, const void *bytes, size_t length);

/// Everything between begin and end is nested; `start` is what begin returned.
size_t nest_begin(struct messages *messages, uint16_t type);
void nest_end(struct messages *messages, size_t start);
