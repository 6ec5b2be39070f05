import { Enumeration } from '../schema/enums.ts'
import { Field } from '../schema/field.ts'
import { NDMSG, NEIGHBOR_STATES } from '../values/ndmsg.ts'

const { reachable, stale, noarp, permanent } = NEIGHBOR_STATES

/** What is sent: what `bridge` sends, for the kernel's bridge looks at one bit of it and vxlan at another. A stale entry is a dynamic one. */
const STATES = {
  permanent: permanent | noarp,
  static: noarp | reachable,
  dynamic: reachable,
  stale: reachable,
} as const

export type FdbState = keyof typeof STATES | (number & {})

const states = new Enumeration(STATES)

/** ndm_state, of which several bits may be set. */
export const stateField = new Field<FdbState, FdbState, 'readWrite', 'always'>(
  'header',
  NDMSG.state.offset,
  'ndm_state',
  { present: 'always' },
  {
    wire: 'u16',
    allowed: states.listing,
    minLength: 2,
    lower: (program, value) => program.header(NDMSG.state.word, states.toNumber(program, value, 0xffff)),
    decode: (message, offset) => nameOf(message.u16(offset)),
  },
)

/** The name of a state as the kernel reports it. */
function nameOf(state: number): FdbState {
  if ((state & permanent) !== 0) return 'permanent'
  if ((state & noarp) !== 0) return 'static'
  if ((state & stale) !== 0) return 'stale'
  return (state & reachable) !== 0 ? 'dynamic' : state
}

/** The name under which a given state is reported. */
export const stateNames = states
