/** What is asked of `ip` and `bridge`, as lines of a batch, which are also the words of a command. */
import { hardwareAddress } from '../../../workloads/hardware-addresses.mjs'

const octets = (first, number) => `${first}.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`

export const numbers = count => Array.from({ length: count }, (_, i) => i)

export const pair = i => `link add va${i} type veth peer name vb${i}`

export const pairUp = i => `link add va${i} up type veth peer name vb${i}`

/** Once all pairs are there: what the kernel does later for one that is up would hold up the making of the others. */
export const finishPair = i => [
  `address add ${octets(10, 4 * i + 1)}/30 dev va${i}`,
  `address add ${octets(10, 4 * i + 2)}/30 dev vb${i}`,
  `link set vb${i} up`,
]

export const bridge = 'link add br0 up type bridge'

const queues = 'numtxqueues 1 numrxqueues 1'

/** Beside the bridge; then in the container. */
export const container = i => ({
  name: `c${i}`,
  outside: [`netns add c${i}`, `link add h${i} master br0 up ${queues} type veth peer name eth0 netns c${i} ${queues}`],
  inside: [
    'link set lo up',
    `address add 10.88.${(i + 2) >> 8}.${(i + 2) & 255}/16 dev eth0`,
    'link set eth0 up',
    'route add default via 10.88.0.1',
  ],
})

/** The kernel takes down what is in a namespace that has no name any more. */
export const tearDown = i => `netns delete c${i}`

export const veth = ['link add d0 up type veth peer name d1', 'link set d1 up']
export const vxlan = ['link add x0 type vxlan id 5 dstport 4789']
export const route = i => `route add ${octets(11, i)} dev d0`
export const neighbor = i => `neighbor add ${octets(12, i)} lladdr ${hardwareAddress(i)} dev d0 nud permanent`
export const fdbEntry = i => `fdb add ${hardwareAddress(i)} dev x0 dst 10.0.0.${(i % 250) + 1} self permanent`
