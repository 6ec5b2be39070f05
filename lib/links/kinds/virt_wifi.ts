import { defineLinkKind } from '../kind.ts'

/**
 * An Ethernet link, given as `link`, in the guise of a wireless one, for programs that want to see Wi-Fi. It has the parent's hardware address, and no carrier until
 * a wireless tool has joined the one network that it offers: `iw dev wlan0 connect VirtWifi`. From then on it takes all that arrives at the parent.
 * Same as `ip link add link eth0 name wlan0 type virt_wifi`.
 */
export const virtWifi = defineLinkKind(
  'virt_wifi',
  {},
  {
    key: 'virtWifi',
    requiresLink: true,
    refusals: {
      add: {
        EBUSY: '"link" is in use already: as a port of a bridge or bond, or by macvlan, ipvlan or another virt_wifi link',
        EINVAL: '"mtu" must be at most that of "link"',
      },
    },
    module: { config: 'CONFIG_VIRT_WIFI', name: 'virt_wifi' },
  },
)
