#include "message.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

struct messages messages_new(size_t capacity) {
  return (struct messages){.bytes = allocate(1, capacity), .length = 0, .capacity = capacity};
}

void messages_free(struct messages *messages) {
  free(messages->bytes);
  *messages = (struct messages){0};
}

/// The buffer is zeroed at birth and only grows, so padding is zero without being written.
static uint8_t *reserve(struct messages *messages, size_t length) {
  size_t aligned = NLMSG_ALIGN(length);
  if (messages->capacity - messages->length < aligned) fail("encode", ENOBUFS);
  uint8_t *at = messages->bytes + messages->length;
  messages->length += aligned;
  return at;
}

size_t message_begin(struct messages *messages, uint16_t type, uint16_t flags, uint32_t sequence, const void *fixed,
                     size_t fixed_length) {
  size_t start = messages->length;
  struct nlmsghdr header = {.nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | flags, .nlmsg_seq = sequence};
  put_raw(messages, &header, sizeof header);
  put_raw(messages, fixed, fixed_length);
  return start;
}

void message_end(struct messages *messages, size_t start) {
  uint32_t length = (uint32_t)(messages->length - start);
  memcpy(messages->bytes + start, &length, sizeof length);
}

uint8_t *put(struct messages *messages, uint16_t type, const void *payload, size_t length) {
  struct nlattr header = {.nla_len = (uint16_t)(NLA_HDRLEN + length), .nla_type = type};
  uint8_t *at = reserve(messages, NLA_HDRLEN + length);
  memcpy(at, &header, sizeof header);
  if (length > 0) memcpy(at + NLA_HDRLEN, payload, length);
  return at + NLA_HDRLEN;
}

uint8_t *put_u32(struct messages *messages, uint16_t type, uint32_t value) {
  return put(messages, type, &value, sizeof value);
}

void put_string(struct messages *messages, uint16_t type, const char *text) {
  put(messages, type, text, strlen(text) + 1);
}

void put_raw(struct messages *messages, const void *bytes, size_t length) {
  memcpy(reserve(messages, length), bytes, length);
}

size_t nest_begin(struct messages *messages, uint16_t type) {
  size_t start = messages->length;
  put(messages, type | NLA_F_NESTED, NULL, 0);
  return start;
}

void nest_end(struct messages *messages, size_t start) {
  uint16_t length = (uint16_t)(messages->length - start);
  memcpy(messages->bytes + start, &length, sizeof length);
}
