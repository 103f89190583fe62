/** Judges effects by state alone: what an observer saw before and after. Pure; a status code is never looked at here. */
import type { ObjectFact, ObjectType } from '../../charter/charter.ts'
import { printPointer } from '../../charter/pointer.ts'
import type { Change } from './change.ts'

/** What an observer saw of labelled objects; undefined when nobody may look, null when there is none. */
export type Sights = ReadonlyMap<string, ObjectFact | null | undefined>

/** Scalars of a value by pointer; lists also by their length, so that something added is a change of number. */
export function leaves(
  value: unknown,
  prefix = '',
  found: Map<string, unknown> = new Map(),
  depth = 0,
): Map<string, unknown> {
  if (depth > 12) return found
  if (Array.isArray(value)) {
    found.set(`${prefix}/length`, value.length)
    for (const [index, each] of value.slice(0, 200).entries()) leaves(each, `${prefix}/${index}`, found, depth + 1)
  } else if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    for (const [key, each] of Object.entries(value)) leaves(each, prefix + printPointer([key]), found, depth + 1)
  } else found.set(prefix, typeof value === 'object' && value !== null ? String(value) : value)
  return found
}

/** Differences between two looks, without what the charter calls volatile. The state is the pointer `state`. */
export function changesBetween(before: Sights, after: Sights, types: ReadonlyMap<string, ObjectType>): Change[] {
  const changes: Change[] = []
  for (const [label, now] of after) {
    const then = before.get(label)
    if (then === undefined && now === undefined) continue
    if (then === undefined || then === null || now === null || now === undefined) {
      if (then !== undefined && now !== undefined && then !== now) {
        changes.push({ label, pointer: 'exists', before: then !== null, after: now !== null })
      }
      continue
    }
    if (then.state !== now.state) changes.push({ label, pointer: 'state', before: then.state, after: now.state })
    const volatile = new Set(types.get(label)?.volatile.map(printPointer))
    const [old, fresh] = [leaves(then.value), leaves(now.value)]
    for (const pointer of new Set([...old.keys(), ...fresh.keys()])) {
      const [one, other] = [old.get(pointer), fresh.get(pointer)]
      if (one === other || volatile.has(pointer) || isMoment(one, other)) continue
      changes.push({ label, pointer, before: one, after: other })
    }
  }
  return changes
}

/** Both are times: a record of when, which moves with any write and proves nothing by itself. */
function isMoment(one: unknown, other: unknown): boolean {
  const time = (value: unknown) =>
    value === undefined || value === null || (typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value))
  return time(one) && time(other) && !(one === undefined && other === undefined)
}

/** What a change is recognised by from one try to the next. */
export function markOf(change: Change): string {
  return `${change.label}|${change.pointer}`
}

/** What the rightful call does, learnt from a control. */
export interface Signature {
  /** Marks of what it changes. */
  readonly marks: ReadonlySet<string>
  /** How much it changes numbers, by mark. */
  readonly deltas: ReadonlyMap<string, number>
  readonly creates: boolean
}

/** Learns what the rightful call does from the changes it made. */
export function signatureOf(changes: readonly Change[], creates: boolean): Signature {
  const deltas = new Map<string, number>()
  for (const change of changes) {
    const delta = deltaOf(change)
    if (delta !== undefined && delta !== 0) deltas.set(markOf(change), delta)
  }
  return { marks: new Set(changes.map(markOf)), deltas, creates }
}

/** How much a number changed, also when it is written as text; undefined for anything else. */
export function deltaOf(change: Change): number | undefined {
  const [one, other] = [numeric(change.before ?? 0), numeric(change.after ?? 0)]
  return one === undefined || other === undefined ? undefined : other - one
}

function numeric(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined
}

/**
 * The changes of an abuse that are the effect the rightful call has: the same things changed. Empty when the abuse had no effect.
 *
 * @param into - States the use leads to; when it moves the object at all, arriving in one of them is the effect.
 */
export function effectOf(changes: readonly Change[], signature: Signature, into: readonly string[]): Change[] {
  const like = changes.filter((change) => signature.marks.has(markOf(change)))
  const arrived = like.filter(
    (change) => change.pointer !== 'state' || into.length === 0 || into.includes(String(change.after)),
  )
  return arrived
}

/** How many times over the rightful effect happened, judged by numbers that move with each; at least 1 when anything changed. */
export function timesOver(changes: readonly Change[], signature: Signature): number {
  let most = changes.some((change) => signature.marks.has(markOf(change))) ? 1 : 0
  for (const change of changes) {
    const once = signature.deltas.get(markOf(change))
    const delta = deltaOf(change)
    // What is no longer there has gone once, whatever number it held.
    if (once === undefined || delta === undefined || once === 0 || change.after === undefined) continue
    most = Math.max(most, Math.round(delta / once))
  }
  return most
}

/** Values worth recognising: not short, not common, so that seeing one means having seen the object. */
export function tellingLeaves(value: unknown): Map<string, unknown> {
  const found = new Map<string, unknown>()
  for (const [pointer, leaf] of leaves(value)) {
    if (pointer.endsWith('/length')) continue
    const text = typeof leaf === 'string' ? leaf : typeof leaf === 'number' ? String(leaf) : ''
    if (text.length >= 3) found.set(pointer, leaf)
  }
  return found
}

/** The parts of an object that an answer discloses: its key and at least one more of its values, not known already, must be there. */
export function disclosedBy(answer: unknown, fact: ObjectFact, known: ReadonlySet<string> = new Set()): string[] {
  const said = new Set([...leaves(answer).values()].map(String))
  if (!said.has(fact.key)) return []
  const isNew = (leaf: unknown): boolean => String(leaf) !== fact.key && !known.has(String(leaf))
  const found = [...tellingLeaves(fact.value)].filter(([, leaf]) => isNew(leaf) && said.has(String(leaf)))
  return found.map(([pointer]) => pointer)
}

/** How much of what the rightful caller was told an answer tells as well, between 0 and 1. */
export function overlap(answer: unknown, rightful: unknown): number {
  const theirs = new Set([...tellingLeaves(rightful).values()].map(String))
  if (theirs.size === 0) return 0
  const said = new Set([...leaves(answer).values()].map(String))
  return [...theirs].filter((each) => said.has(each)).length / theirs.size
}
