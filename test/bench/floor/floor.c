// The floor: what the kernel and the least possible code in user space take for each benchmark.
//
// Every message is encoded before the clock starts, and the system calls are those that a perfect library needs.
// Each sub-command runs in a network namespace of its own and prints one line of JSON; the machine's links are never
// touched. Needs CAP_SYS_ADMIN and CAP_NET_ADMIN.
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "benchmarks.h"
#include "netlink.h"
#include "setup.h"
#include "support.h"
#include "traffic.h"

static const char usage[] =
    "usage: floor containers [N=100] [queues=1, 0 for the kernel's default] [close|group|leave]\n"
    "       floor veth-pairs [N=1000] [default|one-queue]\n"
    "       floor veth-pairs-up [N=1000] [default|one-queue|tricks]\n"
    "       floor delete-pairs [N=1000] [one|sockets:K|group]\n"
    "       floor route-add [N=100000] [messages per batch=128]\n"
    "       floor route-list [N=100000] [fill|here]   of a namespace of its own, or of the one that this is in\n"
    "       floor neighbor-add [N=100000] [messages per batch=128]\n"
    "       floor fdb-add [N=100000] [messages per batch=128]\n"
    "       floor route-events [N=100000]\n"
    "       floor hear-routes [N=100000]   while the command WRITER adds them, in the namespace that this is in\n"
    "       floor write-routes [N=100000]   over the link with the index 1000, in the namespace that this is in\n"
    "       floor fill-routes [N=100000]   and a veth d0 for them, in the namespace that this is in\n"
    "       floor fill-links [N=2000]   veth pairs, half as many, in the namespace that this is in\n"
    "       floor toggle-link NAME   takes it up for each u of standard input, down for each d, and prints when it was\n"
    "       floor link-list [N=2000] [fill|here]\n"
    "       floor link-get [samples=10000]\n"
    "       floor link-churn [N=100] [ifb|veth]\n"
    "       floor tun-read [SECONDS=2]\n"
    "       floor tun-write [N=20000]\n"
    "       floor tun-cable [SECONDS=3] [plain|vnet]\n"
    "       floor transfer FROM TO [SECONDS=3]   namespaces as files; to 10.0.0.2\n"
    "       floor flood NAMESPACE   sends to 10.0.0.2 for as long as it lives\n"
    "       floor with-tun COMMAND…   a tun as descriptor 3, in the namespace that this is in\n"
    "       floor with-two-tuns plain|vnet COMMAND…   as descriptors 3 and 4, each in a new namespace, 5 and 6\n"
    "       floor expect links|addresses|routes|neighbors|fdb N   fails when there are fewer, in the namespace that this is in\n"
    "       floor here COMMAND…   one that adds or creates, in the namespace that this is in\n"
    "       floor time COMMAND…   from its start to its end; its output goes nowhere\n"
    "       floor with-link COMMAND…   a veth w0 with the index 1000, up, in the namespace that this is in\n"
    "       floor in-namespace COMMAND…   runs a command in a new network namespace with lo up\n";

static _Noreturn void reject(const char *why, const char *argument) {
  fprintf(stderr, "floor: %s \"%s\"\n%s", why, argument, usage);
  exit(2);
}

struct arguments {
  int count;
  char **values;
};

static const char *word(struct arguments arguments, int position, const char *otherwise) {
  return position < arguments.count ? arguments.values[position] : otherwise;
}

static uint32_t parse_number(const char *text) {
  char *end;
  errno = 0;
  unsigned long value = strtoul(text, &end, 10);
  if (errno != 0 || *text == '\0' || *end != '\0' || value > 1000000) reject("not a number up to 1000000:", text);
  return (uint32_t)value;
}

static uint32_t number(struct arguments arguments, int position, uint32_t otherwise) {
  return position < arguments.count ? parse_number(arguments.values[position]) : otherwise;
}

static uint32_t positive(struct arguments arguments, int position, uint32_t otherwise) {
  uint32_t value = number(arguments, position, otherwise);
  if (value == 0) reject("must be positive:", arguments.values[position]);
  return value;
}

static void containers(struct arguments arguments) {
  const char *teardown = word(arguments, 2, "close");
  enum container_teardown how = CLOSE_NAMESPACES;
  if (strcmp(teardown, "group") == 0) {
    how = DELETE_GROUP_FIRST;
  } else if (strcmp(teardown, "leave") == 0) {
    how = LEAVE_TO_THE_KERNEL;
  } else if (strcmp(teardown, "close") != 0) {
    reject("unknown tear-down", teardown);
  }
  bench_containers(positive(arguments, 0, 100), number(arguments, 1, 1), how);
}

/// 0 leaves the queues to the kernel.
static uint32_t parse_queues(const char *how) {
  if (strcmp(how, "default") == 0) return 0;
  if (strcmp(how, "one-queue") == 0) return 1;
  reject("unknown way to create", how);
}

static void veth_pairs(struct arguments arguments) {
  bench_veth_pairs(positive(arguments, 0, 1000), parse_queues(word(arguments, 1, "default")));
}

static void veth_pairs_up(struct arguments arguments) {
  uint32_t count = positive(arguments, 0, 1000);
  const char *how = word(arguments, 1, "default");
  if (strcmp(how, "tricks") == 0) {
    bench_veth_pairs_up_fast(count);
  } else {
    bench_veth_pairs_up(count, parse_queues(how));
  }
}

static void delete_pairs(struct arguments arguments) {
  static const char sockets[] = "sockets:";
  uint32_t count = positive(arguments, 0, 1000);
  const char *how = word(arguments, 1, "group");
  if (strcmp(how, "group") == 0) {
    bench_delete_group(count);
  } else if (strcmp(how, "one") == 0) {
    bench_delete_pairs(count, 1);
  } else if (strncmp(how, sockets, sizeof sockets - 1) == 0) {
    uint32_t threads = parse_number(how + sizeof sockets - 1);
    if (threads == 0) reject("must be positive:", how);
    bench_delete_pairs(count, threads);
  } else {
    reject("unknown way to delete", how);
  }
}

static void route_add(struct arguments arguments) {
  bench_route_add(positive(arguments, 0, 100000), positive(arguments, 1, 128));
}

static int is_here(struct arguments arguments, int position) {
  const char *where = word(arguments, position, "fill");
  if (strcmp(where, "here") == 0) return 1;
  if (strcmp(where, "fill") == 0) return 0;
  reject("unknown namespace", where);
}

static void route_list(struct arguments arguments) {
  uint32_t count = positive(arguments, 0, 100000);
  if (is_here(arguments, 1)) {
    bench_route_list_here(count);
  } else {
    bench_route_list(count);
  }
}

static void neighbor_add(struct arguments arguments) {
  bench_neighbor_add(positive(arguments, 0, 100000), positive(arguments, 1, 128));
}

static void fdb_add(struct arguments arguments) {
  bench_fdb_add(positive(arguments, 0, 100000), positive(arguments, 1, 128));
}

static void run_fill_routes(struct arguments arguments) { fill_routes(positive(arguments, 0, 100000)); }

static void run_fill_links(struct arguments arguments) { fill_pairs(positive(arguments, 0, 2000) / 2); }

static void route_events(struct arguments arguments) { bench_route_events(positive(arguments, 0, 100000)); }

static void run_write_routes(struct arguments arguments) { write_routes(positive(arguments, 0, 100000)); }

static void run_toggle_link(struct arguments arguments);

static void link_list(struct arguments arguments) {
  uint32_t count = positive(arguments, 0, 2000);
  if (is_here(arguments, 1)) {
    bench_link_list_here(count);
  } else {
    bench_link_list(count);
  }
}

static void link_get(struct arguments arguments) { bench_link_get(positive(arguments, 0, 10000)); }

static void link_churn(struct arguments arguments) {
  bench_link_churn(positive(arguments, 0, 100), word(arguments, 1, "ifb"));
}

static void tun_read(struct arguments arguments) { bench_tun_read(positive(arguments, 0, 2)); }

static void tun_write(struct arguments arguments) { bench_tun_write(positive(arguments, 0, 20000)); }

static int parse_vnet(const char *how) {
  if (strcmp(how, "vnet") == 0) return 1;
  if (strcmp(how, "plain") == 0) return 0;
  reject("unknown cable", how);
}

static void tun_cable(struct arguments arguments) {
  bench_tun_cable(positive(arguments, 0, 3), parse_vnet(word(arguments, 1, "plain")));
}

static const char *required(struct arguments arguments, int position) {
  if (position >= arguments.count) reject("something is missing behind", arguments.values[-1]);
  return arguments.values[position];
}

static void run_toggle_link(struct arguments arguments) { toggle_link(required(arguments, 0)); }

static void run_transfer(struct arguments arguments) {
  bench_transfer(required(arguments, 0), required(arguments, 1), positive(arguments, 2, 3));
}

static void run_flood(struct arguments arguments) {
  enter_namespace(required(arguments, 0));
  flood();
}

static void with_tun(struct arguments arguments) {
  required(arguments, 0);
  run_with_tun(arguments.values);
}

static void with_two_tuns(struct arguments arguments) {
  required(arguments, 1);
  run_with_two_tuns(parse_vnet(arguments.values[0]), arguments.values + 1);
}

static void run_hear_routes(struct arguments arguments) {
  char *writer = getenv("WRITER");
  if (writer == NULL) reject("no environment variable", "WRITER");
  hear_routes(positive(arguments, 0, 100000), writer);
}

static void run_expect(struct arguments arguments) {
  expect_objects(required(arguments, 0), positive(arguments, 1, 1));
}

static void time_command(struct arguments arguments) {
  int status;
  required(arguments, 0);
  int nowhere = check(open("/dev/null", O_WRONLY | O_CLOEXEC), "open /dev/null");
  uint64_t start = now_ns();
  check(waitpid(start_child(arguments.values, nowhere), &status, 0), "wait for the command");
  uint64_t ns = now_ns() - start;
  if (status != 0) reject("failed:", arguments.values[0]);
  printf("{\"ns\":%" PRIu64 "}\n", ns);
}

static void with_link(struct arguments arguments) {
  required(arguments, 0);
  create_veth_up(netlink_open(), "w0", "w1", 1000);
  become(arguments.values);
}

static void in_namespace(struct arguments arguments) {
  if (arguments.count == 0) reject("no command after", "in-namespace");
  enter_new_namespace();
  int socket = netlink_open();
  struct messages up = messages_new(64);
  encode_up(&up, LOOPBACK_INDEX, NLM_F_ACK, 1);
  netlink_request(socket, &up, 1, "bring lo up");
  become(arguments.values);
}

static const struct {
  const char *name;
  void (*run)(struct arguments);
} commands[] = {
    {"containers", containers},
    {"delete-pairs", delete_pairs},
    {"route-add", route_add},
    {"route-list", route_list},
    {"link-list", link_list},
    {"link-get", link_get},
    {"link-churn", link_churn},
    {"in-namespace", in_namespace},
    {"tun-read", tun_read},
    {"tun-write", tun_write},
    {"route-events", route_events},
    {"write-routes", run_write_routes},
    {"toggle-link", run_toggle_link},
    {"tun-cable", tun_cable},
    {"transfer", run_transfer},
    {"flood", run_flood},
    {"with-tun", with_tun},
    {"with-two-tuns", with_two_tuns},
    {"veth-pairs", veth_pairs},
    {"veth-pairs-up", veth_pairs_up},
    {"neighbor-add", neighbor_add},
    {"fdb-add", fdb_add},
    {"fill-routes", run_fill_routes},
    {"fill-links", run_fill_links},
    {"with-link", with_link},
    {"hear-routes", run_hear_routes},
    {"time", time_command},
    {"expect", run_expect},
};

int main(int count, char **values) {
  if (count > 1 && strcmp(values[1], "here") == 0) {
    stay_in_namespace();
    count--;
    values++;
  }
  const char *name = count > 1 ? values[1] : "";
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
    if (strcmp(name, commands[i].name) != 0) continue;
    commands[i].run((struct arguments){count - 2, values + 2});
    return 0;
  }
  reject("unknown command", name);
}
