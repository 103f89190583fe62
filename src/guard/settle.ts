/** What became of a call: what it took is spent or given back, what it changed is remembered. */

import { equalValues } from '../cel/compare.ts'
import type { Charter, ObjectFact, Use, UseId } from '../charter/charter.ts'
import { readObject, representationIn } from '../charter/object-fact.ts'
import { setPointer } from '../charter/pointer.ts'
import { objectsFor } from '../constraint/slot.ts'
import { printLosslessJson } from '../wire/lossless-json.ts'
import { shownTo } from './answer.ts'
import { astrayAfter } from './astray.ts'
import type { Answer, Outcome } from './call.ts'
import { dueAfter } from './due.ts'
import { keptOfKeys } from './ended.ts'
import { detailOf, type Going } from './going.ts'
import { grantChanges } from './granting.ts'
import { learntOf, withLearnt } from './learnt.ts'
import { freed } from './leases.ts'
import { subjectOf } from './ledger-journal.ts'
import { createdBy, type Made } from './made.ts'
import { movesOf } from './moves.ts'
import { marksOf } from './reserve.ts'
import { type Runtime, recordingOf } from './runtime.ts'
import type { Change, ObjectRef, TrackedObject } from './store.ts'

export type Effect = 'effective' | 'released' | 'in-doubt'

/** Statuses after which nothing has happened, although they are errors of the server. */
const neverDone: ReadonlySet<number> = new Set([501, 505])

/** Whether a call took effect, by its answer alone. An error of the server proves neither. Pure. */
export function effectOf(charter: Charter, operation: string, outcome: Outcome): Effect {
  if (outcome.kind === 'not-sent') return 'released'
  if (outcome.kind === 'unknown') return 'in-doubt'
  const { status, body, headers = {} } = outcome.answer
  if (status >= 500) return neverDone.has(status) ? 'released' : 'in-doubt'
  if (status >= 400) return 'released'
  const shape = charter.operations.get(operation)?.shape
  const refusedWhen = charter.sources.get(shape?.source ?? '')?.refusedWhen
  return refusedWhen?.evaluate({ response: { status, headers, body } }) === true ? 'released' : 'effective'
}

/**
 * What became of a call.
 *
 * An answer that proves nothing is followed by a look at the object: as it was means nothing happened; where it should be means it did.
 */
export async function findEffect(runtime: Runtime, going: Going, outcome: Outcome): Promise<Effect> {
  const byAnswer = effectOf(going.force.charter, going.call.operation, outcome)
  if (byAnswer !== 'in-doubt' || outcome.kind !== 'answered') return byAnswer
  // Whoever says 500 has done with the call; other errors may come from somebody on the way.
  return effectByTruth(runtime, going, outcome.answer.status === 500)
}

/** Puts what became of a call on the record. @throws what the journal throws. */
export async function recordOutcome(runtime: Runtime, going: Going, outcome: Outcome, effect: Effect): Promise<void> {
  const answered = outcome.kind === 'answered' ? outcome.answer : undefined
  const at = runtime.now()
  const astray = answered === undefined || effect !== 'effective' ? undefined : astrayAfter(going, answered, at)
  await runtime.journal.append({
    at,
    kind: 'outcome',
    call: going.id,
    operation: going.call.operation,
    effect,
    recording: recordingOf(going.force, going.call.operation),
    ...subjectOf(going.call.principal),
    ...(going.call.principal.id === undefined ? {} : { principal: going.call.principal.id }),
    ...(going.call.run === undefined ? {} : { run: going.call.run.id }),
    ...(answered === undefined ? {} : { status: answered.status }),
    ...(outcome.kind === 'answered' ? {} : { why: outcome.why }),
    ...(astray === undefined ? {} : { astray }),
    ...(answered?.body === undefined ? {} : { answer: answered.body }),
  })
}

/**
 * Whether a call took effect, by looking at the object it moves. Only a state that must have changed and did not shows that it did not.
 *
 * @param late - Whether so much time has passed that a call nobody answered is no longer on its way.
 */
export async function effectByTruth(
  runtime: Runtime,
  { force, call, objects, uses }: Pick<Going, 'force' | 'call' | 'objects' | 'uses'>,
  late: boolean,
): Promise<Effect> {
  const { charter } = force
  const use = charter.operations.get(call.operation)?.uses.find((each) => uses.includes(each.id))
  const before = use === undefined ? undefined : objectsFor(use, objects)['object']
  const type = charter.objects.get(use?.object?.type ?? '')
  if (use === undefined || use.creates || before === undefined || before === null || type?.read === undefined)
    return 'in-doubt'
  const value = await runtime.truth.read(before, { request: call.request })
  if (value === undefined) return 'in-doubt'
  if (value === null) return use.to.includes(type.gone ?? '') ? 'effective' : 'in-doubt'
  if (isSame(value, before.value)) return late && mustShow(use, before.state) ? 'released' : 'in-doubt'
  const now = readObject(type, value, { now: runtime.now() })
  const moved = use.to.length === 0 || (now.state !== undefined && use.to.includes(now.state))
  return moved ? 'effective' : 'in-doubt'
}

/** Whether the call, had it taken effect, must have left the object in another state. What shows nothing proves nothing. */
function mustShow(use: Use, state: string | undefined): boolean {
  return state !== undefined && use.to.length > 0 && !use.to.includes(state)
}

function isSame(left: unknown, right: unknown): boolean {
  return left === right || equalValues(left, right) === true
}

/**
 * Writes the end of a call; it survives a power cut only after `flush` of the store. Can be repeated: what is settled stays settled.
 *
 * @throws {StoreError} when the store cannot be written.
 */
export async function writeSettlement(
  runtime: Runtime,
  going: Going,
  effect: Effect,
  answer: Answer | undefined,
): Promise<void> {
  const { id, force, held, repeat } = going
  const made = effect === 'effective' ? createdBy(force.charter, going, answer, runtime.now()) : []
  if (!going.stored && effect !== 'effective') return
  const changes = effect === 'in-doubt' ? [doubt(id)] : settled(going, effect, made[0]?.fact, answer)
  if (effect === 'effective') {
    if (!going.stored || going.uses.length === 0) changes.push(...lateMarks(going, made))
    else for (const each of made) changes.push(...marksOfCreated(going, each))
    changes.push(...(await changesOfObjects(runtime, going, answer)))
    const objects = made.map(({ fact }) => fact)
    for (const fact of objects) changes.push(keepObject(force.charter, fact, runtime.now()))
    changes.push(...keptOfKeys(force, objects, answer, runtime.now()))
    changes.push(...(await grantChanges(runtime, going, objects)))
  }
  if (repeat !== undefined && effect === 'effective' && answer !== undefined) changes.push(...keepAnswer(going, answer))
  if (repeat !== undefined && effect === 'released') changes.push({ kind: 'drop-repeat', key: repeat.key })
  if (changes.length > 0) {
    await runtime.store.transact([`call ${id}`], (transaction) => transaction.write(changes), { early: true })
  }
  if (effect !== 'in-doubt') runtime.waiting.wake(held)
}

function doubt(call: string): Change {
  return { kind: 'call-state', call, state: 'in-doubt' }
}

function settled(
  going: Going,
  effect: 'effective' | 'released',
  made: ObjectFact | undefined,
  answer: Answer | undefined,
): Change[] {
  const { id: call, repeat, held } = going
  // Its idempotency key may still ask for the answer.
  const keep = effect === 'effective' && repeat !== undefined && answer === undefined
  const object = made === undefined ? {} : { object: { type: made.type, key: made.key } }
  const amounts = amountsOf(going, effect, answer)
  return [
    ...(going.marked
      ? [{ kind: 'settle-marks', call, effective: effect === 'effective', ...object, ...amounts } as const]
      : []),
    ...(going.granted ? [settledGrants(call, effect)] : []),
    ...freed(call, held),
    going.remembered
      ? { kind: 'call-state', call, state: effect, detail: keep ? detailOf(going) : null }
      : { kind: 'drop-call', call },
  ]
}

/** What a model really took of budgets of tokens, where it says so. */
function amountsOf(
  { force, call }: Going,
  effect: Effect,
  answer: Answer | undefined,
): { amounts?: Record<string, string> } {
  const { tokens } = answer ?? {}
  if (effect !== 'effective' || tokens === undefined) return {}
  const uses = force.charter.operations.get(call.operation)?.uses ?? []
  const budgets = uses.flatMap(({ constraints }) =>
    constraints.flatMap((each) => (each.kind === 'limit' && each.sum?.source === 'request.tokens' ? [each.id] : [])),
  )
  return { amounts: Object.fromEntries(budgets.map((id) => [id, String(tokens)])) }
}

function settledGrants(call: string, effect: 'effective' | 'released'): Change {
  return { kind: 'settle-grants', call, spent: effect === 'effective' }
}

/** Puts the answer of a call on record under its idempotency key. */
export function keepAnswer(going: Going, answer: Answer): readonly Change[] {
  const { repeat, id, call } = going
  if (repeat === undefined) return []
  return [{ kind: 'repeat', repeat: { ...repeat, call: id, at: call.at, answer: kept(going, answer) } }]
}

/** Answers are kept as the caller was shown them, without what belongs to one connection only. */
function kept(going: Going, answer: Answer): Answer {
  const { status, headers, text } = answer
  const type = headers?.['content-type']
  const shown = shownTo(going, going.decision, answer)
  const keptText = shown.kind === 'changed' ? printLosslessJson(shown.body) : shown.kind === 'pass' ? (text ?? '') : ''
  return { status, headers: type === undefined ? {} : { 'content-type': type }, text: keptText }
}

/** Scopes of an object are known only now that it exists. */
function marksOfCreated(going: Going, made: Made): readonly Change[] {
  const { charter } = going.force
  const before = new Set(marksOf(charter, going, going.uses).map((mark) => `${mark.constraint} ${mark.scope}`))
  return marksOf(charter, going, going.uses, made)
    .filter((mark) => !before.has(`${mark.constraint} ${mark.scope}`))
    .map((mark) => ({ kind: 'mark', call: going.id, mark, effective: true }))
}

/** A call that was let through as no use of its operation reserved nothing, but what happened has happened. */
function lateMarks(going: Going, made: readonly Made[]): readonly Change[] {
  const uses = going.uses.length > 0 ? going.uses : firstUse(going)
  return marksOf(going.force.charter, going, uses, made[0]).map((mark) => ({
    kind: 'mark',
    call: going.id,
    mark,
    effective: true,
  }))
}

function firstUse({ force, call }: Going): readonly UseId[] {
  const first = force.charter.operations.get(call.operation)?.uses[0]?.id
  return first === undefined ? [] : [first]
}

/** How the objects a call moved are now, for types the guard follows. */
async function changesOfObjects(
  runtime: Runtime,
  going: Going,
  answer: Answer | undefined,
): Promise<readonly Change[]> {
  const changes: Change[] = []
  for (const { type, before, to, outcomes } of movesOf(going)) {
    const ref: ObjectRef = { type: before.type, key: before.key }
    const shown = representationIn(type, answer?.body, before.key)
    const [first] = to
    const state = to.length === 1 && first !== undefined ? first : before.state
    let value = shown
    if (value === undefined && type.truth === 'tracked' && type.read === undefined)
      value = moved(type, before.value, state)
    else if (value === undefined && (type.truth === 'tracked' || mayBeDue(to, before)))
      value = await runtime.truth.read(ref, { request: going.call.request })
    const known = {
      ...(before.creator === undefined ? {} : { creator: before.creator }),
      ...(state === undefined ? {} : { state }),
    }
    const fact =
      value === undefined || value === null
        ? { ...before, ...known }
        : readObject(type, value, { ...known, now: runtime.now() })
    const seen = { ...before, ...fact, ...ref, value: withLearnt(fact.value, before.value) }
    const due = dueAfter(going, { outcomes, type, before, after: fact, answer })
    const kept = due === undefined ? seen : { ...seen, state: due.state, due }
    const change = keepObject(going.force.charter, kept, runtime.now())
    if (!isTracked(going, change.object)) changes.push(change)
  }
  return changes
}

/** Whether the object may still be where it was, which the answer of a move may leave open. */
function mayBeDue(to: readonly string[], { state }: ObjectFact): boolean {
  return state !== undefined && to.length > 0 && !to.includes(state)
}

/** Whether an object is tracked as it is now. Nobody else has changed that while the call kept others off it. */
function isTracked({ tracked = [] }: Going, { seenAt: _, ...object }: Omit<TrackedObject, 'version'>): boolean {
  const before = tracked.find(({ type, key }) => type === object.type && key === object.key)
  if (before === undefined) return false
  const { seenAt: __, version: ___, ...known } = before
  return JSON.stringify(known) === JSON.stringify(object)
}

/** Of an object that can be looked at, only what cannot be seen again is kept. */
function keepObject(charter: Charter, fact: ObjectFact, seenAt: number): Extract<Change, { kind: 'object' }> {
  const type = charter.objects.get(fact.type)
  const value = type?.truth === 'read' ? learntOf(charter, type, fact.value) : (fact.value ?? null)
  return { kind: 'object', object: { ...fact, value, seenAt } }
}

/** The representation with the state it must have now, where the state is a part of it. */
function moved(type: { readonly state?: unknown }, value: unknown, state: string | undefined): unknown {
  const source = type.state
  if (state === undefined || typeof source !== 'object' || source === null || !('pointer' in source)) return value
  const { pointer } = source
  return Array.isArray(pointer) ? setPointer(value, pointer, state) : value
}
