import { Field } from '../schema/field.ts'
import { align, type Message } from '../schema/message.ts'
import { commonKinds, commonPortKinds } from './common-kinds.ts'
import type { LinkKind, PortKind } from './kind.ts'
import { linkKinds, portKinds } from './kinds.ts'

export const INFO_KIND = 1
export const INFO_DATA = 2
export const INFO_STATISTICS = 3
export const INFO_PORT_KIND = 4
export const INFO_PORT_DATA = 5

/** IFLA_LINKINFO as it was read: what a link is, and what it is as a port. */
export interface LinkInfo {
  readonly kernelKind: string | undefined
  readonly kind: LinkKind | undefined
  readonly data: object | Uint8Array | undefined
  readonly port: object | undefined
}

const byName = <K extends LinkKind | PortKind>(kinds: readonly unknown[]) =>
  new Map((kinds as readonly K[]).map(kind => [kind.kind, kind] as const))
const byKey = (kinds: readonly unknown[]) => new Map((kinds as readonly LinkKind[]).map(kind => [kind.key, kind] as const))

/** Looks among the common ones first: the others are loaded when something else is looked for. */
function finder<K>(common: () => ReadonlyMap<string, K>, all: () => ReadonlyMap<string, K>): (name: string) => K | undefined {
  let [few, many] = [undefined, undefined] as (ReadonlyMap<string, K> | undefined)[]
  return name => {
    few ??= common()
    const found = few.get(name)
    if (found !== undefined) return found
    many ??= all()
    return many.get(name)
  }
}

/** The kind of link that the kernel calls so. */
export const findLinkKind = finder<LinkKind>(
  () => byName(commonKinds),
  () => byName(linkKinds),
)

/** The kind whose options stand under that key. */
export const findKindOfKey = finder<LinkKind>(
  () => byKey(commonKinds),
  () => byKey(linkKinds),
)

/** The kind of master that the kernel calls so. */
export const findPortKind = finder<PortKind>(
  () => byName(commonPortKinds),
  () => byName(portKinds),
)

/** Offset and length of each attribute of the nest, by number; KIND may stand behind DATA. */
class Parts {
  readonly offsets = [0, 0, 0, 0, 0, 0]
  readonly lengths = [0, 0, 0, 0, 0, 0]

  constructor(message: Message, start: number, end: number) {
    for (let offset = start; offset + 4 <= end; ) {
      const length = message.u16(offset)
      if (length < 4 || offset + length > end) return
      const type = message.u16(offset + 2) & 0x3fff
      if (type < this.offsets.length) {
        this.offsets[type] = offset + 4
        this.lengths[type] = length - 4
      }
      offset += align(length)
    }
  }

  text(message: Message, type: number): string | undefined {
    return this.offsets[type] === 0 ? undefined : message.string(this.offsets[type], this.lengths[type])
  }
}

function decode(message: Message, start: number, length: number): LinkInfo {
  const parts = new Parts(message, start, start + length)
  const kernelKind = parts.text(message, INFO_KIND)
  const kind = kernelKind === undefined ? undefined : findLinkKind(kernelKind)
  return { kernelKind, kind, data: decodeData(message, parts, kernelKind, kind), port: decodePort(message, parts) }
}

function decodeData(
  message: Message,
  parts: Parts,
  kernelKind: string | undefined,
  kind: LinkKind | undefined,
): object | Uint8Array | undefined {
  const offset = parts.offsets[INFO_DATA]
  const length = parts.lengths[INFO_DATA]
  if (kind === undefined) return kernelKind === undefined || offset === 0 ? undefined : message.copy(offset, length)
  const data: Record<string, unknown> = offset === 0 ? {} : kind.table.decode(message, offset, offset + length)
  const statistics = parts.offsets[INFO_STATISTICS]
  if (kind.statistics !== undefined && statistics !== 0)
    data.statistics = kind.statistics.decode(message, statistics, parts.lengths[INFO_STATISTICS])
  return data
}

/** `{ kind, …rows }`, or `{ kind: 'other', kernelKind, data }` where the library has no rows for such ports. */
function decodePort(message: Message, parts: Parts): object | undefined {
  const kernelKind = parts.text(message, INFO_PORT_KIND)
  if (kernelKind === undefined) return undefined
  const kind = findPortKind(kernelKind)
  const offset = parts.offsets[INFO_PORT_DATA]
  const length = parts.lengths[INFO_PORT_DATA]
  if (kind === undefined) return { kind: 'other', kernelKind, data: message.copy(offset, length) }
  return Object.assign(kind.table.decode(message, offset, offset + length), { kind: kernelKind })
}

/** Path of an option inside the nest: the kind's own key, then its rows. */
function locate(message: Message, start: number, end: number, target: number): string | undefined {
  const parts = new Parts(message, start, end)
  const kind = findLinkKind(parts.text(message, INFO_KIND) ?? '')
  if (kind !== undefined && within(parts, INFO_DATA, target)) return below(kind.key, kind, message, parts, INFO_DATA, target)
  const port = findPortKind(parts.text(message, INFO_PORT_KIND) ?? '')
  if (port !== undefined && within(parts, INFO_PORT_DATA, target))
    return below('port', port, message, parts, INFO_PORT_DATA, target)
  return within(parts, INFO_PORT_DATA, target) ? 'port' : 'kind'
}

function within(parts: Parts, type: number, target: number): boolean {
  const start = parts.offsets[type]
  return start !== 0 && target >= start - 4 && target < start + align(parts.lengths[type])
}

function below(key: string, kind: Pick<PortKind, 'table'>, message: Message, parts: Parts, type: number, target: number): string {
  const start = parts.offsets[type]
  const path = target < start ? undefined : kind.table.locate(message, start, start + parts.lengths[type], target)
  return path === undefined ? key : `${key}.${path}`
}

/** The nest that says what a link is. Its key starts with `$`: it never shows; link-table.ts spreads it over `kind`, `port` and the kind's key. */
export const linkInfo = new Field<unknown, LinkInfo, 'readOnly', 'sometimes'>(
  'attribute',
  18,
  'IFLA_LINKINFO',
  { access: 'readOnly' },
  {
    wire: 'nest',
    minLength: 0,
    lower: () => {},
    decode,
    locate,
  },
)
