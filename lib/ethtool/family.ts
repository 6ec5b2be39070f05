import { defineFamily } from '../generic/family.ts'

/** <linux/ethtool_netlink.h>: messages from user space. */
export const ethtoolFamily = defineFamily({
  name: 'ethtool',
  version: 1,
  module: { config: 'CONFIG_ETHTOOL_NETLINK', name: 'ethtool_netlink' },
  commands: {
    getLinkSettings: 2,
    setLinkSettings: 3,
    getModes: 4,
    setModes: 5,
    getLinkState: 6,
    getWakeOnLan: 9,
    setWakeOnLan: 10,
    getFeatures: 11,
    setFeatures: 12,
    getPrivateFlags: 13,
    setPrivateFlags: 14,
    getRings: 15,
    setRings: 16,
    getChannels: 17,
    setChannels: 18,
    getCoalescing: 19,
    setCoalescing: 20,
    getPause: 21,
    setPause: 22,
    getEee: 23,
    setEee: 24,
    getFec: 29,
    setFec: 30,
  },
})
