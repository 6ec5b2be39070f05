#include <errno.h>
#include <stddef.h>

#include "peer.h"

void begin(struct batch *batch, struct mnl_socket *socket) {
  batch->socket = socket;
  batch->messages = mnl_nlmsg_batch_start(batch->buffer, BATCH_BYTES);
  if (batch->messages == NULL) fail("mnl_nlmsg_batch_start");
}

struct nlmsghdr *next_message(struct batch *batch, int type) {
  struct nlmsghdr *message = mnl_nlmsg_put_header(mnl_nlmsg_batch_current(batch->messages));
  message->nlmsg_type = (uint16_t)type;
  message->nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK;
  return message;
}

static int count_messages(const struct batch *batch) {
  int length = (int)mnl_nlmsg_batch_size(batch->messages);
  int count = 0;
  const struct nlmsghdr *message = mnl_nlmsg_batch_head(batch->messages);
  for (; mnl_nlmsg_ok(message, length); message = mnl_nlmsg_next(message, &length)) count++;
  return count;
}

static int acknowledged(const struct nlmsghdr *message, void *data) {
  const struct nlmsgerr *error = mnl_nlmsg_get_payload(message);
  if (error->error != 0) {
    errno = -error->error;
    return MNL_CB_ERROR;
  }
  --*(int *)data;
  return MNL_CB_OK;
}

/// Sends what there is, and waits for every acknowledgement.
static void submit(struct batch *batch) {
  static mnl_cb_t answers[NLMSG_MIN_TYPE] = {[NLMSG_ERROR] = acknowledged};
  char buffer[BATCH_BYTES];
  int missing = count_messages(batch);
  const void *head = mnl_nlmsg_batch_head(batch->messages);
  check(mnl_socket_sendto(batch->socket, head, mnl_nlmsg_batch_size(batch->messages)), "send a batch");
  while (missing > 0) {
    long length = check(mnl_socket_recvfrom(batch->socket, buffer, sizeof buffer), "receive");
    check(mnl_cb_run2(buffer, (size_t)length, 0, 0, NULL, &missing, answers, NLMSG_MIN_TYPE), "the kernel's answer");
  }
}

void message_done(struct batch *batch) {
  if (mnl_nlmsg_batch_next(batch->messages)) return;
  submit(batch);
  mnl_nlmsg_batch_reset(batch->messages);
}

void finish(struct batch *batch) {
  if (!mnl_nlmsg_batch_is_empty(batch->messages)) submit(batch);
  mnl_nlmsg_batch_stop(batch->messages);
}
