import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = '/usr/include/linux'
/** A constant that is a number, another constant, or `(1 << 3)`. */
const DEFINE = /^#define\s+(\w+)\s+(\w+|\(\w+ << \w+\))[ \t]*(?:\/\*.*)?$/gm

/** One C enum: its constants with their numbers, in order. NaN where the header computes one in a way that is not read here. */
export type HeaderEnum = ReadonlyMap<string, number>

export interface KernelHeaders {
  /** Every constant of every enum, and every `#define` of a number. */
  readonly constants: HeaderEnum
  /** The enum that starts with this constant. */
  startingWith(first: string): HeaderEnum
}

/** The enums of the kernel's headers; undefined where they are not installed (Debian: linux-libc-dev, which g++ brings). */
export function readKernelHeaders(files: readonly string[]): KernelHeaders | undefined {
  const paths = files.map(file => join(FOLDER, file))
  if (!paths.every(existsSync)) return undefined
  const constants = new Map<string, number>()
  const byFirst = new Map<string, HeaderEnum>()
  for (const path of paths) {
    const text = readFileSync(path, 'utf8')
    for (const [, name, value] of text.matchAll(DEFINE)) define(name, value, constants)
    for (const members of readEnums(text, constants)) {
      const [first] = members.keys()
      byFirst.set(first, members)
    }
  }
  return { constants, startingWith: first => byFirst.get(first) ?? missing(first) }
}

function missing(first: string): never {
  throw new Error(`no enum in ${FOLDER} starts with ${first}`)
}

/** A number, or another name for a constant. */
function define(name: string, value: string, constants: Map<string, number>): void {
  const number = evaluate(value, constants)
  if (!constants.has(name) && !Number.isNaN(number)) constants.set(name, number)
}

function* readEnums(text: string, constants: Map<string, number>): Generator<HeaderEnum> {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, ' ').replace(/^[ \t]*#(?:.*\\\n)*.*$/gm, '')
  for (const [, body] of code.matchAll(/\benum\b\s*\w*\s*\{([^}]*)\}/g)) {
    const members = new Map<string, number>()
    let next = 0
    for (const item of body.split(',')) {
      const [name, expression] = item.split('=').map(part => part.trim())
      if (name === '') continue
      const value = expression === undefined ? next : evaluate(expression, constants)
      members.set(name, value)
      constants.set(name, value)
      next = value + 1
    }
    if (members.size > 0) yield members
  }
}

/** A number, a constant, or one of them plus, minus or shifted by another. */
function evaluate(expression: string, constants: HeaderEnum): number {
  const parts = /^\(*\s*(-?\w+)\s*(?:(\+|-|<<)\s*(\w+))?\s*\)*$/.exec(expression)
  if (parts === null) return Number.NaN
  const [left, right] = [operand(parts[1], constants), operand(parts[3] ?? '0', constants)]
  if (parts[2] === '<<') return (left << right) >>> 0
  return parts[2] === '-' ? left - right : left + right
}

function operand(text: string, constants: HeaderEnum): number {
  return constants.get(text) ?? Number(text.replace(/[uUlL]+$/, ''))
}
