import { lowerNamespace, type NamespaceReference } from '../protocol/namespace-reference.ts'
import { Field, type Twin } from '../schema/field.ts'

/** A namespace to create in or move to: one attribute takes a descriptor, its twin a process id. */
export function namespaceOption(
  number: number,
  constant: string,
  pid: Twin,
): Field<NamespaceReference, never, 'writeOnly', 'sometimes'> {
  return new Field(
    'attribute',
    number,
    constant,
    { access: 'writeOnly' },
    {
      wire: 'u32',
      allowed: 'a handle, a name, a path, { pid } or { fd }',
      minLength: 4,
      twins: [pid],
      lower: (program, value) => {
        const reference = lowerNamespace(program, value)
        if ('pid' in reference) program.u32(pid.number, reference.pid)
        else program.u32(number, reference.fd)
      },
      decode: (message, offset) => message.u32(offset) as never,
    },
  )
}
