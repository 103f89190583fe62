// A house with records, people and tools: what the tools of an agent work on. They do what they are told and check nothing.
import type { Principal } from '../../src/charter/charter.ts'

export type Fields = Record<string, unknown>

/** What a house keeps, by kind and id, and what left it. */
export interface Records {
  readonly kept: Readonly<Record<string, Record<string, Fields>>>
  readonly outbox: { readonly kind: string }[]
}

/** A tool: what it says of itself, what it takes (`?` after a name: optional, `[]` after a type: a list), and what it does. */
export interface HouseTool {
  readonly says: string
  readonly takes: Readonly<Record<string, string>>
  readonly reads?: true
  readonly run: (records: Records, given: Fields) => unknown
}

/** A house as it is before anything happens. */
export interface House {
  readonly people: readonly Principal[]
  readonly kept: Readonly<Record<string, Record<string, Fields>>>
  /** By operation, as the charter writes it. */
  readonly tools: Readonly<Record<string, HouseTool>>
  /** The kind of records behind each type of object. */
  readonly objects: Readonly<Record<string, string>>
}

export class NothingThere extends Error {}

/** One record, by its id in whatever letters; throws where there is none. */
export function found({ kept }: Records, kind: string, id: unknown): Fields {
  const one = kept[kind]?.[String(id).toLowerCase()]
  if (one === undefined) throw new NothingThere(`there is no ${String(id)}`)
  return one
}

/** A tool that shows one record. */
export function shows(says: string, kind: string, key: string): HouseTool {
  return { says, takes: { [key]: 'string' }, reads: true, run: (records, given) => found(records, kind, given[key]) }
}

/** A tool that lists records with some of their members, narrowed by what it is given. */
export function lists(says: string, kind: string, members: readonly string[], by: readonly string[] = []): HouseTool {
  const takes = Object.fromEntries(by.map((each) => [`${each}?`, 'string']))
  const run = ({ kept }: Records, given: Fields): unknown => {
    const all = Object.values(kept[kind] ?? {}).filter((one) =>
      by.every(
        (each) =>
          given[each] === undefined || String(one[each]).toLowerCase().includes(String(given[each]).toLowerCase()),
      ),
    )
    return { [kind]: all.map((one) => Object.fromEntries(members.map((each) => [each, one[each]]))) }
  }
  return { says, takes, reads: true, run }
}

/** A tool that only has an effect outside. */
export function sends(
  says: string,
  kind: string,
  takes: Readonly<Record<string, string>>,
  answer: unknown = { done: true },
): HouseTool {
  const run = (records: Records, given: Fields): unknown => {
    leaves(records, kind, given)
    return answer
  }
  return { says, takes, run }
}

/** Something that cannot be taken back. */
export function leaves({ outbox }: Records, kind: string, given: Fields): void {
  outbox.push({ ...given, kind })
}

/** The list of tools of each source, as its server gives it. */
export function listsOf({ tools }: House): ReadonlyMap<string, { readonly tools: readonly unknown[] }> {
  const all = Object.entries(tools).map(([operation, tool]) => {
    const [source = '', name = ''] = operation.split('.')
    return { source, described: describe(name, tool) }
  })
  return new Map(
    [...new Set(all.map(({ source }) => source))].map((source) => [
      source,
      { tools: all.flatMap((each) => (each.source === source ? [each.described] : [])) },
    ]),
  )
}

function describe(name: string, { says, takes, reads }: HouseTool): unknown {
  const typeOf = (type: string): unknown =>
    type.endsWith('[]') ? { type: 'array', items: typeOf(type.slice(0, -2)) } : { type }
  const properties = Object.fromEntries(
    Object.entries(takes).map(([key, type]) => [key.replace('?', ''), typeOf(type)]),
  )
  const required = Object.keys(takes).filter((key) => !key.endsWith('?'))
  return {
    name,
    description: says,
    inputSchema: { type: 'object', properties, required },
    annotations: { readOnlyHint: reads === true },
  }
}
