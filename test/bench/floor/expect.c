#include <errno.h>
#include <inttypes.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "benchmarks.h"
#include "netlink.h"
#include "support.h"

/// How each kind of object is dumped; `header` is that of IPv4, or of bridges.
static const struct {
  const char *name;
  uint16_t type;
  size_t header_length;
  uint8_t family;
  uint8_t table;
} kinds[] = {
    {"links", RTM_GETLINK, sizeof(struct ifinfomsg), AF_UNSPEC, 0},
    {"addresses", RTM_GETADDR, sizeof(struct ifaddrmsg), AF_INET, 0},
    {"routes", RTM_GETROUTE, sizeof(struct rtmsg), AF_INET, RT_TABLE_MAIN},
    {"neighbors", RTM_GETNEIGH, sizeof(struct ndmsg), AF_INET, 0},
    {"fdb", RTM_GETNEIGH, sizeof(struct ndmsg), AF_BRIDGE, 0},
};

static uint64_t count_objects(size_t kind) {
  union {
    struct rtmsg route;
    uint8_t bytes[sizeof(struct ifinfomsg)];
  } header = {.route = {.rtm_family = kinds[kind].family, .rtm_table = kinds[kind].table}};
  struct messages dump = messages_new(64);
  message_end(&dump, message_begin(&dump, kinds[kind].type, NLM_F_DUMP, 1, &header, kinds[kind].header_length));
  uint64_t count = netlink_dump(netlink_open(), &dump, kinds[kind].header_length, kinds[kind].name).messages;
  messages_free(&dump);
  return count;
}

void expect_objects(const char *what, uint32_t count) {
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (strcmp(what, kinds[i].name) != 0) continue;
    uint64_t found = count_objects(i);
    if (found >= count) return;
    fprintf(stderr, "floor: the namespace holds %" PRIu64 " %s instead of %" PRIu32 "\n", found, what, count);
    exit(1);
  }
  fail(what, EINVAL);
}
