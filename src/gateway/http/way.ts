/** Which request shows an object, or all objects of its type. Pure. */
import { bare } from '../../charter/bare.ts'
import type { CallRequest, Charter, ObjectType, Operation, Use } from '../../charter/charter.ts'
import { inferKey } from '../../charter/infer.ts'
import { type CallerKey, getPointer, type Reference } from '../../charter/pointer.ts'
import type { SoughtText } from '../../constraint/where.ts'
import type { ObjectRef } from '../../guard/store.ts'
import type { Look } from '../../guard/truth.ts'
import { placeValue } from '../../wire/place.ts'
import { itemsIn } from './pages.ts'

/** Headers of a request that looks. */
export type Eyes = Readonly<Record<string, string>>

/** How objects of a type can be looked at. */
export interface Walkable {
  readonly type: ObjectType
  readonly operation: Operation
  readonly use: Use
  readonly at: Reference | CallerKey | undefined
  readonly listed: boolean
}

/** How one object can be looked at. */
export interface Way extends Walkable {
  readonly key: string
}

/** The way to one object: through the `read` of its type, else through its `list`; undefined when there is none. */
export function wayTo(charter: Charter, { type: name, key }: ObjectRef): Way | undefined {
  const type = charter.objects.get(name)
  const operation = charter.operations.get(type?.read ?? type?.list ?? '')
  if (type === undefined || operation === undefined) return undefined
  const listed = type.read === undefined
  const own = operation.uses.find((use) => use.object?.type === name)
  const use = own ?? operation.uses[0]
  if (use === undefined) return undefined
  const inferred = own?.object?.key ?? inferKey(name, operation.shape, type.read, operation.shape)
  // A read that takes no argument shows everybody their own.
  const at = inferred ?? (takesNothing(operation) ? callersOwn : undefined)
  return listed || at !== undefined ? { type, key, operation, use, at, listed } : undefined
}

/** The way to all objects of a type: its `list`. */
export function wayToAll(charter: Charter, name: string): Walkable | undefined {
  const type = charter.objects.get(name)
  const operation = charter.operations.get(type?.list ?? '')
  const use = operation?.uses[0]
  if (type === undefined || operation === undefined || use === undefined) return undefined
  return { type, operation, use, at: undefined, listed: true }
}

/** The items of an answer: where the charter says, else its only list. */
export function itemsOf({ operation }: Walkable, body: unknown): readonly unknown[] | undefined {
  const said = getPointer(body, operation.lists?.items ?? [])
  return Array.isArray(said) ? said : itemsIn(body)
}

const callersOwn: CallerKey = { from: 'principal' }

function takesNothing({ shape }: Operation): boolean {
  return shape.parameters.every((each) => each.in !== 'path' && !each.required)
}

/** The read of the object, in the place the call speaks of: the tenant in its path, say. */
export function requestFor(way: Walkable & { readonly key?: string }, { request }: Look, own: boolean): CallRequest {
  const { operation, at, key, listed } = way
  const wanted = new Set(operation.shape.parameters.filter((each) => each.in === 'path').map((each) => each.name))
  const path = Object.fromEntries(Object.entries(request.path ?? {}).filter(([name]) => wanted.has(name)))
  const declared = new Set(
    operation.shape.parameters.filter((each) => each.in === 'header').map((each) => each.name.toLowerCase()),
  )
  const header = own
    ? Object.fromEntries(Object.entries(request.header ?? {}).filter(([name]) => declared.has(name.toLowerCase())))
    : {}
  const base = { path, header }
  return listed || at === undefined || key === undefined ? base : placeValue(base, at, key)
}

/**
 * The request for the list on which what is looked for must be: what its path and its query must have is called as in the object, or
 * names the object above it. Undefined when a part of it is not known.
 */
export function requestForAll(
  charter: Charter,
  { type, operation }: Walkable,
  sought: readonly SoughtText[],
  base: CallRequest,
): CallRequest | undefined {
  const parent = type.parent
  const above = charter.operations.get(charter.objects.get(parent?.object ?? '')?.read ?? '')?.shape
  const nest = parent === undefined ? undefined : inferKey(parent.object, operation.shape, above?.id, above)
  const named = (name: string): string | undefined =>
    sought.find(
      ({ at }) =>
        bare(at.at(-1) ?? '') === bare(name) ||
        (nest?.in === 'path' && nest.name === name && at.join('/') === parent?.key.join('/')),
    )?.is
  let request = base
  for (const { in: place, name, required } of operation.shape.parameters) {
    if (place !== 'path' && !(place === 'query' && required)) continue
    const value = named(name) ?? request[place]?.[name]
    if (value === undefined) return undefined
    request = { ...request, [place]: { ...request[place], [name]: value } }
  }
  return request
}
