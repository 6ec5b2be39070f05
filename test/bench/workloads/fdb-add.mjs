/** `count` entries of a vxlan's own table in one go. The addresses stand ready as text; the options are made while the clock runs. */
import { Netns } from '../../../dist/index.js'
import { repeat, time } from './clock.mjs'
import { hardwareAddresses } from './hardware-addresses.mjs'

const REMOTES = 250
const { links, fdb } = Netns.current()

export default ({ runs, count }) => {
  const texts = hardwareAddresses(count).map((macAddress, i) => ({ macAddress, remote: `10.0.0.${(i % REMOTES) + 1}` }))
  const addAll = () =>
    Promise.all(texts.map(({ macAddress, remote }) => fdb.add({ link: 'x0', macAddress, remote, state: 'permanent' })))
  return repeat(runs, async () => {
    await links.add({ kind: 'vxlan', name: 'x0', vxlan: { vni: 5 } })
    const ns = await time(addAll)
    await links.delete('x0')
    return { ns }
  })
}
