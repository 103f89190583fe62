import { timestampOf } from '../cel/time.ts'
import type { ObjectFact, ObjectType } from './charter.ts'
import { getPointer, type Pointer } from './pointer.ts'

/** What is known of an object beside its representation. */
export interface Known {
  readonly parent?: ObjectFact
  /** The principal that created it. */
  readonly creator?: string
  /** The tenant of that principal. */
  readonly creatorTenant?: string
  /** The state followed from transitions, for types whose state cannot be seen. */
  readonly state?: string
  readonly now: number
}

/**
 * Reads owner, tenant, parties, state and key out of the representation of an object, as its type says.
 *
 * A part that is not there stays absent: whatever needs it cannot be evaluated and denies.
 */
export function readObject(type: ObjectType, value: unknown, known: Known): ObjectFact {
  const owner = placed(type.owner, value, known, 'owner')
  const tenant = placed(type.tenant, value, known, 'tenant')
  const state = type.state === undefined ? known.state : stateOf(type, value, known.now)
  return {
    type: type.name,
    key: textOf(getPointer(value, type.key)) ?? '',
    value,
    ...(owner === undefined ? {} : { owner }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(known.creator === undefined ? {} : { creator: known.creator }),
    ...(state === undefined ? {} : { state }),
    ...(type.parties.size === 0 ? {} : { parties: partiesOf(type, value) }),
  }
}

function placed(
  place: ObjectType['owner'],
  value: unknown,
  known: Known,
  member: 'owner' | 'tenant',
): string | undefined {
  if (place === undefined) return undefined
  if (place === 'parent') return known.parent?.[member]
  if (place === 'creator') return member === 'tenant' ? known.creatorTenant : known.creator
  return textOf(getPointer(value, place))
}

/** The state an object is in by its representation; undefined when it names none of the type's states. */
function stateOf(type: ObjectType, value: unknown, now: number): string | undefined {
  if (type.state?.kind === 'when') {
    return type.state.cases.find((each) => each.rule.evaluate({ object: value, now: momentOf(now) }) === true)?.state
  }
  if (type.state === undefined) return undefined
  const seen = getPointer(value, type.state.pointer)
  if (typeof seen !== 'string' && typeof seen !== 'number' && typeof seen !== 'boolean') return undefined
  if (type.state.values !== undefined) return type.state.values.get(seen)
  const text = String(seen)
  return type.states.includes(text) ? text : type.states.find((state) => state.toLowerCase() === text.toLowerCase())
}

/** Milliseconds since 1970 as expressions know moments; undefined when it is none. */
export function momentOf(at: number): unknown {
  return Number.isFinite(at) ? timestampOf(BigInt(Math.trunc(at)) * 1_000_000n) : undefined
}

function partiesOf(type: ObjectType, value: unknown): Record<string, readonly string[]> {
  return Object.fromEntries([...type.parties].map(([party, at]) => [party, idsAt(value, at)]))
}

function idsAt(value: unknown, at: Pointer): readonly string[] {
  const found = getPointer(value, at)
  return (Array.isArray(found) ? found : [found]).flatMap((each: unknown) => textOf(each) ?? [])
}

/** Ids are compared as text, whatever the API writes them as. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined
}

/** The representation of an object in an answer: where the type says, at the top, or the innermost wrapper that carries the key. */
export function representationIn(type: ObjectType, answer: unknown, key: string): unknown {
  for (const at of [type.readAt, []]) {
    const direct = getPointer(answer, at)
    if (textOf(getPointer(direct, type.key)) === key) return direct
  }
  if (typeof answer !== 'object' || answer === null) return undefined
  const items = Array.isArray(answer)
    ? answer
    : Object.values(answer).flatMap((each: unknown) => (Array.isArray(each) ? each : [each]))
  return items.find((each) => textOf(getPointer(each, type.key)) === key)
}
