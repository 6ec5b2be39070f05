import { defineFamily } from '../generic/family.ts'

/** <linux/if_macsec.h>: enum macsec_nl_commands. */
export const family = defineFamily({
  name: 'macsec',
  version: 1,
  module: { config: 'CONFIG_MACSEC', name: 'macsec' },
  initialCapability: true,
  commands: {
    get: 0,
    addReceiveChannel: 1,
    deleteReceiveChannel: 2,
    setReceiveChannel: 3,
    addTransmitAssociation: 4,
    deleteTransmitAssociation: 5,
    setTransmitAssociation: 6,
    addReceiveAssociation: 7,
    deleteReceiveAssociation: 8,
    setReceiveAssociation: 9,
    setOffload: 10,
  },
})
