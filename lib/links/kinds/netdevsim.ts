import { defineLinkKind } from '../kind.ts'

/**
 * A port of a simulated network device, for tests of what hardware does (devlink, virtual functions, offloads). `netdevsim.add` of a namespace makes such devices through sysfs.
 * Up to Linux 6.18 at least, such a link does not report its kind: `parentDeviceBusName` is `'netdevsim'`, and `parentDeviceName` `'netdevsim<id>'`.
 */
export const netdevsim = defineLinkKind(
  'netdevsim',
  {},
  {
    module: { config: 'CONFIG_NETDEVSIM', name: 'netdevsim' },
    notCreatable:
      'the kernel makes simulated devices for those who write "ID PORTS QUEUES" to /sys/bus/netdevsim/new_device, as netdevsim.add() of a namespace does',
  },
)
