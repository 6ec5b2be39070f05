import { defineFamily } from '../generic/family.ts'

/** <linux/wireguard.h>: enum wg_cmd. */
export const family = defineFamily({
  name: 'wireguard',
  version: 1,
  module: { config: 'CONFIG_WIREGUARD', name: 'wireguard' },
  commands: { get: 0, set: 1 },
})
