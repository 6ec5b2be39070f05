import type { Field, Rows } from './field.ts'

type InputOf<F> = F extends Field<infer In, any, any, any> ? In : never
type OutputOf<F> = F extends Field<any, infer Out, any, any> ? Out : never
type AccessOf<F> = F extends Field<any, any, infer A, any> ? A : never
type PresenceOf<F> = F extends Field<any, any, any, infer P> ? P : never

type Required<F> = AccessOf<F> extends 'required' | 'fixed' ? true : false
type Creatable<F> = AccessOf<F> extends 'readOnly' | 'required' | 'fixed' ? false : true
type Changeable<F> = AccessOf<F> extends 'readOnly' | 'fixed' | 'create' ? false : true
type Reported<F> = AccessOf<F> extends 'writeOnly' ? false : true

/** Options of a creating call. `undefined` means: not sent. */
export type CreateOptions<R extends Rows> = {
  [K in keyof R as Required<R[K]> extends true ? K : never]: InputOf<R[K]>
} & {
  [K in keyof R as Creatable<R[K]> extends true ? K : never]?: InputOf<R[K]> | undefined
}

/** Options of a changing call. */
export type ChangeOptions<R extends Rows> = {
  [K in keyof R as Changeable<R[K]> extends true ? K : never]?: InputOf<R[K]> | undefined
}

/** What the kernel reports. A property that this kernel did not send is `undefined`. */
export type Reports<R extends Rows> = {
  readonly [K in keyof R as Reported<R[K]> extends true ? (PresenceOf<R[K]> extends 'always' ? K : never) : never]: OutputOf<R[K]>
} & {
  readonly [K in keyof R as Reported<R[K]> extends true ? (PresenceOf<R[K]> extends 'always' ? never : K) : never]?:
    | OutputOf<R[K]>
    | undefined
} & { readonly unknown?: readonly UnknownAttribute[] | undefined }

/** An attribute that this library does not know, or could not read. */
export interface UnknownAttribute {
  readonly type: number
  readonly bytes: Uint8Array
}
