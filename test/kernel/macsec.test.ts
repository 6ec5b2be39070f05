import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { MacsecSci, NetlinkError } from '../../lib/index.ts'
import { lackOf } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { ip } from '../support/test-namespaces.ts'

const lack = lackOf('macsec')
const KEY = randomBytes(16).toString('hex')
const OTHER = '02:00:00:00:00:02'
const sci: MacsecSci = { address: OTHER, port: 7 }
/** As `ip` shows it. */
const SCI = '0x200000000020007'

let ns: NamedNetns

beforeEach(async context => {
  if (lack !== undefined) return context.skip(lack)
  ns = await createNamespace()
  await ns.links.add({ kind: 'veth', name: 'eth0', address: '02:00:00:00:00:01' })
  await ns.links.add({ kind: 'macsec', name: 'macsec0', link: 'eth0' })
})
afterAll(closeNamespaces)

const ipMacsec = (...words: string[]) => ip('-n', ns.name, 'macsec', ...words)
const shown = () => JSON.parse(ip('-n', ns.name, '-j', '-s', 'macsec', 'show', 'macsec0'))[0]
const transmitter = { number: 1, packetNumber: 5, key: KEY, keyId: '0a0b' } as const

async function refusal(promise: Promise<unknown>): Promise<NetlinkError> {
  return await promise.then(
    () => expect.fail('it was not refused'),
    error => error,
  )
}

describe('macsec.transmitAssociations', () => {
  it('add a key, as ip shows it', async () => {
    await ns.macsec.transmitAssociations.add('macsec0', { ...transmitter, active: true })
    expect(shown().sa_list).toMatchObject([{ an: 1, pn: 5, active: true, key: '0a0b0000000000000000000000000000' }])
  })

  it('are off unless active is true', async () => {
    await ns.macsec.transmitAssociations.add('macsec0', transmitter)
    expect(shown().sa_list).toMatchObject([{ an: 1, active: false }])
  })

  it('set what can be changed', async () => {
    await ns.macsec.transmitAssociations.add('macsec0', transmitter)
    await ns.macsec.transmitAssociations.set('macsec0', { number: 1, active: true, packetNumber: 9 })
    expect(shown().sa_list).toMatchObject([{ an: 1, pn: 9, active: true }])
  })

  it('delete a key', async () => {
    await ns.macsec.transmitAssociations.add('macsec0', transmitter)
    await ns.macsec.transmitAssociations.delete('macsec0', 1)
    expect(shown().sa_list).toEqual([])
  })

  it('do not delete a key in use, and say what to do', async () => {
    await ns.macsec.transmitAssociations.add('macsec0', { ...transmitter, active: true })
    const error = await refusal(ns.macsec.transmitAssociations.delete('macsec0', 1))
    expect(error).toMatchObject({ code: 'EBUSY', message: expect.stringContaining('set { active: false } first') })
  })

  it('refuse a number that is taken', async () => {
    await ns.macsec.transmitAssociations.add('macsec0', transmitter)
    const error = await refusal(ns.macsec.transmitAssociations.add('macsec0', transmitter))
    expect(error).toMatchObject({ code: 'EBUSY', message: expect.stringContaining('has an association of this number') })
  })

  it('say that a key does not fit the cipher suite, and do not quote it', async () => {
    const key = randomBytes(32).toString('hex')
    const error = await refusal(ns.macsec.transmitAssociations.add('macsec0', { ...transmitter, key }))
    expect(error).toMatchObject({ code: 'EINVAL', message: expect.stringContaining('16 bytes with a cipher suite of 128 bits') })
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(key)
  })

  it.each([
    [{ packetNumber: undefined }, 'option "packetNumber" is required to send'],
    [{ key: undefined }, 'option "key" is required'],
    [{ keyId: undefined }, 'option "keyId" is required'],
    [{ number: undefined }, 'option "number" is required'],
    [{ number: 4 }, 'option "number": allowed is a whole number from 0 to 3, got 4'],
    [{ packetNumber: 0 }, 'option "packetNumber": allowed is a whole number from 1 to 4294967295, got 0'],
    [{ keyId: 'xyz' }, 'option "keyId": expected up to 16 bytes as hex digits, got "xyz"'],
    [{ keyID: '01' }, 'unknown option "keyID" (did you mean "keyId"?)'],
  ])('refuse %j before anything is sent', async (wrong, message) => {
    await expect(ns.macsec.transmitAssociations.add('macsec0', { ...transmitter, ...wrong } as never)).rejects.toThrow(message)
    expect(shown().sa_list).toEqual([])
  })

  it('quote no key that they refuse', async () => {
    const key = KEY.slice(2)
    const error = await refusal(ns.macsec.transmitAssociations.add('macsec0', { ...transmitter, key }))
    expect(error.message).toContain('option "key"')
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(key)
  })

  it('take packet numbers of 64 bits, salt and ssci with an xpn suite', async () => {
    await ns.links.add({ kind: 'macsec', name: 'macsec1', link: 'eth0', macsec: { port: 3, cipherSuite: 'gcm-aes-xpn-128' } })
    const salt = randomBytes(12).toString('hex')
    await ns.macsec.transmitAssociations.add('macsec1', { ...transmitter, packetNumber: 2n ** 32n + 7n, ssci: 0x1234, salt })
    const [device] = JSON.parse(ip('-n', ns.name, '-j', '-s', 'macsec', 'show', 'macsec1'))
    // iproute2 6.1 shows the lower half of the packet number.
    expect(device.sa_list).toMatchObject([{ an: 1, pn: 7, ssci: '0x1234' }])
    const [association] = (await ns.macsec.get('macsec1')).transmitAssociations
    expect(association).toMatchObject({ number: 1, packetNumber: 2n ** 32n + 7n, ssci: 0x1234 })
  })
})

describe('macsec.receiveChannels and receiveAssociations', () => {
  it('add a channel and a key, as ip shows them', async () => {
    await Promise.all([
      ns.macsec.receiveChannels.add('macsec0', { sci }),
      ns.macsec.receiveAssociations.add('macsec0', sci, { ...transmitter, active: true }),
    ])
    expect(shown().rx_sc).toMatchObject([
      { sci: SCI, active: true, sa_list: [{ an: 1, pn: 5, active: true, key: '0a0b0000000000000000000000000000' }] },
    ])
  })

  it('change them', async () => {
    await ns.macsec.receiveChannels.add('macsec0', { sci })
    await ns.macsec.receiveAssociations.add('macsec0', sci, transmitter)
    await ns.macsec.receiveChannels.set('macsec0', { sci, active: false })
    await ns.macsec.receiveAssociations.set('macsec0', sci, { number: 1, active: true, packetNumber: 8 })
    expect(shown().rx_sc).toMatchObject([{ sci: SCI, active: false, sa_list: [{ an: 1, pn: 8, active: true }] }])
  })

  it('delete them', async () => {
    await ns.macsec.receiveChannels.add('macsec0', { sci })
    await ns.macsec.receiveAssociations.add('macsec0', sci, transmitter)
    await ns.macsec.receiveAssociations.delete('macsec0', sci, 1)
    expect(shown().rx_sc[0].sa_list).toEqual([])
    await ns.macsec.receiveChannels.delete('macsec0', sci)
    expect(shown().rx_sc).toEqual([])
  })

  it('say that a channel is there already, or is not there', async () => {
    await ns.macsec.receiveChannels.add('macsec0', { sci })
    expect(await refusal(ns.macsec.receiveChannels.add('macsec0', { sci }))).toMatchObject({ code: 'EEXIST' })
    const other = { ...sci, port: 8 }
    const error = await refusal(ns.macsec.receiveAssociations.add('macsec0', other, transmitter))
    expect(error).toMatchObject({ code: 'ENODEV', message: expect.stringContaining('there is no such channel') })
  })

  it.each([
    [{ sci: { address: OTHER } }, 'option "sci.port" is required'],
    [{}, 'option "sci" is required'],
    [{ sci: { address: '02:00', port: 1 } }, 'option "sci.address"'],
  ])('refuse %j before anything is sent', async (options, message) => {
    await expect(ns.macsec.receiveChannels.add('macsec0', options as never)).rejects.toThrow(message)
  })
})

describe('macsec.get', () => {
  it('reads what ip set', async () => {
    ipMacsec('add', 'macsec0', 'tx', 'sa', '0', 'pn', '3', 'on', 'key', '01', KEY)
    ipMacsec('add', 'macsec0', 'rx', 'port', '7', 'address', OTHER)
    ipMacsec('add', 'macsec0', 'rx', 'port', '7', 'address', OTHER, 'sa', '2', 'pn', '4', 'on', 'key', '02', KEY)
    const device = await ns.macsec.get('macsec0')
    expect(device).toMatchObject({
      link: (await ns.links.get('macsec0')).index,
      secy: {
        sci: { address: '02:00:00:00:00:01', port: 1 },
        cipherSuite: 'gcm-aes-128',
        icvLength: 16,
        encodingSa: 0,
        operational: true,
        protect: true,
        encrypt: false,
        sendSci: true,
        validation: 'strict',
        replayProtect: false,
      },
      transmitAssociations: [{ number: 0, packetNumber: 3, active: true, keyId: '01000000000000000000000000000000' }],
      receiveChannels: [
        {
          sci,
          active: true,
          associations: [{ number: 2, packetNumber: 4, active: true, keyId: '02000000000000000000000000000000' }],
        },
      ],
      offload: { type: 'off' },
      statistics: { receivedNoTag: 0 },
      transmitStatistics: { encryptedPackets: 0 },
    })
  })

  it('tells one device of several, by name and by index', async () => {
    await ns.links.add({ kind: 'macsec', name: 'macsec1', link: 'eth0', macsec: { port: 3 } })
    const { index } = await ns.links.get('macsec1')
    expect((await ns.macsec.get('macsec1')).secy.sci?.port).toBe(3)
    expect((await ns.macsec.get(index)).secy.sci?.port).toBe(3)
    expect((await ns.macsec.list()).map(device => device.secy.sci?.port).sort()).toEqual([1, 3])
  })

  it('says that a link is no macsec, or not there', async () => {
    expect(await refusal(ns.macsec.get('eth0'))).toMatchObject({ code: 'ENODEV', option: 'link' })
    expect(await refusal(ns.macsec.get('nothing'))).toMatchObject({ code: 'ENODEV' })
  })
})

describe('macsec.setOffload', () => {
  it('says that the link below cannot do that', async () => {
    const error = await refusal(ns.macsec.setOffload('macsec0', 'mac'))
    expect(error).toMatchObject({ code: 'EOPNOTSUPP', operation: 'macsec.setOffload' })
  })

  it('takes what is so already', async () => {
    await ns.macsec.setOffload('macsec0', 'off')
    expect((await ns.macsec.get('macsec0')).offload).toMatchObject({ type: 'off' })
  })
})
