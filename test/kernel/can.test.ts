import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Link } from '../../lib/index.ts'
import { shownLink } from '../support/ip.ts'
import { lackOf } from '../support/kernel.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { attachSerialCan } from '../support/serial-can.ts'
import { ip } from '../support/test-namespaces.ts'

afterAll(closeNamespaces)

/** The little that a serial adapter has of all that a controller may have; test/wire/can.test.ts has the rest. */
describe('can', () => {
  const lack = lackOf('can')
  if (lack !== undefined) return it('has what a controller has, as ip has it', context => context.skip(lack))

  let ns: NamedNetns
  let controller: { detach(): Promise<void> }

  beforeAll(async () => {
    ns = await createNamespace()
    controller = await attachSerialCan(ns.name, 'can0')
  })
  afterAll(() => controller.detach())

  const ours = async () => ((await ns.links.get('can0')) as Extract<Link, { kind: 'can' }>).can
  const theirs = () => shownLink(ns.name, 'can0').linkinfo

  it('is read as ip reads it', async () => {
    const { info_kind, info_data, info_xstats } = theirs()
    expect(info_kind).toBe('can')
    expect(await ours()).toMatchObject({
      state: info_data.state.toLowerCase(),
      restartDelay: info_data.restart_ms,
      bitrates: info_data.bitrate_const,
      clock: info_data.clock,
      maxBitrate: 0,
      statistics: {
        busErrors: info_xstats.bus_error,
        errorWarnings: info_xstats.error_warning,
        errorPassives: info_xstats.error_passive,
        busOffs: info_xstats.bus_off,
        arbitrationLosses: info_xstats.arbitration_lost,
        restarts: info_xstats.restarts,
      },
    })
    expect(info_data.ctrlmode_supported).toEqual(['LISTEN-ONLY'])
    expect((await ours()).controlModeExtension?.supported).toEqual(['listenOnly'])
  })

  it('is set to a bit rate, says ip', async () => {
    await ns.links.set('can0', { can: { bitTiming: { bitrate: 500_000 } } })
    expect(theirs().info_data.bittiming_bitrate).toBe(500_000)
    expect((await ours()).bitTiming?.bitrate).toBe(500_000)
  })

  it('is read with the bit rate that ip sets', async () => {
    ip('-n', ns.name, 'link', 'set', 'can0', 'type', 'can', 'bitrate', '125000')
    expect((await ours()).bitTiming?.bitrate).toBe(125_000)
  })

  it('is set to a mode, and back, says ip', async () => {
    await ns.links.set('can0', { can: { controlMode: { listenOnly: true } } })
    expect(theirs().info_data.ctrlmode).toEqual(['LISTEN-ONLY'])
    expect((await ours()).controlMode).toMatchObject({ listenOnly: true, loopback: false })
    await ns.links.set('can0', { can: { controlMode: { listenOnly: false } } })
    expect(theirs().info_data.ctrlmode).toBeUndefined()
  })

  it('is refused what the controller lacks, with the place where that stands', async () => {
    const message = expect.stringContaining('"controlModeExtension.supported" lists the modes')
    await expect(ns.links.set('can0', { can: { controlMode: { loopback: true } } })).rejects.toMatchObject({
      code: 'EOPNOTSUPP',
      message,
    })
    await expect(ns.links.set('can0', { can: { termination: 120 } })).rejects.toMatchObject({ code: 'EOPNOTSUPP', message })
  })

  it('is refused a bit rate that it does not have, in the kernel’s words', async () => {
    await expect(ns.links.set('can0', { can: { bitTiming: { bitrate: 123 } } })).rejects.toMatchObject({
      code: 'EINVAL',
      kernelMessage: expect.stringContaining('not supported'),
    })
  })

  it('is up, and says that some of it changes only while it is down', async () => {
    await ns.links.set('can0', { up: true })
    expect((await ours()).state).toBe('errorActive')
    expect(theirs().info_data.state).toBe('ERROR-ACTIVE')
    const message = expect.stringContaining('change while the link is down')
    await expect(ns.links.set('can0', { can: { bitTiming: { bitrate: 250_000 } } })).rejects.toMatchObject({
      code: 'EBUSY',
      message,
    })
    await ns.links.set('can0', { up: false })
  })

  it('is refused a restart that it does not have, in the kernel’s words', async () => {
    await expect(ns.links.set('can0', { can: { restart: true } })).rejects.toMatchObject({
      code: 'EOPNOTSUPP',
      kernelMessage: expect.stringContaining("doesn't support restart from Bus Off"),
    })
  })
})
