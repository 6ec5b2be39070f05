import { Field } from '../schema/field.ts'
import type { Message } from '../schema/message.ts'
import { Table } from '../schema/table.ts'
import { linkPadding, linkRows } from './attributes.ts'
import { IFINFO } from './flags.ts'
import type { Link } from './link.ts'
import { type LinkInfo, linkInfo } from './link-info.ts'

/** A property that no single attribute holds; filled from the nest that says what the link is. */
function derived(constant: string): Field<unknown, unknown, 'readOnly', 'sometimes'> {
  return new Field(
    'none',
    -1,
    constant,
    { access: 'readOnly' },
    { wire: 'nest', minLength: 0, lower: () => {}, decode: () => undefined },
  )
}

/** Every row of a link's message: what all links have, and the nest with the kind's and the port's data. */
export const linkTable = new Table(
  'link',
  {
    ...linkRows,
    kind: derived('IFLA_INFO_KIND'),
    kernelKind: derived('IFLA_INFO_KIND'),
    port: derived('IFLA_INFO_SLAVE_DATA'),
    $info: linkInfo,
  },
  { headerLength: IFINFO.size, padding: linkPadding },
)

const KIND = linkTable.rows.kind.slot
const KERNEL_KIND = linkTable.rows.kernelKind.slot
const PORT = linkTable.rows.port.slot
const INFO = linkTable.rows.$info.slot

/** Reads a link from its `ifinfomsg` at `start`. */
export function decodeLink(message: Message, start: number, end: number): Link {
  return linkTable.shape(message, start, end, construct)
}

function construct(slots: unknown[], shape: (slots: readonly unknown[]) => object): Link {
  const info = slots[INFO] as LinkInfo | undefined
  slots[KIND] = info?.kernelKind === undefined ? undefined : (info.kind?.kind ?? 'other')
  slots[KERNEL_KIND] = info?.kind === undefined ? info?.kernelKind : undefined
  slots[PORT] = info?.port
  const link = shape(slots) as Record<string, unknown>
  if (info?.data !== undefined) link[info.kind?.key ?? 'data'] = info.data
  return link as unknown as Link
}
