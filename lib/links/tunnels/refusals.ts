/** What is left of the answers without a word of tunnels over IPv4, once options were checked; `same`: what two must not share. */
export function tunnelRefusals(same: string) {
  return refusals(same, 'CONFIG_NET_FOU_IP_TUNNELS', 'fou')
}

/** And of those over IPv6. */
export function tunnel6Refusals(same: string) {
  return refusals(same, 'CONFIG_IPV6_FOU_TUNNEL', 'fou6')
}

function refusals(same: string, config: string, module: string) {
  const EEXIST = `another tunnel of this namespace has the same ${same}`
  const encapsulation = `"encapsulation" needs ${config} (try: modprobe ${module})`
  return {
    add: { EEXIST, EINVAL: encapsulation },
    set: { EEXIST, EINVAL: `${encapsulation}; and the tunnel that the kernel itself makes in a namespace cannot be changed` },
  } as const
}
