import { diagram, Lab, type LabDescription, type Netns } from '../../lib/index.ts'

/** Misuse that must not compile, and use that must. */
export async function used(): Promise<void> {
  await using lab = await Lab.create({
    namespaces: { web: { routes: { default: 'lan' } }, db: {}, router: null },
    bridges: {
      lan: {
        addresses: '10.0.0.1/24',
        ports: { web: '10.0.0.2/24', db: { addresses: ['10.0.0.3/24'], port: { hairpin: true } } },
      },
    },
    cables: [{ web: { mtu: 9000, settings: { ipv4: { rpFilter: 'loose' } } }, router: null }],
  })
  const web: Netns = lab.namespaces.web
  const hub: Netns | undefined = lab.hub
  console.log(web, hub)
  // @ts-expect-error there is no such namespace
  lab.namespaces.wbe
  // @ts-expect-error namespaces are read-only
  lab.namespaces.web = lab.namespaces.db
}

export async function fromJson(text: string, description: LabDescription): Promise<void> {
  const lab = await Lab.create(JSON.parse(text))
  const one: Netns | undefined = lab.namespaces.web
  const other = await Lab.create(description)
  const two: Netns | undefined = other.namespaces['any name']
  console.log(one, two)
}

export async function misused(): Promise<void> {
  // @ts-expect-error namespaces are required
  await Lab.create({})
  // @ts-expect-error no such option of a namespace
  await Lab.create({ namespaces: { web: { route: {} } } })
  // @ts-expect-error there is no such namespace
  await Lab.create({ namespaces: { web: {} }, bridges: { lan: { ports: { wbe: null } } } })
  // @ts-expect-error there is no such namespace
  await Lab.create({ namespaces: { web: {}, db: {} }, cables: [{ web: null, dp: null }] })
  // @ts-expect-error the bridge is in no such namespace
  await Lab.create({ namespaces: { router: {} }, bridges: { lan: { namespace: 'rooter' } } })
  // @ts-expect-error a bridge has its name already
  await Lab.create({ namespaces: {}, bridges: { lan: { name: 'br0' } } })
  // @ts-expect-error a link needs its name
  await Lab.create({ namespaces: { web: { links: [{ kind: 'bridge' }] } } })
  // @ts-expect-error a VLAN needs its id
  await Lab.create({ namespaces: { web: { links: [{ kind: 'vlan', name: 'v', link: 'eth0' }] } } })
  // @ts-expect-error the lab says which link
  await Lab.create({ namespaces: { web: { addresses: { lo: { link: 'lo', address: '192.0.2.1/32' } } } } })
  // @ts-expect-error the lab chooses the index
  await Lab.create({ namespaces: { a: {}, b: {} }, cables: [{ a: { index: 5 }, b: null }] })
}

export async function shown(lab: Lab, ns: Netns): Promise<string[]> {
  // @ts-expect-error no such format
  await lab.diagram({ format: 'png' })
  return [await lab.diagram(), await diagram({ ns }, { format: 'svg' })]
}
