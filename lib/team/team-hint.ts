import type { Hint } from '../protocol/failure.ts'
import { errnoName } from '../values/errno.ts'

const NO_TEAM = 'the link must be a team'
const NO_PORT = 'the link must be a port of the team'
const NO_SUCH_OPTION = 'the team has no such option in its present mode'

/** What the driver's refusals mean, by the driver's name of the option: it says an errno and no word (drivers/net/team). */
const REFUSALS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  mode: {
    EBUSY: 'the mode can only change while the team has no ports',
    EINVAL: `the team is in that mode already, or this kernel lacks it (CONFIG_NET_TEAM_MODE_…; try: modprobe team_mode_…), or ${NO_TEAM}`,
  },
  activeport: { ENOENT: `the mode must be "activebackup", and ${NO_PORT}` },
  bpf_hash_func: { ENOENT: 'the mode must be "loadbalance"', EINVAL: 'this is no program that the kernel takes' },
  lb_tx_method: { ENOENT: 'the mode must be "loadbalance"' },
  lb_tx_hash_to_port_mapping: {
    ENOENT: 'the mode must be "loadbalance"',
    ENODEV: `${NO_PORT}, and enabled`,
  },
  lb_stats_refresh_interval: { ENOENT: 'the mode must be "loadbalance"' },
  enabled: { ENOENT: NO_PORT },
  user_linkup: { ENOENT: NO_PORT },
  user_linkup_enabled: { ENOENT: NO_PORT },
  priority: { ENOENT: NO_PORT },
  queue_id: { ENOENT: NO_PORT, EINVAL: 'it must be below the number of transmit queues of the team' },
}

/** The next step when an option was refused. */
export function optionHint(name: string): Hint {
  return errno => {
    const code = errnoName(errno)
    const fallback: Readonly<Record<string, string>> = {
      ENOENT: NO_SUCH_OPTION,
      EINVAL: NO_TEAM,
      EOPNOTSUPP: 'the option can only be read',
    }
    return REFUSALS[name]?.[code] ?? fallback[code]
  }
}

/** The next step when a team could not be read. */
export const readHint: Hint = errno => (errnoName(errno) === 'EINVAL' ? NO_TEAM : undefined)
