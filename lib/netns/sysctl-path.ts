import { invalidType, invalidValue } from '../errors.ts'

/**
 * Path below /proc/sys of a setting, by the rules of sysctl(8): dots separate, and a dot inside the name of a link is written `/`. A name
 * whose first separator is a `/` is a path already.
 */
export function sysctlPath(operation: string, name: unknown): string {
  if (typeof name !== 'string') throw invalidType(operation, 'name', 'text such as "net.ipv4.ip_forward"', name)
  const isPath = /^[^./]*\//.test(name)
  const parts = isPath ? name.split('/') : name.split('.').map(part => part.replaceAll('/', '.'))
  if (parts[0] !== 'net')
    throw invalidValue(operation, 'name', `${JSON.stringify(name)} is no setting of a network namespace: those begin with "net."`)
  if (parts.length < 2 || parts.some(part => part === '' || part === '.' || part === '..' || part.includes('\0')))
    throw invalidValue(operation, 'name', `${JSON.stringify(name)} is no name of a setting`)
  return parts.join('/')
}
