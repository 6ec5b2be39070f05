// S14. MACsec between two namespaces: what passes the cable in between is encrypted, and of EtherType 0x88e5.
//
//   ip link add link eth0 macsec0 type macsec encrypt on
//   ip macsec add macsec0 tx sa 0 pn 1 on key 01 KEY
//   ip macsec add macsec0 rx port 1 address OTHER;  ip macsec add macsec0 rx port 1 address OTHER sa 0 pn 1 on key 02 OTHER_KEY
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { NetlinkError, Netns } from 'rtnetlink'

const COUNT = 3

export async function main(inspect = async _namespaces => {}) {
  const left = await Netns.create()
  const right = await Netns.create()
  try {
    await left.links.add({ kind: 'veth', name: 'eth0', up: true, veth: { peer: { name: 'eth0', netns: right, up: true } } })
    const [leftEnd, rightEnd] = await Promise.all([addEnd(left, '10.0.14.1/24'), addEnd(right, '10.0.14.2/24')])
    await Promise.all([listenTo(left, rightEnd), listenTo(right, leftEnd)])

    const { received } = await left.ping('10.0.14.2', { count: COUNT, interval: 1 })
    console.log(`${received} of ${COUNT} answered`)
    assert.equal(received, COUNT)
    const { transmitStatistics, receiveChannels } = await left.macsec.get('macsec0')
    const { encryptedPackets: sent = 0 } = transmitStatistics
    const valid = receiveChannels[0]?.statistics?.ok ?? 0
    console.log(`sent encrypted: ${sent} packets; received and valid: ${valid}`)
    assert.ok(sent >= COUNT && valid >= COUNT)
    await inspect({ left, right })
  } catch (error) {
    // A kernel without MACsec refuses the link and the keys, whichever is answered first.
    if (!(error instanceof NetlinkError) || !['EOPNOTSUPP', 'ENOENT'].includes(error.code)) throw error
    console.log(error.message)
  } finally {
    left.close()
    right.close()
  }
}

/** One end, with a key of its own to send with. */
async function addEnd(netns, address) {
  const key = randomBytes(16).toString('hex')
  const [link] = await Promise.all([
    netns.links.add({ kind: 'macsec', name: 'macsec0', link: 'eth0', up: true, macsec: { encrypt: true } }),
    netns.macsec.transmitAssociations.add('macsec0', { number: 0, packetNumber: 1, key, keyId: '01', active: true }),
    netns.addresses.add({ link: 'macsec0', address }),
  ])
  return { sci: link.macsec.sci, key }
}

/** What the other end sends with is what this one receives with. */
async function listenTo(netns, { sci, key }) {
  await Promise.all([
    netns.macsec.receiveChannels.add('macsec0', { sci }),
    netns.macsec.receiveAssociations.add('macsec0', sci, { number: 0, packetNumber: 1, key, keyId: '01', active: true }),
  ])
}

if (process.argv[1] === import.meta.filename) await main()
