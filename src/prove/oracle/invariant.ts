/** Judges invariants by what an observer saw before and after. Pure. */
import Big from 'big.js'
import type { Charter, ObjectFact } from '../../charter/charter.ts'
import type { Invariant } from '../../charter/invariant.ts'
import { getPointer, printPointer } from '../../charter/pointer.ts'
import type { Change } from './change.ts'
import type { Sights } from './effect.ts'

/** An invariant that held before and does not any more, and what shows it. */
export interface Break {
  readonly id: string
  readonly change: Change
}

/** Every invariant of the charter that a call broke, as far as the objects seen tell. */
export function invariantsBroken(charter: Charter, operation: string, before: Sights, after: Sights): Break[] {
  return charter.invariants.flatMap((invariant) => {
    const change = breakOf(invariant, operation, before, after)
    return change === undefined ? [] : [{ id: invariant.id, change }]
  })
}

function breakOf(invariant: Invariant, operation: string, before: Sights, after: Sights): Change | undefined {
  const seen = [...after].flatMap(([label, fact]) =>
    exists(fact) && fact.type === invariant.object ? [{ label, fact, prior: before.get(label) }] : [],
  )
  switch (invariant.kind) {
    case 'never-negative':
      return first(
        seen,
        ({ fact, prior }) => amount(invariant, fact)?.lt(0) === true && amount(invariant, prior)?.lt(0) !== true,
        invariant,
      )
    case 'monotone':
      return first(seen, ({ fact, prior }) => less(amount(invariant, fact), amount(invariant, prior)), invariant)
    case 'conserved':
      return invariant.over.length === 0 || invariant.over.includes(operation)
        ? conserved(invariant, before, after)
        : undefined
    case 'unique':
      return unique(invariant, seen)
    case 'at-most':
      return atMost(invariant, seen)
    case 'holds': {
      const broken = seen.find(
        ({ fact, prior }) => holds(invariant, fact) === false && (!exists(prior) || holds(invariant, prior) !== false),
      )
      return broken === undefined
        ? undefined
        : { label: broken.label, pointer: invariant.rule.source, before: true, after: false }
    }
  }
}

interface Seen {
  readonly label: string
  readonly fact: ObjectFact
  readonly prior: ObjectFact | null | undefined
}

type WithField = Extract<Invariant, { readonly field: unknown }>

function exists(sight: ObjectFact | null | undefined): sight is ObjectFact {
  return sight !== undefined && sight !== null
}

function amount(invariant: WithField, fact: ObjectFact | null | undefined): Big | undefined {
  const value = exists(fact) ? getPointer(fact.value, invariant.field.at) : undefined
  if (value instanceof Big) return value
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : ''
  return /^-?\d+(\.\d+)?$/.test(text) ? new Big(text) : undefined
}

function less(now: Big | undefined, then: Big | undefined): boolean {
  return now !== undefined && then !== undefined && now.lt(then)
}

function first(seen: readonly Seen[], broken: (each: Seen) => boolean, invariant: WithField): Change | undefined {
  const found = seen.find(broken)
  return found === undefined ? undefined : changeOf(found, invariant)
}

function changeOf({ label, fact, prior }: Seen, invariant: WithField): Change {
  const at = (sight: ObjectFact | null | undefined) =>
    exists(sight) ? getPointer(sight.value, invariant.field.at) : undefined
  return { label, pointer: printPointer(invariant.field.at), before: at(prior), after: at(fact) }
}

/** Sums only what was seen both times: what came into sight in between says nothing. */
function conserved(invariant: WithField, before: Sights, after: Sights): Change | undefined {
  let [old, now] = [new Big(0), new Big(0)]
  for (const [label, fact] of after) {
    const then = before.get(label)
    if (!exists(fact) || !exists(then) || fact.type !== invariant.object) continue
    const [was, is] = [amount(invariant, then), amount(invariant, fact)]
    if (was === undefined || is === undefined) return undefined
    old = old.plus(was)
    now = now.plus(is)
  }
  return old.eq(now)
    ? undefined
    : {
        label: `all ${invariant.object}s seen`,
        pointer: printPointer(invariant.field.at),
        before: old.toNumber(),
        after: now.toNumber(),
      }
}

function unique(invariant: Extract<Invariant, { kind: 'unique' }>, seen: readonly Seen[]): Change | undefined {
  const known = new Map<string, string>()
  for (const each of seen) {
    const value = getPointer(each.fact.value, invariant.field.at)
    const within = invariant.per === undefined ? '' : (each.fact[invariant.per] ?? '')
    const mark = `${within} ${JSON.stringify(value)}`
    const other = known.get(mark)
    if (value !== undefined && value !== null && other !== undefined && other !== each.fact.key)
      return changeOf(each, invariant)
    known.set(mark, each.fact.key)
  }
  return undefined
}

function atMost(invariant: Extract<Invariant, { kind: 'at-most' }>, seen: readonly Seen[]): Change | undefined {
  const counts = new Map<string, Set<string>>()
  for (const { fact } of seen) {
    if (invariant.in.length > 0 && !invariant.in.includes(fact.state ?? '')) continue
    const holder = fact[invariant.per] ?? fact.creator
    if (holder === undefined) continue
    const keys = counts.get(holder) ?? new Set()
    counts.set(holder, keys.add(fact.key))
  }
  const most = Math.max(0, ...[...counts.values()].map((keys) => keys.size))
  return most <= invariant.count
    ? undefined
    : { label: `${invariant.object}s per ${invariant.per}`, pointer: 'count', before: invariant.count, after: most }
}

function holds(invariant: Extract<Invariant, { kind: 'holds' }>, fact: ObjectFact): unknown {
  return invariant.rule.evaluate({ object: fact.value, [invariant.object]: fact.value, state: fact.state ?? null })
}
