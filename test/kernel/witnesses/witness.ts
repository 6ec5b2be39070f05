import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Field, Rows } from '../../../lib/schema/field.ts'
import { runInside, type Shown, shownLink } from '../../support/ip.ts'
import { type Feature, hasFeature, lackOf, lackOfFeature } from '../../support/kernel.ts'
import { readLinkData } from '../../support/link-data.ts'
import { closeNamespaces, createNamespace, type NamedNetns } from '../../support/namespace.ts'
import { note, type WitnessNote } from '../../support/notes.ts'
import { ip } from '../../support/test-namespaces.ts'

/** One option with a value that is not its default, and who else says so. */
export interface Witness {
  /** Path below the object that holds the kind's options. */
  readonly option: string
  readonly value: unknown
  /** What we report when it was set, where that is not what was given. */
  readonly reads?: unknown
  /** What `ip` takes for the same value; without it iproute2 6.1 has no word. */
  readonly words?: string
  /** Where in the JSON of `ip` it stands, and what is there; without it iproute2 6.1 prints nothing. */
  readonly shows?: readonly [path: string, value: unknown]
  /** File inside the namespace, with NAME for the link's name, and its text: where `ip` prints nothing. */
  readonly file?: readonly [path: string, text: string]
  /** Number and payload in hex of the attribute that holds it, for a program that knows no more: where `ip` and the files say nothing. */
  readonly attribute?: readonly [number: number, payload: string]
  /** Why only our own reading confirms it. */
  readonly unseen?: string
  /** Options and words that must stand beside it. */
  readonly beside?: { readonly options: object; readonly words: string } | undefined
  /** Options of the link on which `set` then gives it, where those beside it are not enough. */
  readonly from?: object
  /** Why it cannot be changed later, though its row does not say so. */
  readonly fixed?: string
  readonly needs?: Feature
  /** One link of a namespace can have the value: the one before goes first. */
  readonly alone?: boolean
}

/** A property that only the kernel sets: where we have it, and where `ip` or a file has it. */
export interface Reading {
  readonly option: string
  readonly shows?: string
  readonly file?: string
  readonly attribute?: number
  /** What stands there for the value that we read. */
  readonly as?: (value: any) => unknown
}

/** One table of rows, and how links are made on which they can be seen. */
export interface Subject {
  readonly title: string
  /** The kind that the kernel must have. */
  readonly kind: string
  readonly rows: Rows
  readonly witnesses: readonly Witness[]
  /** Rows without a witness or a reading, each with the reason. */
  readonly unwitnessed: Readonly<Record<string, string>>
  readonly readings?: readonly Reading[]
  /** The links are of that kind themselves, and `ip` can make them. */
  readonly whole?: boolean
  /** Who carries out the commands. Default `'ip'`. */
  readonly by?: string
  /** The options are those of a port. */
  readonly port?: boolean
  prepare?(ns: NamedNetns): Promise<void> | void
  /** Makes a link through this library; `options` are those of the witness, `n` is a number that no other link has. */
  add(ns: NamedNetns, name: string, n: number, options: object, witness: Witness | undefined): Promise<unknown>
  change(ns: NamedNetns, name: string, options: object): Promise<unknown>
  /** The commands of `ip` that do what `add` does, or of another program that stands in for it: then its name comes first. */
  commands(name: string, n: number, words: readonly string[], witness: Witness | undefined): readonly (readonly string[])[]
  /** The object that holds the options, in what we report. */
  pick(link: any): any
  /** And in what `ip` prints. */
  shown(link: Shown): Shown
}

/** Every row against `ip`, both ways. What this kernel lacks is one skipped test with its reason. */
export function describeWitnesses(subject: Subject): void {
  describe(subject.title, () => {
    const lack = lackOf(subject.kind)
    it('has a witness, or a reason for none, for every row', () => {
      expect(rowsWithout(subject)).toEqual([])
      noteSubject(subject, lack !== undefined)
    })

    if (lack !== undefined) return it('has every row as ip has it', context => context.skip(lack))

    const stage = new Stage(subject)
    beforeAll(() => stage.open())
    afterAll(closeNamespaces)
    if (subject.whole) describeKind(stage, subject)
    for (const [needs, witnesses] of byNeeds(subject.witnesses)) {
      if (needs === undefined || hasFeature(needs)) for (const witness of witnesses) describeWitness(stage, subject, witness)
      else it(`has ${listed(witnesses)} as ip has them`, context => context.skip(lackOfFeature(subject.kind, needs)))
    }
    for (const reading of subject.readings ?? []) {
      it(`${reading.option}: we read what ${toldBy(reading)} says`, async () => {
        await stage.expectSameReading(reading)
        stage.note(reading.option, 'read', `${toldBy(reading)} shows`)
      })
    }
  })
}

function describeKind(stage: Stage, { kind, by = 'ip' }: Subject): void {
  it('is for ip what add made it', async () => {
    expect(stage.shownKind(await stage.addOurs(undefined))).toBe(kind)
    stage.note('kind', 'written', 'ip')
  })

  it(`is for us what ${by} made it`, async () => {
    expect(await stage.readKind(stage.addTheirs(undefined))).toBe(kind)
    stage.note('kind', 'read', `${by} set`)
  })
}

function describeWitness(stage: Stage, { by = 'ip' }: Subject, witness: Witness): void {
  const { option, words } = witness
  it(`${option}: ${seenBy(witness)} what add set`, async () => {
    await stage.expectSeen(witness, await stage.addOurs(witness))
    stage.note(option, 'written', witnessOf(witness))
  })

  if (words !== undefined) {
    it(`${option}: we read what ${by} set`, async () => {
      await stage.expectRead(witness, stage.addTheirs(witness))
      stage.note(option, 'read', `${by} set`)
    })
  }

  if (stage.isChangeable(witness)) {
    it(`${option}: ${seenBy(witness)} what set changed`, async () => {
      await stage.expectSeen(witness, await stage.changeOurs(witness))
      stage.note(option, 'changed', witnessOf(witness))
    })
  } else {
    it(`${option}: set cannot change it${witness.fixed === undefined ? '' : ` (${witness.fixed})`}`, async () => {
      stage.note(option, 'refused', await stage.refusal(witness))
    })
  }
}

function witnessOf({ shows, file, attribute, unseen }: Witness): string {
  if (shows !== undefined) return 'ip'
  if (file !== undefined) return 'a file'
  return attribute === undefined ? `ourselves: ${unseen}` : 'the attribute'
}

function noteSubject({ title, rows, witnesses, readings = [], unwitnessed, whole }: Subject, lacking: boolean): void {
  const named = Object.entries(rows as Record<string, Field>).map(([option, { constant }]) => ({ option, attribute: constant }))
  note({
    of: 'subject',
    subject: title,
    rows: whole ? [{ option: 'kind', attribute: 'IFLA_INFO_KIND' }, ...named] : named,
    options: [...witnesses, ...readings].map(({ option, needs }: { option: string; needs?: Feature }) => ({ option, needs })),
    lacking,
    unwitnessed,
  })
}

function byNeeds(witnesses: readonly Witness[]): Map<Feature | undefined, Witness[]> {
  const groups = new Map<Feature | undefined, Witness[]>()
  for (const witness of witnesses) groups.set(witness.needs, [...(groups.get(witness.needs) ?? []), witness])
  return groups
}

function listed(witnesses: readonly Witness[]): string {
  return witnesses.map(({ option }) => option).join(', ')
}

function seenBy({ shows, file, attribute, unseen }: Witness): string {
  if (shows !== undefined) return 'ip shows'
  if (file !== undefined) return 'a file shows'
  return attribute === undefined ? `we read back (${unseen})` : 'the attribute holds'
}

function toldBy({ file, attribute }: Reading): string {
  if (file !== undefined) return 'a file'
  return attribute === undefined ? 'ip' : 'the attribute'
}

function rowsWithout({ rows, witnesses, unwitnessed, readings = [] }: Subject): string[] {
  const keys = new Set([...[...witnesses, ...readings].map(({ option }) => head(option)), ...Object.keys(unwitnessed)])
  const stale = [...keys].filter(key => !(key in rows)).map(key => `${key}: no such row`)
  return [...Object.keys(rows).filter(key => !keys.has(key)), ...stale]
}

function head(option: string): string {
  return option.split('.', 1)[0] as string
}

/** The namespace in which the links of one subject are made. */
class Stage {
  readonly #subject: Subject
  #ns!: NamedNetns
  #count = 0
  #alone: string | undefined

  constructor(subject: Subject) {
    this.#subject = subject
  }

  async open(): Promise<void> {
    this.#ns = await createNamespace()
    await this.#subject.prepare?.(this.#ns)
  }

  isChangeable({ option, fixed }: Witness): boolean {
    const row = this.#subject.rows[head(option)] as Field
    return fixed === undefined && row.access !== 'create' && row.access !== 'fixed'
  }

  /** Without a witness: a link of the kind with what it needs, and no more. */
  async addOurs(witness: Witness | undefined): Promise<string> {
    const { name, n } = this.#next(witness)
    await this.#subject.add(this.#ns, name, n, witness === undefined ? {} : given(witness), witness)
    return name
  }

  addTheirs(witness: Witness | undefined): string {
    const { name, n } = this.#next(witness)
    const words = `${witness?.beside?.words ?? ''} ${witness?.words ?? ''}`.split(' ').filter(word => word !== '')
    for (const command of this.#subject.commands(name, n, words, witness)) {
      if (command[0] === 'python3') runInside(this.#ns.name, ...command)
      else ip('-n', this.#ns.name, ...command)
    }
    return name
  }

  async changeOurs(witness: Witness): Promise<string> {
    const { name, n } = this.#next(witness)
    await this.#subject.add(this.#ns, name, n, before(witness), witness)
    expect(await this.#read(witness, name), 'the default differs from the value').not.toEqual(reported(witness))
    await this.#subject.change(this.#ns, name, given(witness))
    return name
  }

  /** What a caller is told who wants to change it all the same. */
  async refusal(witness: Witness): Promise<string> {
    const { name, n } = this.#next(witness)
    const createsOnly = witness.fixed === undefined
    await this.#subject.add(this.#ns, name, n, createsOnly ? given(witness) : before(witness), witness)
    const changing = this.#subject.change(this.#ns, name, createsOnly ? given({ ...witness, beside: undefined }) : given(witness))
    const error = await changing.then(
      () => undefined,
      error => error,
    )
    if (createsOnly) expect(error).toMatchObject({ option: expect.stringMatching(`(^|\\.)${head(witness.option)}$`) })
    else expect(await this.#read(witness, name), 'it has not changed').not.toEqual(reported(witness))
    return error === undefined ? 'taken, and changes nothing' : error.message.replaceAll(name, 'NAME')
  }

  note(option: string, did: WitnessNote['did'], text: string): void {
    note({ of: 'witness', subject: this.#subject.title, option, did, text })
  }

  async expectSeen(witness: Witness, name: string): Promise<void> {
    const { shows, file, attribute } = witness
    if (shows !== undefined) expect(this.#shown(shows[0], name)).toEqual(shows[1])
    if (file !== undefined) expect(this.#text(file[0], name)).toEqual(file[1])
    if (attribute !== undefined) expect(this.#attribute(attribute[0], name)).toBe(attribute[1])
    await this.expectRead(witness, name)
  }

  async expectRead(witness: Witness, name: string): Promise<void> {
    expect(await this.#read(witness, name)).toEqual(reported(witness))
  }

  async expectSameReading({ option, as = value => value, ...told }: Reading): Promise<void> {
    const { name, n } = this.#next()
    await this.#subject.add(this.#ns, name, n, {}, undefined)
    const value = at(this.#subject.pick(await this.#ns.links.get(name)), option)
    expect(value, 'we read something').toBeDefined()
    expect(as(value)).toEqual(this.#told(told, name))
  }

  #told({ shows = '', file, attribute }: Omit<Reading, 'option'>, name: string): unknown {
    if (file !== undefined) return this.#text(file, name)
    return attribute === undefined ? this.#shown(shows, name) : this.#attribute(attribute, name)
  }

  shownKind(name: string): unknown {
    return shownLink(this.#ns.name, name).linkinfo.info_kind
  }

  async readKind(name: string): Promise<unknown> {
    return (await this.#ns.links.get(name)).kind
  }

  #shown(path: string, name: string): unknown {
    return at(this.#subject.shown(shownLink(this.#ns.name, name)), path)
  }

  #attribute(number: number, name: string): string | undefined {
    const { data, port } = readLinkData(this.#ns.name, name)
    return (this.#subject.port ? port : data)[number]
  }

  #text(file: string, name: string): string {
    return runInside(this.#ns.name, 'cat', file.replace('NAME', name)).trim()
  }

  async #read({ option }: Witness, name: string): Promise<unknown> {
    return at(this.#subject.pick(await this.#ns.links.get(name)), option)
  }

  #next(witness?: Witness): { name: string; n: number } {
    if (this.#alone !== undefined) ip('-n', this.#ns.name, 'link', 'delete', this.#alone)
    const n = ++this.#count
    const name = `t${n}`
    this.#alone = witness?.alone ? name : undefined
    return { name, n }
  }
}

function given({ option, value, beside }: Witness): object {
  const nested = option.split('.').reduceRight<unknown>((below, key) => ({ [key]: below }), value)
  return { ...beside?.options, ...(nested as object) }
}

/** Options of the link that is changed later. */
function before({ from, beside }: Witness): object {
  return from ?? beside?.options ?? {}
}

function reported(witness: Witness): unknown {
  return 'reads' in witness ? witness.reads : witness.value
}

function at(object: any, path: string): unknown {
  return path.split('.').reduce((value, key) => value?.[key], object)
}
