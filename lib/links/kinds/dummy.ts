import { defineLinkKind } from '../kind.ts'

/** A link that drops what is sent: a place for addresses that should not depend on hardware. Same as `ip link add dummy0 type dummy`. */
export const dummy = defineLinkKind('dummy', {}, { module: { config: 'CONFIG_DUMMY', name: 'dummy' } })
