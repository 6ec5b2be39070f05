import { tunnelKey } from './key.ts'

/** Marks by which IPsec knows the packets of a vti. */
export function vtiKeyRows() {
  return {
    /** Mark of the states and policies for what arrives (`ip xfrm … mark`), 0–4294967295, or its four bytes with dots. Default 0. `ip` calls it `ikey`, and `key` for both ways. */
    inputKey: tunnelKey(2, 'IFLA_VTI_IKEY'),
    /** Mark of the states and policies for what is sent. Default 0. `ip` calls it `okey`. */
    outputKey: tunnelKey(3, 'IFLA_VTI_OKEY'),
  }
}

/** The answers without a word; `same`: what two must not share. */
export function vtiRefusals(same: string) {
  const EEXIST = `another tunnel of this namespace has the same ${same}`
  return {
    add: { EEXIST },
    set: { EEXIST, EINVAL: 'the tunnel that the kernel itself makes in a namespace cannot be changed' },
  } as const
}
