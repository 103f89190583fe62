/** Calls of Chat Completions that come in fragments, put together in one way. */
import { isObject, memberOf, type PlainObject } from '../../charter/source/plain.ts'

/** The calls of one choice while they come. */
export interface Held {
  /** In the order in which they began; the legacy call has no number. */
  readonly calls: Map<number | 'legacy', PlainObject[]>
  /** The call that fragments of an index belong to, with its id as far as it is known. */
  readonly places: Map<unknown, { readonly at: number; readonly id: unknown }>
  ended: boolean
  hasText: boolean
  released: number
  replaced: number
}

/** Holds a fragment with those of its call, which come in thousands. */
export function hold(held: Held, fragment: PlainObject, kind: 'call' | 'legacy'): void {
  const { calls } = held
  const at = kind === 'legacy' ? kind : placeOf(held, fragment)
  const known = calls.get(at)
  if (known === undefined) calls.set(at, [fragment])
  else known.push(fragment)
}

/** Nothing came yet. */
export function newHeld(): Held {
  return { calls: new Map(), places: new Map(), ended: false, hasText: false, released: 0, replaced: 0 }
}

/** The call a fragment belongs to: that of its index, unless it has another id. Without an index, the last one that began. */
function placeOf({ calls, places }: Held, fragment: PlainObject): number {
  const { index, id } = fragment
  const known = places.get(index)
  const begins =
    typeof index === 'number'
      ? isText(id) && isText(known?.id) && id !== known.id
      : isText(id) || isText(askedName(fragment))
  const at = known === undefined || begins ? calls.size : known.at
  places.set(index, { at, id: isText(id) ? id : known?.id })
  return at
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/** The name in a call, or in a fragment of one. */
function askedName(call: unknown): unknown {
  return memberOf(memberOf(call, 'custom') ?? memberOf(call, 'function') ?? call, 'name')
}

/** As their indexes say, else as they began. */
export function inOrder(
  [left, [one]]: readonly [number | 'legacy', readonly PlainObject[]],
  [right, [other]]: readonly [number | 'legacy', readonly PlainObject[]],
): number {
  if (left === 'legacy' || right === 'legacy') return left === 'legacy' ? 1 : -1
  const [first, second] = [one?.['index'], other?.['index']]
  return typeof first === 'number' && typeof second === 'number' && first !== second ? first - second : left - right
}

/** Of ids and names that come more than once, some readers take the last and some all of them. */
export function isOneReading(fragments: readonly PlainObject[]): boolean {
  return [fragments.map(({ id }) => id), fragments.map(askedName)].every((each) => each.filter(isText).length < 2)
}

/** One call from its fragments: texts of arguments, and of a name in pieces, follow each other; of anything else the last counts. */
export function joined(fragments: readonly PlainObject[]): PlainObject {
  let whole: PlainObject = {}
  for (const fragment of fragments) whole = join(whole, fragment)
  return whole
}

function join(whole: PlainObject, fragment: PlainObject): PlainObject {
  const next: Record<string, unknown> = { ...whole }
  for (const [name, value] of Object.entries(fragment)) {
    const before = next[name]
    const goesOn = name === 'arguments' || name === 'input' || (name === 'name' && before !== value)
    if (goesOn && typeof before === 'string' && typeof value === 'string') next[name] = before + value
    else if (isObject(before) && isObject(value)) next[name] = join(before, value)
    // An empty name in a later fragment is no name.
    else if (value !== null && value !== '' && value !== undefined) next[name] = value
    else if (before === undefined) next[name] = value
  }
  return next
}
