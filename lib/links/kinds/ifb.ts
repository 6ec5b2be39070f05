import { defineLinkKind } from '../kind.ts'

/**
 * Intermediate functional block: tc redirects what arrives at another link to it, so that queueing disciplines, which act on what is sent, can shape it.
 * It has `numTxQueues` queues to be worked on in parallel. Same as `ip link add ifb0 type ifb`.
 */
export const ifb = defineLinkKind('ifb', {}, { module: { config: 'CONFIG_IFB', name: 'ifb' } })
