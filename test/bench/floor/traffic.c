#include "traffic.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

const char *const flood_address = "10.0.0.2";

enum {
  HEADERS = 20 + 8,
  PORT = 9000,
  CHUNK = 128 * 1024,
};

void enter_namespace(const char *path) {
  int namespace = check(open(path, O_RDONLY | O_CLOEXEC), path);
  check(setns(namespace, CLONE_NEWNET), "enter a namespace");
  close(namespace);
}

static struct sockaddr_in endpoint(const char *address) {
  struct sockaddr_in endpoint = {.sin_family = AF_INET, .sin_port = htons(PORT)};
  if (inet_pton(AF_INET, address, &endpoint.sin_addr) != 1) fail(address, EINVAL);
  return endpoint;
}

static pid_t fork_child(void) {
  pid_t child = check(fork(), "fork");
  if (child == 0) prctl(PR_SET_PDEATHSIG, SIGKILL);
  return child;
}

void flood(void) {
  static const char payload[FLOOD_PACKET - HEADERS];
  struct sockaddr_in to = endpoint(flood_address);
  int sender = check(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "open a UDP socket");
  check(connect(sender, (struct sockaddr *)&to, sizeof to), "connect the flood");
  for (;;) {
    if (send(sender, payload, sizeof payload, 0) < 0 && errno != ENOBUFS) fail("flood", errno);
  }
}

pid_t start_flood(void) {
  pid_t child = fork_child();
  if (child == 0) flood();
  return child;
}

static _Noreturn void receive(int listener, int report) {
  static char chunk[CHUNK];
  struct transfer done = {0};
  int connection = check(accept(listener, NULL, NULL), "accept");
  uint64_t start = now_ns();
  for (;;) {
    ssize_t length = check((int)recv(connection, chunk, sizeof chunk, 0), "receive");
    if (length == 0) break;
    done.bytes += (uint64_t)length;
  }
  done.ns = now_ns() - start;
  check((int)write(report, &done, sizeof done), "report");
  exit(0);
}

static _Noreturn void send_for(const char *address, uint32_t seconds) {
  static const char chunk[CHUNK];
  struct sockaddr_in to = endpoint(address);
  int connection = check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "open a TCP socket");
  check(connect(connection, (struct sockaddr *)&to, sizeof to), "connect");
  uint64_t end = now_ns() + seconds * UINT64_C(1000000000);
  while (now_ns() < end) check((int)send(connection, chunk, sizeof chunk, 0), "send");
  exit(0);
}

/// The listener is there before anybody connects: it is made by this process, which enters the namespace for it.
static int listen_in(int namespace, int home, const char *address) {
  struct sockaddr_in at = endpoint(address);
  check(setns(namespace, CLONE_NEWNET), "enter the receiver's namespace");
  int listener = check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "open a TCP socket");
  check(bind(listener, (struct sockaddr *)&at, sizeof at), "bind");
  check(listen(listener, 1), "listen");
  check(setns(home, CLONE_NEWNET), "return");
  return listener;
}

struct transfer transfer(int from, int to, const char *address, uint32_t seconds) {
  int report[2];
  int home = open_current_namespace();
  check(pipe(report), "pipe");
  int listener = listen_in(to, home, address);
  pid_t receiver = fork_child();
  if (receiver == 0) receive(listener, report[1]);
  pid_t sender = fork_child();
  if (sender == 0) {
    check(setns(from, CLONE_NEWNET), "enter the sender's namespace");
    send_for(address, seconds);
  }
  struct transfer done;
  close(report[1]);
  if (read(report[0], &done, sizeof done) != sizeof done) fail("transfer", EIO);
  waitpid(sender, NULL, 0);
  waitpid(receiver, NULL, 0);
  close(report[0]);
  close(listener);
  close(home);
  return done;
}
