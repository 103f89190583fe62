/** What the shape of a charter lets one write at a place. */
import { charterSchema } from '../../charter/schema.ts'

/** A part of the JSON Schema of charters. */
export interface Shape {
  readonly description?: string
  readonly properties?: Readonly<Record<string, Shape>>
  readonly additionalProperties?: boolean | Shape
  readonly items?: boolean | Shape
  readonly prefixItems?: readonly Shape[]
  readonly anyOf?: readonly Shape[]
  readonly oneOf?: readonly Shape[]
  readonly allOf?: readonly Shape[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly type?: string
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, Shape>>
}

const root = charterSchema.toJSONSchema({ io: 'input', unrepresentable: 'any' }) as Shape

/** All shapes a value at a path may have, alternatives side by side. */
export function shapesAt(path: readonly (string | number)[]): readonly Shape[] {
  let shapes = alternatives(root)
  for (const step of path) shapes = shapes.flatMap((shape) => stepInto(shape, step)).flatMap(alternatives)
  return shapes
}

function stepInto(shape: Shape, step: string | number): readonly Shape[] {
  if (typeof step === 'number') {
    const own = shape.prefixItems?.[step] ?? shape.items
    return typeof own === 'object' ? [own] : []
  }
  const { properties = {}, additionalProperties: others } = shape
  const own = Object.hasOwn(properties, step) ? properties[step] : undefined
  return own !== undefined ? [own] : typeof others === 'object' ? [others] : []
}

function alternatives(shape: Shape): readonly Shape[] {
  const named = shape.$ref?.startsWith('#/$defs/') === true ? root.$defs?.[shape.$ref.slice(8)] : undefined
  const whole = named === undefined ? shape : { ...named, ...withoutRef(shape) }
  const inner = [...(whole.anyOf ?? []), ...(whole.oneOf ?? []), ...(whole.allOf ?? [])]
  if (inner.length === 0) return [whole]
  const { description } = whole
  return inner.flatMap(alternatives).map((each) => (description === undefined ? each : { description, ...each }))
}

function withoutRef({ $ref: _, ...shape }: Shape): Shape {
  return shape
}

/** A member that may be written, and what it means. */
export interface Member {
  readonly name: string
  readonly description: string | undefined
}

/** The members of maps at a path, of those alternatives that also have what is there. */
export function membersAt(path: readonly (string | number)[], siblings: readonly string[]): readonly Member[] {
  const fitting = shapesAt(path).filter(
    ({ properties }) => properties !== undefined && siblings.every((each) => Object.hasOwn(properties, each)),
  )
  const found = new Map<string, Member>()
  for (const { properties = {} } of fitting)
    for (const [name, shape] of Object.entries(properties)) {
      const description = shape.description ?? alternatives(shape).find((each) => each.description)?.description
      if (!siblings.includes(name) && !found.has(name)) found.set(name, { name, description })
    }
  return [...found.values()]
}

/** Words the shape itself has for a value at a path, as `enforce` and `true`. */
export function wordsAt(path: readonly (string | number)[]): readonly string[] {
  return shapesAt(path).flatMap((shape) => {
    if (shape.enum !== undefined) return shape.enum.map(String)
    if (shape.const !== undefined) return [String(shape.const)]
    return shape.type === 'boolean' ? ['true', 'false'] : []
  })
}
