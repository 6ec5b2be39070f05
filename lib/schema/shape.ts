import { shapes } from './shapes.generated.ts'

/** What reads slots into an object of one fixed shape. */
export type Shape = (slots: readonly unknown[]) => object

/** Adds the shapes of what is loaded late: scripts/bundle.mjs puts a call before it. */
export function addShapes(more: Readonly<Record<string, Shape>>): void {
  Object.assign(shapes, more)
}

/** The slots of every object that the library decodes, by the name of its table or struct. scripts/generate-shapes.mjs writes their shapes. */
export const declaredShapes = new Map<string, readonly string[]>()

/**
 * The shape for these slots. It is generated code: one literal with all properties is ten times as fast as setting them one by one, and all
 * objects of it share a hidden class. A slot whose name starts with `$` is no property.
 */
export function shapeOf(name: string, keys: readonly string[]): Shape {
  const declared = declaredShapes.get(name)
  if (declared !== undefined && declared.join() !== keys.join()) throw new Error(`two tables or structs are called ${name}`)
  declaredShapes.set(name, keys)
  return shapes[name] ?? (slots => assemble(keys, slots))
}

/** For tables that the generator has not seen: those of tests, and new ones. */
function assemble(keys: readonly string[], slots: readonly unknown[]): object {
  return Object.fromEntries(keys.map((key, i) => [key, slots[i]] as const).filter(([key]) => !key.startsWith('$')))
}
