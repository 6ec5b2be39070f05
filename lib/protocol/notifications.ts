/** Messages of <linux/rtnetlink.h> that the kernel sends by itself. */
export const RTM = {
  newLink: 16,
  deleteLink: 17,
  newAddress: 20,
  deleteAddress: 21,
  newRoute: 24,
  deleteRoute: 25,
  newNeighbor: 28,
  deleteNeighbor: 29,
  newRule: 32,
  deleteRule: 33,
  newMulticastGroup: 84,
  deleteMulticastGroup: 85,
  newNamespaceId: 88,
  deleteNamespaceId: 89,
  newNexthop: 104,
  deleteNexthop: 105,
} as const

/** Multicast groups, RTNLGRP_* of <linux/rtnetlink.h>. */
export const GROUP = {
  link: 1,
  neighbor: 3,
  inetAddress: 5,
  inetRoute: 7,
  inetRule: 8,
  inet6Address: 9,
  inet6Route: 11,
  inet6LinkSettings: 12,
  inet6Rule: 19,
  multicastGroup: 26,
  namespaceId: 28,
  nexthop: 32,
} as const
