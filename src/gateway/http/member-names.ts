/** Names in a body that are almost those which are judged: many servers do not tell upper from lower case. */
import Big from 'big.js'
import type { Pointer } from '../../charter/pointer.ts'
import type { ApiDescription, Schema } from '../../charter/source/description.ts'
import { isObject } from '../../charter/source/plain.ts'
import { itemSchema, propertiesOf, resolveSchema } from '../../charter/source/schema.ts'
import { foldedName } from './strict-json.ts'

/** The names that are known at one place of a body, and below it. */
export interface MemberNames {
  /** Whether the value or anything in it has a name that is a known one in another case. */
  hasAlmost(value: unknown): boolean
}

/** So many places of one description are remembered; what lies beyond is worked out each time. */
const mostRemembered = 2000

/**
 * Arranges which names are known where.
 *
 * @param schema - Of the body; undefined when none is described.
 * @param pointers - Places in the body that the charter speaks of, whether or not they are described.
 */
export function memberNames(
  description: ApiDescription,
  schema: Schema | undefined,
  pointers: readonly Pointer[],
): MemberNames {
  const remembered = new Map<unknown, Place>()
  return new Place({ description, remembered }, schema, pointers)
}

interface Home {
  readonly description: ApiDescription
  readonly remembered: Map<unknown, Place>
}

class Place implements MemberNames {
  readonly #home: Home
  readonly #schema: Schema | undefined
  readonly #pointers: readonly Pointer[]
  readonly #properties: Readonly<Record<string, { readonly schema: Schema }>>
  readonly #names: ReadonlySet<string>
  readonly #lower: ReadonlySet<string>
  /** Below what the charter speaks of. */
  readonly #children = new Map<string, Place>()
  #items: Place | undefined
  #others: Place | undefined

  constructor(home: Home, schema: Schema | undefined, pointers: readonly Pointer[]) {
    this.#home = home
    this.#schema = schema
    this.#pointers = pointers.filter((each) => each.length > 0)
    this.#properties = schema === undefined ? {} : propertiesOf(home.description, schema)
    this.#names = new Set([...Object.keys(this.#properties), ...this.#pointers.flatMap((each) => each[0] ?? [])])
    this.#lower = new Set([...this.#names].map(foldedName))
  }

  hasAlmost(value: unknown): boolean {
    if (typeof value !== 'object' || value === null || value instanceof Big) return false
    if (Array.isArray(value)) return value.length > 0 && this.#hasAlmostItem(value)
    const entries = Object.entries(value)
    return (
      entries.some(([name]) => !this.#names.has(name) && this.#lower.has(foldedName(name))) ||
      entries.some(([name, member]) => typeof member === 'object' && this.#below(name).hasAlmost(member))
    )
  }

  /** A pointer into a list names a position, or the items as such. */
  #hasAlmostItem(items: readonly unknown[]): boolean {
    const schema = this.#schema === undefined ? undefined : itemSchema(this.#home.description, this.#schema)
    const pointers = this.#pointers.map(([first = '', ...rest]) =>
      /^(?:\d+|-)$/.test(first) ? rest : [first, ...rest],
    )
    this.#items ??= this.#place(schema, pointers)
    return items.some((item) => this.#items?.hasAlmost(item))
  }

  #below(name: string): Place {
    const own = Object.hasOwn(this.#properties, name) ? this.#properties[name]?.schema : undefined
    const pointers = this.#pointers.flatMap(([first, ...rest]) => (first === name ? [rest] : []))
    if (pointers.length > 0) {
      const child = this.#children.get(name) ?? this.#place(own, pointers)
      this.#children.set(name, child)
      return child
    }
    if (own !== undefined) return this.#place(own, [])
    this.#others ??= this.#place(this.#additional(), [])
    return this.#others
  }

  /** The schema of members that have no name of their own. */
  #additional(): Schema | undefined {
    if (this.#schema === undefined) return undefined
    const schema = resolveSchema(this.#home.description, this.#schema)['additionalProperties']
    return isObject(schema) ? schema : undefined
  }

  #place(schema: Schema | undefined, pointers: readonly Pointer[]): Place {
    const { remembered } = this.#home
    if (pointers.some((each) => each.length > 0)) return new Place(this.#home, schema, pointers)
    const known = remembered.get(schema)
    if (known !== undefined) return known
    const made = new Place(this.#home, schema, [])
    if (remembered.size < mostRemembered) remembered.set(schema, made)
    return made
  }
}
