import { Field } from '../schema/field.ts'
import { eachAttribute } from '../schema/message.ts'
import { type LinkReference, linkNameOrIndex, putLinkIndex } from '../schema/references.ts'

const DEVICE_INDEX = 1

/** The link that a message is about: a nest that every message of the family starts with. Reported as the index. */
export function aboutLink(constant: string): Field<LinkReference, number, 'required', 'always'> {
  return new Field<LinkReference, number, 'required', 'always'>(
    'attribute',
    1,
    constant,
    { access: 'required', present: 'always' },
    {
      wire: 'nest',
      allowed: 'name, index or Link',
      minLength: 0,
      lower: (program, value) => {
        const link = linkNameOrIndex(program, value)
        program.nest(1)
        putLinkIndex(program, DEVICE_INDEX, link)
        program.end()
      },
      decode: (message, offset, length) => {
        let index = 0
        eachAttribute(message, offset, offset + length, (type, at) => {
          if (type === DEVICE_INDEX) index = message.u32(at)
        })
        return index
      },
    },
  )
}
