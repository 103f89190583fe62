/** Decide and reserve at once: nobody changes what the decision rests on before what it takes is taken. */

import { approvalsOf } from '../charter/approval.ts'
import type { Call, Charter, Use, UseId } from '../charter/charter.ts'
import { type Facts, noFacts } from '../constraint/facts.ts'
import { personOf } from '../constraint/scope-key.ts'
import { objectsFor } from '../constraint/slot.ts'
import { decide, evaluateUse } from '../decide/decide.ts'
import type { Decision } from '../decide/decision.ts'
import { usesUp } from '../session/grants.ts'
import { tracesOf } from '../session/trace.ts'
import type { Answer, Refusal } from './call.ts'
import { satisfiedBy } from './due.ts'
import { askFor, grantsIn, scopeName } from './facts.ts'
import type { Objects } from './gather.ts'
import { detailOf } from './going.ts'
import { freed } from './leases.ts'
import type { Aside } from './memory.ts'
import { refuse } from './refusal.ts'
import type { RepeatKey } from './repeat.ts'
import type { InForce, Runtime } from './runtime.ts'
import type { Left, Sending } from './sending.ts'
import { covers } from './standing.ts'
import { usesOf } from './standing-grants.ts'
import type {
  Change,
  Mark,
  ObjectRef,
  Repeat,
  Store,
  StoredCall,
  StoredGrant,
  TrackedObject,
  Transaction,
} from './store.ts'

/** A call that is about to be decided: its objects are known, and others are kept off those it moves. */
export interface Ready {
  readonly id: string
  readonly force: InForce
  readonly call: Call
  readonly objects: Objects
  readonly question: string
  readonly mode: 'enforce' | 'observe'
  readonly held: readonly ObjectRef[]
  /** The moment of `performance.now()` before they were taken. */
  readonly began: number
  /** What was tracked of them when they were taken. */
  readonly tracked?: readonly TrackedObject[]
  readonly repeat?: RepeatKey
  readonly hold?: string
  /** What its run and its gateway know of it. */
  readonly aside: Aside
  /** What it would take away of the classed data of its run. */
  readonly sending?: Sending
}

export type Reservation =
  | ({ readonly kind: 'decided' } & Reserved)
  /** The idempotency key was used before. */
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** By a call of unknown outcome: this one continues it. */
  | { readonly kind: 'again'; readonly earlier: StoredCall }

export interface Reserved {
  readonly decision: Decision
  readonly facts: Facts
  readonly uses: readonly UseId[]
  readonly marks: readonly Mark[]
  /** Whether the store knows the call from now on. */
  readonly stored: boolean
  /** Whether it left marks of any kind. */
  readonly marked: boolean
  /** Whether it took grants. */
  readonly granted: boolean
  /** Every use as which it is allowed. */
  readonly satisfied?: readonly UseId[]
  /** What is to be sent of it, where it was noted what it takes away. */
  readonly left?: Left
}

/**
 * Decides a call on the facts of the store and, when it is allowed, takes what it needs: marks, grants, its idempotency key. What was taken
 * survives a power cut only after `flush` of the store: nothing may be sent before.
 *
 * @throws {StoreError} when nothing could be decided or kept.
 */
export async function reserve(runtime: Runtime, ready: Ready): Promise<Reservation> {
  const { charter } = ready.force
  const operation = charter.operations.get(ready.call.operation)
  const { sending } = ready
  const isRead = ready.held.length === 0 && operation?.writes !== true && sending === undefined
  if (isRead && !ready.force.traitsOf(ready.call.operation).facts)
    return withoutStore(ready, { ...noFacts, ...ready.aside })
  const asking = askFor(charter, ready.call, ready.objects, ready.question)
  const { counters = [], histories = [], grants = [] } = asking.query
  if (counters.length + histories.length + grants.length === 0 && isRead) {
    return withoutStore(ready, { ...asking.factsFrom(noRows, ready.objects).facts, ...ready.aside })
  }
  // Every scope the call may leave a mark in, as whichever use, is kept apart.
  const all = operation?.uses.map((use) => use.id) ?? []
  const possible = marksOf(charter, ready, all)
  const traceKeys = possible.map((mark) => scopeName(mark.constraint, mark.scope))
  const keys = [...asking.keys, ...traceKeys, ...grants.map((each) => `approval ${each.approval}`)]
  if (ready.repeat !== undefined) keys.push(`repeat ${ready.repeat.key}`)
  if (sending !== undefined) keys.push(sending.key)
  const query = ready.repeat === undefined ? asking.query : { ...asking.query, repeats: [ready.repeat.key] }
  const work = async (transaction: Transaction): Promise<Reservation> => {
    const rows = await transaction.read(sending === undefined ? query : { ...query, seen: sending.query() })
    const earlier = await repeated(transaction, ready, rows.repeats[0], runtime)
    if (earlier !== undefined) {
      await transaction.write(freed(ready.id, ready.held))
      return earlier
    }
    const standing = await standingFor(transaction, ready, grantsIn(rows))
    const { facts: stored, grants: found } = asking.factsFrom(rows, ready.objects, standing)
    const classes = sending?.look(rows)
    const facts = { ...stored, ...ready.aside, ...(classes === undefined ? {} : { classes }) }
    const decision = decide(charter, facts, ready.call)
    const goes = decision.effect === 'allow' || decision.effect === 'modify' || ready.mode === 'observe'
    if (!goes) {
      await transaction.write(freed(ready.id, ready.held))
      return { kind: 'decided', decision, facts, uses: [], marks: [], stored: false, marked: false, granted: false }
    }
    const uses = usesAllowed(charter, facts, ready.call, decision)
    const marks = all.length === 1 && uses.length === 1 ? possible : marksOf(charter, ready, uses)
    const writes = operation?.writes === true
    const used = taken(charter, ready, uses, found, writes)
    const left = sending?.leave(decision, ready.mode)
    await transaction.write([
      ...(writes ? [reservation(runtime.node, ready, uses, decision)] : []),
      ...marks.map((mark): Change => ({ kind: 'mark', call: ready.id, mark, effective: !writes })),
      ...used,
      ...(left?.changes ?? []),
      ...(ready.repeat === undefined ? [] : [repeatOf(ready, ready.repeat)]),
    ])
    const granted = used.some((each) => each.kind === 'take-grant')
    const marked = marks.length + used.length > 0
    const satisfied = satisfiedBy(charter, ready.call, facts, uses)
    const kept = { uses, marks, stored: writes, marked, granted, satisfied, ...(left === undefined ? {} : { left }) }
    return { kind: 'decided', decision, facts, ...kept }
  }
  try {
    return await runtime.store.transact([...new Set(keys)], work, { early: true })
  } catch (error) {
    sending?.failed()
    throw error
  }
}

const noRows = {
  leases: [],
  objects: [],
  counters: [],
  histories: [],
  grants: [],
  calls: [],
  callsIn: [],
  repeats: [],
  holds: [],
  holdsBy: [],
  switches: [],
  runs: [],
  runsBy: [],
  nodes: [],
  marked: [],
  seen: [],
  kept: [],
  keptOf: [],
}

function withoutStore(ready: Ready, facts: Facts): Reservation {
  const decision = decide(ready.force.charter, facts, ready.call)
  return {
    kind: 'decided',
    decision,
    facts,
    uses: decision.use === undefined ? [] : [decision.use],
    marks: [],
    stored: false,
    marked: false,
    granted: false,
  }
}

/** What an earlier use of the same idempotency key means for this call; undefined when it is the first. */
async function repeated(
  transaction: Transaction,
  ready: Ready,
  earlier: Repeat | undefined,
  { now, limits }: Runtime,
): Promise<Reservation | undefined> {
  if (earlier === undefined || earlier.call === ready.id || earlier.at < now() - limits.repeatMs) return undefined
  if (earlier.digest !== ready.repeat?.digest) {
    return { kind: 'refused', refusal: refuse('repeat-differs', 'the key belongs to a request with other arguments') }
  }
  if (isAnswer(earlier.answer)) return { kind: 'answered', answer: earlier.answer }
  const [call] = (await transaction.read({ calls: [earlier.call] })).calls
  // Settled without anybody having seen its answer: the API is asked for it again, and nothing counts twice.
  if (call?.state === 'in-doubt' || call?.state === 'effective') return { kind: 'again', earlier: call }
  if (call?.state !== 'reserved') return undefined
  return { kind: 'refused', refusal: refuse('repeat-in-flight', 'it is not answered yet', { retryAfterMs: 1000 }) }
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === 'object' && value !== null && 'status' in value
}

/** The standing grants that cover a call and have uses left. */
async function standingFor(
  transaction: Transaction,
  ready: Ready,
  grants: readonly StoredGrant[],
): Promise<ReadonlySet<string>> {
  const standing = grants.filter((grant) => grant.bound !== undefined)
  if (standing.length === 0) return new Set()
  const counters = standing.map((grant) => usesOf(grant.id))
  const rows = await transaction.read({ counters })
  const object = ready.objects['object']
  const fit = standing.filter((grant, index) =>
    covers(ready.force.charter, grant, ready.call, object, rows.counters[index]?.count ?? Number.POSITIVE_INFINITY),
  )
  return new Set(fit.map((grant) => grant.id))
}

function reservation(node: string, ready: Ready, uses: readonly UseId[], decision: Decision): Change {
  const { id, call } = ready
  const detail = detailOf({ ...ready, uses, decision, stored: true })
  const isPlain = call.run === undefined && call.principal.kind !== 'agent' && ready.force.labels === undefined
  return {
    kind: 'call',
    ...(isPlain ? { plain: true } : {}),
    call: {
      id,
      node,
      state: 'reserved',
      operation: call.operation,
      at: call.at,
      detail,
      ...(call.principal.id === undefined ? {} : { principal: call.principal.id }),
    },
  }
}

function repeatOf(ready: Ready, { key, digest }: RepeatKey): Change {
  return { kind: 'repeat', repeat: { key, digest, call: ready.id, at: ready.call.at } }
}

/** One use for each type of object the operation moves: the first that is satisfied, or else the one that came nearest. */
function usesAllowed(charter: Charter, facts: Facts, call: Call, decision: Decision): readonly UseId[] {
  const uses = charter.operations.get(call.operation)?.uses ?? []
  const types = new Set(uses.map((use) => use.object?.type ?? ''))
  if (types.size <= 1) return decision.use === undefined ? [] : [decision.use]
  return [...types].flatMap((type) => {
    const own = uses.filter((use) => (use.object?.type ?? '') === type)
    return (own.find((use) => evaluateUse(charter, use, facts, call).length === 0) ?? own[0])?.id ?? []
  })
}

/** What a call leaves behind as each of these uses. */
export function marksOf(
  charter: Charter,
  { call, objects }: { readonly call: Call; readonly objects: Objects },
  uses: readonly UseId[],
  created?: { readonly use: UseId; readonly fact: Parameters<typeof tracesOf>[1]['created'] },
): readonly Mark[] {
  const marks = new Map<string, Mark>()
  const { id: person } = personOf(call.principal)
  for (const id of uses) {
    const use = charter.operations.get(call.operation)?.uses.find((each) => each.id === id)
    if (use === undefined) continue
    const made = created?.use === id ? created.fact : undefined
    for (const { move = call.operation, ...trace } of tracesOf(charter, pastOf(call, use, objects, made)).traces) {
      marks.set(scopeName(trace.constraint, trace.scope), {
        ...trace,
        at: call.at,
        operation: move,
        // Of two agents of one person, or a person and an agent of theirs, neither is somebody else.
        ...(person === undefined ? {} : { principal: person }),
      })
    }
  }
  return [...marks.values()]
}

function pastOf(
  call: Call,
  use: Use,
  objects: Objects,
  created: Parameters<typeof tracesOf>[1]['created'],
): Parameters<typeof tracesOf>[1] {
  return { ...call, use: use.id, objects: objectsFor(use, objects), ...(created === undefined ? {} : { created }) }
}

/** A grant serves once: a call that needed the approval uses up all that were found for it; standing ones are counted instead. */
function taken(
  charter: Charter,
  ready: Ready,
  uses: readonly UseId[],
  grants: readonly StoredGrant[],
  writes: boolean,
): readonly Change[] {
  const needed = new Set<string>()
  for (const use of charter.operations.get(ready.call.operation)?.uses ?? []) {
    if (!uses.includes(use.id)) continue
    for (const constraint of use.constraints) {
      for (const name of approvalsOf(constraint)) {
        const approval = charter.approvals.get(name)
        if (approval !== undefined && usesUp(charter, approval, pastOf(ready.call, use, ready.objects, undefined)))
          needed.add(name)
      }
    }
  }
  const used = grants.filter((grant) => needed.has(grant.approval))
  const once = used.filter((grant) => grant.bound === undefined)
  const enough = once.length > 0
  return [
    ...once.map((grant): Change => ({ kind: 'take-grant', grant: grant.id, call: ready.id })),
    ...used
      .filter((grant) => grant.bound !== undefined && !enough)
      .map((grant): Change => ({ kind: 'mark', call: ready.id, mark: standingMark(ready, grant), effective: !writes })),
  ]
}

/** Uses of a standing grant are counted under its own name. */
export function standingMark(ready: { readonly call: Call }, grant: StoredGrant): Mark {
  return { ...usesOf(grant.id), at: ready.call.at, operation: ready.call.operation, summed: true }
}

/** Decides on the facts of the store and takes nothing. */
export async function reserveNothing(runtime: Runtime, ready: Ready): Promise<Reserved> {
  const { repeat: _, ...once } = ready
  const reserved = await reserve({ ...runtime, store: readOnly(runtime.store) }, once)
  if (reserved.kind !== 'decided') throw new TypeError('a question has no idempotency key')
  return reserved
}

function readOnly(store: Store): Store {
  return {
    transact: (keys, work) =>
      store.transact(keys, (transaction) =>
        work({ read: (query) => transaction.read(query), write: () => Promise.resolve() }),
      ),
    read: (query) => store.read(query),
    flush: () => Promise.resolve(),
    watch: (listener) => store.watch(listener),
    close: () => Promise.resolve(),
  }
}
