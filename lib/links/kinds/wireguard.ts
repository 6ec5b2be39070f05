import { defineLinkKind } from '../kind.ts'

/**
 * An encrypting tunnel to any number of peers, over UDP. Of the link itself there is nothing to choose: port, key, peers and the addresses that they may have
 * are set apart from it, as `wg set` does; without them it drops everything. Its UDP socket stays in the namespace where it was made, so one that is moved to
 * another still reaches its peers by way of the first. Same as `ip link add wg0 type wireguard`.
 */
export const wireguard = defineLinkKind('wireguard', {}, { module: { config: 'CONFIG_WIREGUARD', name: 'wireguard' } })
