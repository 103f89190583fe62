/** One question of AuthZEN, answered by the guard. */

import { printPointer } from '../../charter/pointer.ts'
import type { Obligation } from '../../constraint/kind.ts'
import { treatmentIn, workflowsOf } from '../../constraint/run.ts'
import type { Incoming, Refusal, Ruling } from '../../guard/call.ts'
import type { Guard } from '../../guard/guard.ts'
import { isRecord } from '../../wire/to-http.ts'
import type { Routes } from '../http/route.ts'
import type { Evaluation } from './evaluation.ts'
import { incomingOf } from './incoming.ts'
import type { Reservations } from './reservation.ts'

/** A decision as it goes back (section 6.2). */
export interface Answered {
  readonly decision: boolean
  readonly context?: Readonly<Record<string, unknown>>
}

export interface Judging {
  readonly guard: Guard
  readonly routes: () => Routes
  readonly reservations: Reservations
  /** Who asks. */
  readonly by: string
  /** Where outcomes are told. */
  readonly outcomeUrl: string
  /** Whether the enforcement point knows obligations, because it asks where they are given. */
  readonly obligations: boolean
  /** What a denial says beside: how access can be asked for. */
  readonly onDenied?: (incoming: Incoming, call: string, refusal: Refusal) => Promise<Readonly<Record<string, unknown>>>
}

/** Answers one question. Never rejects: what cannot be decided is denied. */
export async function judge(judging: Judging, evaluation: Evaluation): Promise<Answered> {
  try {
    const mapped = incomingOf(judging.guard.charter(), judging.routes(), evaluation)
    if (!mapped.ok) return denied(mapped.code, mapped.why)
    const { reserve, inspect } = wishesOf(evaluation)
    const reserved = reserve ? await reserveCall(judging, mapped.incoming, inspect) : undefined
    return reserved ?? (await evaluate(judging, mapped.incoming, evaluation))
  } catch {
    return denied('unavailable', 'the guard cannot decide now')
  }
}

/** A decision against, with its code and its reason. */
export function denied(reason: string, detail: string, more: Readonly<Record<string, unknown>> = {}): Answered {
  return { decision: false, context: { reason, detail, ...more } }
}

interface Wishes {
  readonly reserve: boolean
  readonly inspect: boolean
}

/** What an enforcement point asks for in `context.lockstep`. */
export function wishesOf({ context }: Pick<Evaluation, 'context'>): Wishes {
  const told = context?.['lockstep']
  if (!isRecord(told)) return { reserve: false, inspect: false }
  return { reserve: told['reserve'] === true, inspect: told['inspect'] === true }
}

async function evaluate(judging: Judging, incoming: Incoming, evaluation: Evaluation): Promise<Answered> {
  const { guard } = judging
  const { call, decision, refusal } = await guard.evaluate(incoming)
  const lockstep = aboutCall(guard, incoming, call)
  if (refusal !== undefined) {
    const more = (await judging.onDenied?.(incoming, call, refusal)) ?? {}
    return refused(refusal, { ...more, lockstep })
  }
  if (decision.obligations.length === 0) return { decision: true, context: { lockstep } }
  if (!mayOblige(judging, evaluation)) {
    const remedy = 'reserve the call and inspect its answer, or ask where obligations are given'
    return denied('obligations', 'parts of the answer must not be shown, and nobody would take them out', {
      remedy,
      lockstep,
    })
  }
  return { decision: true, context: { obligations: decision.obligations.map(obligationOf), lockstep } }
}

/** Takes what the call needs; undefined when it is a read whose answer nobody here will look at. */
async function reserveCall(judging: Judging, incoming: Incoming, inspect: boolean): Promise<Answered | undefined> {
  const { guard, reservations, by } = judging
  const ruling = await guard.begin(incoming)
  if (ruling.kind === 'refused') return refused(ruling.refusal, { lockstep: aboutCall(guard, incoming, ruling.call) })
  if (ruling.kind === 'answered') {
    const { status, text = '' } = ruling.answer
    const lockstep = { ...aboutCall(guard, incoming, ruling.call), answered: { status, text } }
    return denied('answered', 'the same request was answered before: give that answer again', { lockstep })
  }
  const { effect } = ruling.decision
  const writes = guard.charter().operations.get(incoming.operation)?.writes === true
  // A read whose answer shows the object is decided on that answer. All others that are not allowed go on in observe mode only.
  const late = ruling.inspect && !writes
  const observed = (effect === 'deny' || effect === 'ask') && !late
  if (observed || (ruling.inspect && !inspect && !canGoUnseen(writes, ruling.decision.obligations))) {
    await ruling.settle({ kind: 'not-sent', why: 'only asked' })
    return undefined
  }
  const forMs = await keepOrGiveBack(reservations, ruling, by)
  const lockstep = {
    ...aboutCall(guard, incoming, ruling.call),
    inspect: ruling.inspect,
    outcome: `${judging.outcomeUrl}/${ruling.call}`,
    within_seconds: Math.floor(forMs / 1000),
  }
  return { decision: true, context: { lockstep } }
}

/** A call whose outcome could not be told must not happen. @throws {StoreError} */
async function keepOrGiveBack(
  reservations: Reservations,
  ruling: Extract<Ruling, { kind: 'go' }>,
  by: string,
): Promise<number> {
  try {
    return await reservations.keep(ruling, by)
  } catch (error) {
    await ruling.settle({ kind: 'not-sent', why: 'its outcome could not be told' })
    throw error
  }
}

/** A write that owes nothing is inspected for what it created only. */
function canGoUnseen(writes: boolean, obligations: readonly Obligation[]): boolean {
  return writes && obligations.length === 0
}

function aboutCall(guard: Guard, { operation }: Incoming, call: string): Readonly<Record<string, unknown>> {
  return {
    call,
    operation,
    ...(treatmentIn(workflowsOf(guard.charter(), operation)).mode === 'observe' ? { mode: 'observe' } : {}),
  }
}

function refused(refusal: Refusal, more: Readonly<Record<string, unknown>>): Answered {
  const { code, detail, reasons, remedy, hold, retryAfterMs } = refusal
  return denied(code, detail, {
    ...(reasons.length === 0 ? {} : { reasons }),
    ...(remedy === undefined ? {} : { remedy }),
    ...(hold === undefined ? {} : { approval: { ...hold, expires: new Date(hold.expires).toISOString() } }),
    ...(retryAfterMs === undefined ? {} : { retry_after: Math.ceil(retryAfterMs / 1000) }),
    ...more,
  })
}

/** Where obligations are given: unless the enforcement point says what it can do, and that this is not among it. */
function mayOblige({ obligations }: Judging, { context }: Evaluation): boolean {
  const supported = context?.['supported_obligations']
  return obligations && (supported === undefined || (Array.isArray(supported) && supported.includes('custom')))
}

/** As the obligations profile writes them: none of its own types fits what we owe. */
function obligationOf(obligation: Obligation, index: number): Readonly<Record<string, unknown>> {
  const { kind, constraint } = obligation
  return {
    id: `${constraint}#${index + 1}`,
    type: 'custom',
    properties: { vendor: 'lockstep', action: kind, ...detailsOf(obligation) },
  }
}

function detailsOf(obligation: Obligation): Readonly<Record<string, unknown>> {
  switch (obligation.kind) {
    case 'redact':
    case 'filter': {
      const at =
        obligation.kind === 'redact' ? { field: obligation.field, pointer: printPointer(obligation.pointer) } : {}
      const items = obligation.items === undefined ? {} : { items: printPointer(obligation.items) }
      return { object: obligation.object, ...at, ...items }
    }
    case 'cover':
      return { pointer: obligation.at, class: obligation.class, with: obligation.with }
    case 'withhold':
      return { classes: obligation.classes, tokens: obligation.tokens }
  }
}
