import { describe, expect, it } from 'vitest'
import { decodeNewLink, encodeLink, given, lines, newLink } from '../support/wire.ts'

const GATEWAY = `
          08 00 01 00  00 00 00 00   # IFLA_AMT_MODE = 0
          06 00 02 00  08 dd 00 00   # IFLA_AMT_RELAY_PORT = 2269, network order
          06 00 03 00  08 de 00 00   # IFLA_AMT_GATEWAY_PORT = 2270, network order
          08 00 04 00  03 00 00 00   # IFLA_AMT_LINK = 3
          08 00 05 00  0a 00 00 01   # IFLA_AMT_LOCAL_IP = 10.0.0.1
          08 00 07 00  0a 00 00 02   # IFLA_AMT_DISCOVERY_IP = 10.0.0.2
          08 00 08 00  07 00 00 00   # IFLA_AMT_MAX_TUNNELS = 7`

const gateway = {
  mode: 'gateway',
  relayPort: 2269,
  gatewayPort: 2270,
  link: 3,
  local: '10.0.0.1',
  discovery: '10.0.0.2',
  maxTunnels: 7,
}

const add = (amt: object | undefined) => encodeLink({ name: 'a0', kind: 'amt', amt })

describe('amt on the wire', () => {
  it('sends the attributes that ip sends', () => {
    const bytes = newLink(`
      07 00 03 00  61 30 00 00   # IFLA_IFNAME = "a0"
      48 00 12 80   # IFLA_LINKINFO
        08 00 01 00  61 6d 74 00   # IFLA_INFO_KIND = "amt"
        3c 00 02 80   # IFLA_INFO_DATA${GATEWAY}`)
    expect(lines(add(gateway))).toEqual(lines(bytes))
  })

  it('reads what Linux 6.12 reports of a gateway', () => {
    const bytes = newLink(`
      48 00 12 00   # IFLA_LINKINFO
        08 00 01 00  61 6d 74 00   # IFLA_INFO_KIND = "amt"
        3c 00 02 00   # IFLA_INFO_DATA${GATEWAY}`)
    expect((given(decodeNewLink(bytes)) as { amt?: object }).amt).toEqual(gateway)
  })

  it('reads the relay that answered', () => {
    const bytes = newLink(`
      18 00 12 00   # IFLA_LINKINFO
        08 00 01 00  61 6d 74 00   # IFLA_INFO_KIND = "amt"
        0c 00 02 00   # IFLA_INFO_DATA
          08 00 06 00  0a 00 00 03   # IFLA_AMT_REMOTE_IP = 10.0.0.3`)
    expect(given(decodeNewLink(bytes))).toMatchObject({ amt: { remote: '10.0.0.3' } })
  })

  const { discovery: _, ...withoutDiscovery } = gateway
  it.each<[string, object | undefined, string, string]>([
    ['nothing', undefined, 'amt.mode', 'ERR_MISSING_OPTION'],
    ['a gateway that has nobody to ask', withoutDiscovery, 'amt.discovery', 'ERR_MISSING_OPTION'],
    ['port 0', { ...gateway, relayPort: 0 }, 'amt.relayPort', 'ERR_OUT_OF_RANGE'],
    ['an IPv6 address', { ...gateway, local: '::1' }, 'amt.local', 'ERR_INVALID_ARG_TYPE'],
    ['the relay, which is found', { ...gateway, remote: '10.0.0.3' }, 'amt.remote', 'ERR_INVALID_ARG_VALUE'],
  ])('refuses %s', (_, amt, option, code) => {
    expect(() => add(amt)).toThrow(expect.objectContaining({ option, code }))
  })

  it('takes a relay without a discovery address', () => {
    expect(() => add({ ...withoutDiscovery, mode: 'relay' })).not.toThrow()
  })
})
