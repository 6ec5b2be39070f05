import { didYouMean, invalidType, invalidValue, outOfRange } from '../errors.ts'

/** How one setting is written: its file, and both ways between its text and its value. */
interface Setting<T> {
  readonly file: string
  readonly toText: (operation: string, option: string, value: unknown) => string
  readonly toValue: (text: string) => T
}

function switchOf(file: string): Setting<boolean> {
  return {
    file,
    toText: (operation, option, value) => {
      if (typeof value !== 'boolean') throw invalidType(operation, option, 'a boolean', value)
      return value ? '1' : '0'
    },
    toValue: text => text !== '0',
  }
}

function numberOf(file: string, max: number): Setting<number> {
  return {
    file,
    toText: (operation, option, value) => {
      if (typeof value !== 'number') throw invalidType(operation, option, 'a whole number', value)
      if (!Number.isInteger(value) || value < 0 || value > max)
        throw outOfRange(operation, option, `a whole number from 0 to ${max}`, value)
      return String(value)
    },
    toValue: Number,
  }
}

function oneOf<const N extends readonly string[]>(file: string, names: N): Setting<N[number]> {
  return {
    file,
    toText: (operation, option, value) => {
      const number = names.indexOf(value as string)
      if (number >= 0) return String(number)
      const listed = names.map(name => `"${name}"`).join(', ')
      if (typeof value !== 'string') throw invalidType(operation, option, `one of ${listed}`, value)
      throw invalidValue(operation, option, `"${value}" is not one of ${listed}${didYouMean(value, names)}`)
    },
    toValue: text => names[Number(text)] ?? text,
  }
}

/**
 * Settings of a link, below net.ipv4.conf and net.ipv6.conf. The files are those of the kernel's Documentation/networking/ip-sysctl.rst, which also says how `all` and the
 * link's own combine.
 */
export const linkSettings = {
  ipv4: {
    /** Routes packets that arrive here. Default: what `default` had when the link was made; off in a new namespace. */
    forwarding: switchOf('forwarding'),
    /** Reverse-path filter (RFC 3704): drops packets whose source would not be answered this way. The stricter of `all` and the link's own counts. Default `'off'` in the kernel; distributions set `'loose'` or `'strict'`. */
    rpFilter: oneOf('rp_filter', ['off', 'strict', 'loose']),
    /** Takes packets whose source is an address of this host. Default false. */
    acceptLocal: switchOf('accept_local'),
    /** Takes packets to 127.0.0.0/8 that arrive from outside, and routes them. Default false. */
    routeLocalnet: switchOf('route_localnet'),
    /** Tells neighbors, by gratuitous ARP, when the link comes up or its hardware address changes. Default false. */
    arpNotify: switchOf('arp_notify'),
    /** Which ARP requests are answered, 0–8: 0 for any address of this host, 1 for those of the link, 2 for those of the sender's subnet too. Default 0. */
    arpIgnore: numberOf('arp_ignore', 8),
    /** Which source an ARP request names, 0–2: 0 any, 1 one of the target's subnet if possible, 2 the best for the target. Default 0. */
    arpAnnounce: numberOf('arp_announce', 2),
    /** Answers ARP only where the answer would leave by this link. Default false. */
    arpFilter: switchOf('arp_filter'),
    /** Answers ARP for what is routed elsewhere. Default false. */
    proxyArp: switchOf('proxy_arp'),
    /** Follows ICMP redirects. Default true, and not while forwarding. */
    acceptRedirects: switchOf('accept_redirects'),
    /** Sends ICMP redirects. Default true. */
    sendRedirects: switchOf('send_redirects'),
    /** Logs packets with impossible addresses. Default false. */
    logMartians: switchOf('log_martians'),
  },
  ipv6: {
    /** No IPv6 on this link: its addresses and routes go. Default false. */
    disabled: switchOf('disable_ipv6'),
    /** Routes packets that arrive here; on `all`, everywhere. Turns router advertisements off unless `acceptRa` is `'whenForwarding'`. Default false. */
    forwarding: switchOf('forwarding'),
    /** Duplicate address detection. `'disableOnConflict'` turns IPv6 off when the link-local address is taken. Default `'on'`. */
    acceptDad: oneOf('accept_dad', ['off', 'on', 'disableOnConflict']),
    /** Probes of duplicate address detection. Default 1. */
    dadTransmits: numberOf('dad_transmits', 0x7fff_ffff),
    /** Follows router advertisements. `'on'`: while not forwarding. Default `'on'`. */
    acceptRa: oneOf('accept_ra', ['off', 'on', 'whenForwarding']),
    /** Makes addresses of the prefixes that routers advertise. Default true. */
    autoconf: switchOf('autoconf'),
    /** Answers neighbor solicitations for proxy entries. Default false. */
    proxyNdp: switchOf('proxy_ndp'),
    /** Keeps addresses while the link is down. Default false. */
    keepAddressOnDown: switchOf('keep_addr_on_down'),
  },
} as const

/** What getLink reports: settings of a family that the kernel does not have are undefined. */
export type LinkSettings = {
  readonly [F in keyof typeof linkSettings]: {
    readonly [S in keyof (typeof linkSettings)[F]]: (typeof linkSettings)[F][S] extends Setting<infer T> ? T | undefined : never
  }
}

/** What setLink takes. */
export type LinkSettingOptions = {
  [F in keyof LinkSettings]?: { [S in keyof LinkSettings[F]]?: LinkSettings[F][S] }
}

export type LinkSettingFamily = keyof typeof linkSettings

/** The settings of one family, without their types. */
export function settingsOf(family: LinkSettingFamily): Readonly<Record<string, Setting<unknown>>> {
  return linkSettings[family]
}
