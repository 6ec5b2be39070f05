import { amt } from '../../../lib/links/kinds/amt.ts'
import { ofKind } from './kind.ts'

const GATEWAY = { mode: 'gateway', link: 'under', local: '10.0.0.1', discovery: '10.0.0.2' }
const WORDS = { mode: 'mode gateway', link: 'dev under', local: 'local 10.0.0.1', discovery: 'discovery 10.0.0.2' }

/** `ip` takes no word twice. */
function gatewayWithout(option: string | undefined) {
  const words = Object.entries(WORDS).filter(([key]) => key !== option)
  return { options: GATEWAY, words: words.map(([, word]) => word).join(' ') }
}

export const amtWitnesses = ofKind(amt, {
  prepare: async ns => {
    await ns.links.add({ kind: 'veth', name: 'under', index: 7001, veth: { peer: { name: 'over', index: 7002 } } })
  },
  needs: (_n, witness) => gatewayWithout(witness?.option),
  witnesses: [
    { option: 'mode', value: 'relay', words: 'mode relay', shows: ['mode', 'relay'] },
    { option: 'relayPort', value: 2269, words: 'relay_port 2269', shows: ['relay_port', 2269] },
    { option: 'gatewayPort', value: 2270, words: 'gateway_port 2270', shows: ['gateway_port', 2270] },
    { option: 'link', value: 'over', reads: 7002, words: 'dev over', shows: ['link', 'over'] },
    { option: 'local', value: '10.0.0.9', words: 'local 10.0.0.9', shows: ['local', '10.0.0.9'] },
    { option: 'discovery', value: '10.0.0.8', words: 'discovery 10.0.0.8', shows: ['discovery', '10.0.0.8'] },
    { option: 'maxTunnels', value: 7, words: 'max_tunnels 7', shows: ['max_tunnels', 7] },
  ],
  unwitnessed: { remote: 'only once a relay has answered' },
})
