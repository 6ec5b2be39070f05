#include "netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "support.h"

static void enable(int socket, int option, const char *step) {
  int on = 1;
  check(setsockopt(socket, SOL_NETLINK, option, &on, sizeof on), step);
}

int netlink_open(void) {
  int fd = check(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), "open a netlink socket");
  enable(fd, NETLINK_EXT_ACK, "NETLINK_EXT_ACK");
  enable(fd, NETLINK_CAP_ACK, "NETLINK_CAP_ACK");
  enable(fd, NETLINK_GET_STRICT_CHK, "NETLINK_GET_STRICT_CHK");
  return fd;
}

void netlink_send(int socket, const uint8_t *bytes, size_t length, const char *step) {
  ssize_t sent = send(socket, bytes, length, 0);
  if (sent < 0) fail(step, errno);
  if ((size_t)sent != length) fail(step, EMSGSIZE);
}

static size_t receive(int socket, uint8_t *buffer, const char *step) {
  ssize_t length = recv(socket, buffer, RECEIVE_BUFFER_SIZE, MSG_TRUNC);
  if (length < 0) fail(step, errno);
  if (length > RECEIVE_BUFFER_SIZE) fail(step, EMSGSIZE);
  return (size_t)length;
}

/// The kernel's own words in an error reply, or an empty string.
static const char *kernel_text(const struct nlmsghdr *header) {
  if (!(header->nlmsg_flags & NLM_F_ACK_TLVS)) return "";
  const struct nlmsgerr *error = NLMSG_DATA(header);
  size_t offset = NLMSG_HDRLEN + sizeof *error;
  if (!(header->nlmsg_flags & NLM_F_CAPPED)) offset += NLMSG_ALIGN(error->msg.nlmsg_len - NLMSG_HDRLEN);
  while (offset + NLA_HDRLEN <= header->nlmsg_len) {
    const struct nlattr *attribute = (const struct nlattr *)((const uint8_t *)header + offset);
    if (attribute->nla_len < NLA_HDRLEN) break;
    if ((attribute->nla_type & NLA_TYPE_MASK) == NLMSGERR_ATTR_MSG) return (const char *)attribute + NLA_HDRLEN;
    offset += NLA_ALIGN(attribute->nla_len);
  }
  return "";
}

/// The positive errno in an error reply, 0 for an acknowledgement.
static int reply_error(const struct nlmsghdr *header) {
  const struct nlmsgerr *error = NLMSG_DATA(header);
  return -error->error;
}

static _Noreturn void refused(const struct nlmsghdr *header, const char *step) {
  fprintf(stderr, "floor: %s: message %u: %s %s\n", step, header->nlmsg_seq, strerror(reply_error(header)),
          kernel_text(header));
  exit(1);
}

void netlink_wait_ack(int socket, uint32_t sequence, const char *step) {
  _Alignas(struct nlmsghdr) uint8_t buffer[RECEIVE_BUFFER_SIZE];
  for (;;) {
    int length = (int)receive(socket, buffer, step);
    for (struct nlmsghdr *header = (void *)buffer; NLMSG_OK(header, length); header = NLMSG_NEXT(header, length)) {
      if (header->nlmsg_type != NLMSG_ERROR) continue;
      if (reply_error(header) != 0) refused(header, step);
      if (header->nlmsg_seq == sequence) return;
    }
  }
}

void netlink_request(int socket, const struct messages *messages, uint32_t sequence, const char *step) {
  netlink_send(socket, messages->bytes, messages->length, step);
  netlink_wait_ack(socket, sequence, step);
}

int is_last_of_batch(uint32_t sequence, uint32_t count, uint32_t batch) {
  return sequence % batch == 0 || sequence == count;
}

void netlink_send_batches(int socket, const struct messages *messages, size_t size, uint32_t count, uint32_t batch,
                          const char *step) {
  for (uint32_t done = 0; done < count; done += batch) {
    uint32_t now = count - done < batch ? count - done : batch;
    netlink_send(socket, messages->bytes + (size_t)done * size, (size_t)now * size, step);
    netlink_wait_ack(socket, done + now, step);
  }
}

static void walk_attributes(const struct nlmsghdr *header, size_t fixed_length, struct walk *walk) {
  const uint8_t *at = (const uint8_t *)header + NLMSG_HDRLEN + NLMSG_ALIGN(fixed_length);
  const uint8_t *end = (const uint8_t *)header + header->nlmsg_len;
  while (end - at >= NLA_HDRLEN) {
    const struct nlattr *attribute = (const struct nlattr *)at;
    if (attribute->nla_len < NLA_HDRLEN) fail("walk attributes", EBADMSG);
    walk->attributes += 1;
    walk->checksum += attribute->nla_type ^ (uint32_t)attribute->nla_len << 16;
    at += NLA_ALIGN(attribute->nla_len);
  }
}

struct walk netlink_dump(int socket, const struct messages *request, size_t fixed_length, const char *step) {
  _Alignas(struct nlmsghdr) static uint8_t buffer[RECEIVE_BUFFER_SIZE];
  struct walk walk = {0};
  netlink_send(socket, request->bytes, request->length, step);
  for (;;) {
    int length = (int)receive(socket, buffer, step);
    for (struct nlmsghdr *header = (void *)buffer; NLMSG_OK(header, length); header = NLMSG_NEXT(header, length)) {
      if (header->nlmsg_flags & NLM_F_DUMP_INTR) fail(step, EINTR);
      if (header->nlmsg_type == NLMSG_ERROR) refused(header, step);
      if (header->nlmsg_type == NLMSG_DONE) return walk;
      walk.messages += 1;
      walk_attributes(header, fixed_length, &walk);
    }
  }
}

struct dumps netlink_dump_often(int socket, const struct messages *request, size_t fixed_length, const char *step) {
  enum { WARM = 5 };
  struct dumps dumps = {0};
  uint64_t times[WARM + 1];
  for (uint32_t i = 0; i <= WARM; i++) {
    uint64_t start = now_ns();
    dumps.walk = netlink_dump(socket, request, fixed_length, step);
    times[i] = now_ns() - start;
  }
  dumps.first_ns = times[0];
  sort(times + 1, WARM);
  dumps.ns = times[1 + WARM / 2];
  return dumps;
}

int netlink_get(int socket, const struct messages *request, const char *step) {
  _Alignas(struct nlmsghdr) uint8_t buffer[RECEIVE_BUFFER_SIZE];
  netlink_send(socket, request->bytes, request->length, step);
  receive(socket, buffer, step);
  struct nlmsghdr *header = (void *)buffer;
  if (header->nlmsg_type != NLMSG_ERROR) return 1;
  if (reply_error(header) == ENODEV) return 0;
  refused(header, step);
}
