import { MessageType } from '../native/binding.ts'

const { setLink: _, ...changes } = MessageType

/** Messages of <linux/rtnetlink.h> that the kernel sends by itself. */
export const RTM = { ...changes, newNamespaceId: 88, deleteNamespaceId: 89 } as const

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
