#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "benchmarks.h"
#include "netlink.h"
#include "setup.h"
#include "support.h"
#include "traffic.h"

enum {
  TUN_INDEX = 1000,
  PREFIX_LENGTH = 24,
  FIRST_ADDRESS = 10 << 24 | 1,  // 10.0.0.1
  SECOND_ADDRESS = FIRST_ADDRESS + 1,
  LARGEST_PACKET = 65536 + 512,
  INHERITED = 3,
  ABOVE_INHERITED = 16,
};

static const char second_address[] = "10.0.0.2";

/// In the namespace of the calling thread. `vnet` asks for packets that nobody has segmented or checksummed yet.
static int open_tun(int vnet) {
  struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
  int index = TUN_INDEX;
  int tun = check(open("/dev/net/tun", O_RDWR | O_CLOEXEC), "open /dev/net/tun");
  if (vnet) request.ifr_flags |= IFF_VNET_HDR;
  check(ioctl(tun, TUNSETIFINDEX, &index), "choose the tun's index");
  check(ioctl(tun, TUNSETIFF, &request), "make a tun");
  if (vnet) check(ioctl(tun, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6), "set offloads");
  return tun;
}

static void set_up_tun(uint32_t address) {
  int socket = netlink_open();
  struct messages messages = messages_new(256);
  encode_up(&messages, TUN_INDEX, 0, 1);
  encode_address(&messages, TUN_INDEX, address, PREFIX_LENGTH, NLM_F_ACK, 2);
  netlink_request(socket, &messages, 2, "set the tun up");
  messages_free(&messages);
  close(socket);
}

static void end_child(pid_t child) {
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
}

static uint64_t read_for(int tun, uint64_t ns) {
  static char packet[LARGEST_PACKET];
  uint64_t packets = 0;
  for (uint64_t end = now_ns() + ns; now_ns() < end; packets++) {
    check((int)read(tun, packet, sizeof packet), "read a packet");
  }
  return packets;
}

void bench_tun_read(uint32_t seconds) {
  enter_new_namespace();
  int tun = open_tun(0);
  set_up_tun(FIRST_ADDRESS);
  pid_t sender = start_flood();
  read_for(tun, 300000000);
  uint64_t start = now_ns();
  uint64_t busy = thread_ns();
  uint64_t packets = read_for(tun, seconds * UINT64_C(1000000000));
  uint64_t ns = now_ns() - start;
  busy = thread_ns() - busy;
  end_child(sender);
  printf("{\"benchmark\":\"tun-read\",\"packets\":%" PRIu64 ",\"ns\":%f,\"main_ns\":%f}\n", packets,
         (double)ns / (double)packets, (double)busy / ((double)ns / 1e9));
}

void bench_tun_write(uint32_t count) {
  // UDP to an address that nobody has, with a wrong checksum.
  static const char packet[60] = {0x45, 0, 0, 60, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 9, 10, 0, 0, 77};
  enter_new_namespace();
  int tun = open_tun(0);
  set_up_tun(FIRST_ADDRESS);
  uint64_t start = now_ns();
  for (uint32_t i = 0; i < count; i++) check((int)write(tun, packet, sizeof packet), "write a packet");
  printf("{\"benchmark\":\"tun-write\",\"packets\":%" PRIu32 ",\"ns\":%f}\n", count,
         (double)(now_ns() - start) / (double)count);
}

/// A tun in each of two new namespaces, which are not connected to anything.
static void open_two_tuns(int namespaces[2], int tuns[2], int vnet) {
  for (uint32_t i = 0; i < 2; i++) {
    enter_new_namespace();
    namespaces[i] = open_current_namespace();
    tuns[i] = open_tun(vnet);
    set_up_tun(FIRST_ADDRESS + i);
  }
}

struct direction {
  int from;
  int to;
};

static void *copy(void *argument) {
  const struct direction *direction = argument;
  char packet[LARGEST_PACKET];
  for (;;) {
    ssize_t length = check((int)read(direction->from, packet, sizeof packet), "read a packet");
    if (write(direction->to, packet, (size_t)length) < 0 && errno != EIO) fail("write a packet", errno);
  }
  return NULL;
}

static void start_copying(struct direction *direction) {
  pthread_t thread;
  int error = pthread_create(&thread, NULL, copy, direction);
  if (error != 0) fail("start a thread", error);
}

void bench_tun_cable(uint32_t seconds, int vnet) {
  int namespaces[2];
  int tuns[2];
  open_two_tuns(namespaces, tuns, vnet);
  static struct direction there, back;  // The threads outlive this function.
  there = (struct direction){tuns[0], tuns[1]};
  back = (struct direction){tuns[1], tuns[0]};
  start_copying(&there);
  start_copying(&back);
  struct transfer done = transfer(namespaces[0], namespaces[1], second_address, seconds);
  printf("{\"benchmark\":\"tun-cable\",\"vnet\":%s,\"bytes\":%" PRIu64 ",\"ns\":%f}\n", vnet ? "true" : "false",
         done.bytes, (double)done.ns / ((double)done.bytes / 1e6));
}

void bench_transfer(const char *from, const char *to, uint32_t seconds) {
  int namespaces[2] = {check(open(from, O_RDONLY | O_CLOEXEC), from), check(open(to, O_RDONLY | O_CLOEXEC), to)};
  struct transfer done = transfer(namespaces[0], namespaces[1], second_address, seconds);
  printf("{\"benchmark\":\"transfer\",\"bytes\":%" PRIu64 ",\"ns\":%f}\n", done.bytes,
         (double)done.ns / ((double)done.bytes / 1e6));
}

/// The descriptors from `INHERITED` on, whatever they were.
static void hand_over(const int *descriptors, int count) {
  int above[4];
  for (int i = 0; i < count; i++) above[i] = check(fcntl(descriptors[i], F_DUPFD_CLOEXEC, ABOVE_INHERITED), "hand over");
  for (int i = 0; i < count; i++) check(dup2(above[i], INHERITED + i), "hand over");
}

void run_with_tun(char **command) {
  int tun = open_tun(0);
  set_up_tun(FIRST_ADDRESS);
  hand_over(&tun, 1);
  become(command);
}

void run_with_two_tuns(int vnet, char **command) {
  int descriptors[4];
  open_two_tuns(descriptors + 2, descriptors, vnet);
  hand_over(descriptors, 4);
  become(command);
}
