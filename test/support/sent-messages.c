// To be preloaded: writes to standard error which messages about links each sendmsg has; and, as ECHOES says,
// "lost": has the kernel not say what it made; "none": likewise, and this is a kernel that never does.
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

static const char *echoes(void) {
  const char *set = getenv("ECHOES");
  return set == NULL ? "" : set;
}

static const char *name_of(unsigned short type) {
  switch (type) {
    case RTM_NEWLINK:
      return "newlink ";
    case RTM_GETLINK:
      return "getlink ";
    case RTM_SETLINK:
      return "setlink ";
    case RTM_DELLINK:
      return "dellink ";
    default:
      return "other ";
  }
}

static void write_down(char *messages, size_t length) {
  char line[256] = "sent: ";
  for (size_t at = 0; at + sizeof(struct nlmsghdr) <= length;) {
    struct nlmsghdr *header = (struct nlmsghdr *)(messages + at);
    if (header->nlmsg_len < sizeof(*header)) return;
    if (*echoes() != '\0') header->nlmsg_flags &= (unsigned short)~NLM_F_ECHO;
    strncat(line, name_of(header->nlmsg_type), sizeof(line) - strlen(line) - 2);
    at += NLMSG_ALIGN(header->nlmsg_len);
  }
  strcat(line, "\n");
  if (write(STDERR_FILENO, line, strlen(line)) < 0) _exit(1);
}

static int is_netlink(int fd) {
  int domain = 0;
  socklen_t size = sizeof(domain);
  return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_NETLINK;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  if (is_netlink(fd)) write_down(message->msg_iov->iov_base, message->msg_iov->iov_len);
  return syscall(SYS_sendmsg, fd, message, flags);
}

int uname(struct utsname *name) {
  const int result = (int)syscall(SYS_uname, name);
  if (strcmp(echoes(), "none") == 0) strcpy(name->release, "6.1.0-32-amd64");
  return result;
}
