import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DumpInterruptedError, Rtnetlink } from '../../lib/index.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../support/namespace.ts'
import { runBatch } from '../support/run-iproute.ts'
import { asRunnable } from '../support/unprivileged.ts'

const LINKS = Array.from({ length: 2000 }, (_, i) => `l${i}`)
const ADDRESSES = Array.from({ length: 2000 }, (_, i) => `10.${i >> 8}.${i & 255}.1/24`)
/** What iproute2 prints when the kernel said NLM_F_DUMP_INTR (rtnl_dump_filter_l() in lib/libnetlink.c); its list is on stdout all the same. */
const WARNING = 'Dump was interrupted and may be inconsistent.'

let ns: NamedNetns

beforeAll(async () => {
  ns = await createNamespace()
  await runBatch(ns.name, [
    ...LINKS.map(name => `link add name ${name} numtxqueues 1 numrxqueues 1 type ifb`),
    ...ADDRESSES.map(address => `address add ${address} dev lo`),
  ])
})

afterAll(closeNamespaces)

/** What is made and taken away all the time stands before the others, so that these move. */
const CHURN_OF_LINKS = ['link add name churn numtxqueues 1 numrxqueues 1 type ifb', 'link delete dev churn']
const CHURN_OF_ADDRESSES = ['address add 192.0.2.1/32 dev lo scope host', 'address delete 192.0.2.1/32 dev lo']

/** Another process makes and takes away something until `work` is done. */
async function churning(lines: readonly string[], work: () => Promise<void>): Promise<void> {
  const [command, ...args] = asRunnable('ip', ['-n', ns.name, '-force', '-batch', '-']).words
  const churn = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'] })
  churn.stdin.on('error', () => {})
  const more = () => {
    while (churn.stdin.writable && churn.stdin.write(`${lines.join('\n')}\n`));
  }
  churn.stdin.on('drain', more)
  more()
  const ended = once(churn, 'close')
  try {
    await work()
  } finally {
    churn.kill()
    await ended
  }
}

/** A list by `ip`, and what it printed on stderr. */
async function listedByIp(...words: string[]): Promise<{ code: number; lines: string[]; complaint: string }> {
  const [command, ...args] = asRunnable('ip', ['-n', ns.name, ...words]).words
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let [printed, complaint] = ['', '']
  child.stdout.on('data', text => {
    printed += text
  })
  child.stderr.on('data', text => {
    complaint += text
  })
  const [code] = await once(child, 'close')
  return { code, lines: printed.trim().split('\n'), complaint: complaint.trim() }
}

async function gather<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of stream) items.push(item)
  return items
}

/** What is listed: how, what of it is there all the time, and how `ip` lists it. */
const tables = {
  links: {
    stable: LINKS,
    churn: CHURN_OF_LINKS,
    list: ({ links }: Rtnetlink) => links.list(),
    stream: ({ links }: Rtnetlink) => gather(links.stream()),
    nameOf: ({ name }: any): string => name,
    words: ['-br', 'link', 'show'],
  },
  addresses: {
    stable: ADDRESSES,
    churn: CHURN_OF_ADDRESSES,
    list: ({ addresses }: Rtnetlink) => addresses.list(),
    stream: ({ addresses }: Rtnetlink) => gather(addresses.stream()),
    nameOf: ({ address }: any): string => address,
    words: ['-o', '-4', 'address', 'show'],
  },
  // Of these the kernel does not say that they changed, and ip does not ask it for them.
  'addresses of one link': {
    stable: ADDRESSES,
    churn: CHURN_OF_ADDRESSES,
    list: ({ addresses }: Rtnetlink) => addresses.list({ link: 'lo' }),
    stream: ({ addresses }: Rtnetlink) => gather(addresses.stream({ link: 1 })),
    nameOf: ({ address }: any): string => address,
    words: ['-o', '-4', 'address', 'show'],
  },
}

/** Which of those that were there all the time a list lacks, and which it has twice. */
function faultsOf(found: readonly string[], stable: readonly string[]): string[] {
  const times = new Map<string, number>()
  for (const name of found) times.set(name, (times.get(name) ?? 0) + 1)
  return stable.filter(name => times.get(name) !== 1)
}

type Outcome = { readonly items: readonly object[]; readonly error?: DumpInterruptedError }

async function outcomeOf(list: Promise<readonly object[]>): Promise<Outcome> {
  try {
    return { items: await list }
  } catch (error) {
    if (!(error instanceof DumpInterruptedError)) throw error
    return { items: error.partial as readonly object[], error }
  }
}

const LONG = 300_000

describe.each(Object.entries(tables))(
  'a dump of thousands of %s that others change meanwhile',
  (_, { stable, churn, list, stream, nameOf, words }) => {
    it(
      'is never returned as if it were whole: where ip prints a warning beside its list, this is an error',
      async () => {
        await using hasty = await Rtnetlink.open({ netns: ns, dumpRetries: 0, timeout: 0 })
        let [interrupted, warned] = [0, 0]
        await churning(churn, async () => {
          while (interrupted < 5 || warned === 0) {
            const { items, error } = await outcomeOf(list(hasty))
            if (error === undefined) expect(faultsOf(items.map(nameOf), stable)).toEqual([])
            else {
              interrupted++
              expect(error).toMatchObject({ code: 'ERR_DUMP_INTERRUPTED', operation: expect.stringMatching(/^\w+\.list$/) })
              expect(items.length).toBeGreaterThan(0)
            }
            const { code, complaint, lines } = await listedByIp(...words)
            expect([code, complaint === '' || complaint === WARNING]).toEqual([0, true])
            expect(lines.length).toBeGreaterThan(0)
            if (complaint === WARNING) warned++
          }
        })
      },
      LONG,
    )

    it(
      'is read again until it is whole',
      async () => {
        await using patient = await Rtnetlink.open({ netns: ns, dumpRetries: 1000, timeout: 0 })
        await churning(churn, async () => {
          for (let round = 0; round < 5; round++) expect(faultsOf((await list(patient)).map(nameOf), stable)).toEqual([])
        })
      },
      LONG,
    )

    it(
      'that is streamed ends with an error, behind what came',
      async () => {
        await using session = await Rtnetlink.open({ netns: ns, dumpRetries: 0, timeout: 0 })
        let interrupted = 0
        await churning(churn, async () => {
          while (interrupted < 3) {
            const { items, error } = await outcomeOf(stream(session))
            if (error === undefined) expect(faultsOf(items.map(nameOf), stable)).toEqual([])
            else interrupted++
          }
        })
      },
      LONG,
    )
  },
)

describe('a dump that is interrupted in every try', () => {
  it(
    'is given up after those that the session allows, with what the last of them read',
    async () => {
      await using session = await Rtnetlink.open({ netns: ns, dumpRetries: 2, timeout: 0 })
      let partial: readonly object[] = []
      // Links take so long to read that three in a row are soon interrupted.
      await churning(CHURN_OF_LINKS, async () => {
        while (partial.length === 0) {
          const { items, error } = await outcomeOf(session.links.list())
          if (error !== undefined) partial = items
        }
      })
      expect(partial.map(tables.links.nameOf)).toContain('l0')
    },
    LONG,
  )
})

describe('a mirror of thousands of objects that others change meanwhile', () => {
  it.each([
    ['links', CHURN_OF_LINKS, LINKS, tables.links.nameOf],
    ['addresses', CHURN_OF_ADDRESSES, ADDRESSES, tables.addresses.nameOf],
  ] as const)(
    'lacks none: %s',
    async (kind, churn, stable, nameOf) => {
      const mirror = await ns.mirror({ links: true, addresses: true })
      await churning(churn, async () => {
        for (let round = 0; round < 3; round++) {
          await mirror.refresh()
          expect(faultsOf([...(mirror[kind] as Iterable<object>)].map(nameOf), stable)).toEqual([])
        }
      })
      mirror.close()
    },
    LONG,
  )
})

describe('a wait', () => {
  it(
    'is not ended by a list that others change meanwhile',
    async () => {
      await using hasty = await Rtnetlink.open({ netns: ns, dumpRetries: 0, timeout: 0 })
      await churning(CHURN_OF_ADDRESSES, async () => {
        for (let round = 0; round < 20; round++) {
          const addresses = await hasty.addresses.waitUsable('lo')
          expect(faultsOf(addresses.map(tables.addresses.nameOf), ADDRESSES)).toEqual([])
        }
      })
    },
    LONG,
  )
})
