/** Calls that wait for somebody: asked once, shown as they will run, decided by whoever the charter entitles. */

import type { Charter, Principal, Use } from '../charter/charter.ts'
import { compileRejection } from '../constraint/approval.ts'
import { makeContext } from '../constraint/context.ts'
import type { Facts } from '../constraint/facts.ts'
import { makeScopePlan } from '../constraint/scope.ts'
import { objectsFor } from '../constraint/slot.ts'
import { type Asking, askQuestion, questionKey } from './asking.ts'
import { newId } from './id.ts'
import type { GuardEvent } from './journal.ts'
import { type Answered, type Asked, detailOfHold, type HoldDetail, type Question, questionIn } from './question.ts'
import type { InForce, Runtime } from './runtime.ts'
import { askedDigest, type Seen, seeQuestion } from './shown.ts'
import { makeStandingGrants, type StandingGrants } from './standing-grants.ts'
import type { Hold, HoldState, Transaction } from './store.ts'

export type Verdict =
  /** With `sentBy`, the guard sends it once it is granted; otherwise whoever asked repeats it. */
  | { readonly ok: true; readonly state: HoldState; readonly sentBy?: 'guard' }
  | {
      readonly ok: false
      readonly code: 'unknown' | 'closed' | 'expired' | 'not-entitled' | 'already' | 'changed'
      readonly why: string
    }

/**
 * What somebody says to a question. `shown` is the digest of what they were shown: where anything is otherwise by now, nothing is
 * answered. Nobody approves without it; a refusal may leave it out.
 */
export type Said = { readonly why?: string | undefined } & (
  | { readonly verdict: 'approve'; readonly shown: string }
  | { readonly verdict: 'refuse'; readonly shown?: string | undefined }
)

export interface Approvals extends StandingGrants {
  /** Opens a question, or finds it when it is open already. */
  ask(asking: Asking): Promise<Asked>
  /** Waits as long as a call may wait; true when it was granted meanwhile. */
  wait(reference: string, signal: AbortSignal | undefined): Promise<boolean>
  list(states?: readonly HoldState[]): Promise<readonly Question[]>
  get(reference: string): Promise<Question | undefined>
  /** A question beside how things are now, for somebody who is to answer it. */
  see(question: Question): Promise<Seen>
  /** Whether a person may answer a question, and if not why. */
  mayAnswer(question: Question, by: Principal): string | undefined
  answer(reference: string, by: Principal, said: Said): Promise<Verdict>
}

export function makeApprovals(runtime: Runtime, inForce: () => InForce): Approvals {
  const { store, now, limits } = runtime
  const get = async (reference: string): Promise<Question | undefined> => {
    const { holds } = await store.read({ holds: [reference] })
    return holds[0] === undefined ? undefined : questionIn(holds[0], now())
  }
  return {
    ask: (asking) => askQuestion(runtime, asking),
    async wait(reference, signal) {
      const deadline = now() + limits.waitMs
      while (now() < deadline && signal?.aborted !== true) {
        const question = await get(reference)
        if (question?.state === 'granted') return true
        if (question === undefined || question.state !== 'pending') return false
        await changed(runtime, Math.min(500, deadline - now()), signal)
      }
      return false
    },
    async list(states = ['pending']) {
      // Nobody writes down that time is up.
      const kept = states.includes('expired') ? [...new Set<HoldState>([...states, 'pending'])] : states
      const { holdsBy } = await store.read({ holdsBy: { states: kept } })
      return holdsBy.flatMap((hold) => questionIn(hold, now()) ?? []).filter((each) => states.includes(each.state))
    },
    get,
    see: (question) => seeQuestion(runtime, inForce(), question),
    mayAnswer: (question, by) => problemOf(inForce().charter, question, by, now()),
    answer: (reference, by, said) => answer(runtime, inForce(), { ...said, reference, by }),
    ...makeStandingGrants(runtime, inForce),
  }
}

type Answering = Said & { readonly reference: string; readonly by: Principal }

/** First on the record, then in effect: an answer that came too late meanwhile is on the record as withdrawn. */
async function answer(runtime: Runtime, force: InForce, answering: Answering): Promise<Verdict> {
  const { store, journal, now } = runtime
  const { reference, by, verdict, why } = answering
  const at = now()
  const first = await store.transact([], (transaction) => check(transaction, force, answering, at))
  if (!first.ok) return first.verdict
  const changed = await changeOf(runtime, force, first.question, answering)
  if (changed !== undefined) return changed
  const asked = askedDigest(force.charter, first.question)
  const event = (approval: string, said: 'approve' | 'refuse' | 'withdraw'): GuardEvent => ({
    at,
    kind: 'approval',
    hold: reference,
    approval,
    by: by.id ?? '',
    verdict: said,
    question: first.hold.question,
    ...(why === undefined ? {} : { why }),
  })
  for (const approval of first.names) await journal.append(event(approval, verdict))
  const keys = [`hold ${reference}`, questionKey(first.hold.question)]
  const said = await store.transact(keys, async (transaction): Promise<Verdict> => {
    const checked = await check(transaction, force, answering, at)
    if (!checked.ok) return checked.verdict
    const { hold, question, names } = checked
    if (askedDigest(force.charter, question) !== asked) return somethingChanged
    const answers = [...question.answers, ...names.map((approval) => answerOf(answering, approval, at))]
    const state = stateAfter(question, answers)
    await transaction.write([{ kind: 'hold', hold: { ...hold, state, detail: { ...detailOfHold(hold), answers } } }])
    if (verdict === 'approve') await grant(transaction, force.charter, { hold, question, names, by, at })
    return { ok: true, state, ...sentByOf(question) }
  })
  if (!said.ok) for (const approval of first.names) await journal.append(event(approval, 'withdraw'))
  return said
}

const somethingChanged = {
  ok: false,
  code: 'changed',
  why: 'it is not any more what was shown: look at it again',
} as const satisfies Verdict

/** Whether what the person was shown is not what is there now; or cannot be approved any more, whoever is shown what. */
async function changeOf(
  runtime: Runtime,
  force: InForce,
  question: Question,
  { shown, verdict }: Answering,
): Promise<Verdict | undefined> {
  if (shown === undefined) return undefined
  const { digest, outdated } = await seeQuestion(runtime, force, question)
  if (digest !== shown) return somethingChanged
  const why = 'what it is about has changed since it was asked: the call has to be made again'
  return outdated && verdict === 'approve' ? { ok: false, code: 'changed', why } : undefined
}

function answerOf({ by, verdict, why }: Answering, approval: string, at: number): Answered {
  const { id = '', tenant } = by
  const said = { approval, by: id, at, verdict }
  return { ...said, ...(tenant === undefined ? {} : { tenant }), ...(why === undefined ? {} : { why }) }
}

type Checked =
  | { readonly ok: true; readonly hold: Hold; readonly question: Question; readonly names: readonly string[] }
  | { readonly ok: false; readonly verdict: Verdict }

/** Whether a question can be answered by this person now, and for which approvals. */
async function check(
  transaction: Transaction,
  force: InForce,
  { reference, by, shown }: Answering,
  now: number,
): Promise<Checked> {
  const refuse = (code: Extract<Verdict, { ok: false }>['code'], why: string): Checked => ({
    ok: false,
    verdict: { ok: false, code, why },
  })
  const [hold] = (await transaction.read({ holds: [reference] })).holds
  const question = hold === undefined ? undefined : questionIn(hold, now)
  if (hold === undefined || question === undefined) return refuse('unknown', 'there is no such question')
  if (question.state === 'expired') return refuse('expired', 'nobody answered in time')
  if (question.state !== 'pending') return refuse('closed', `it is ${question.state} already`)
  if (question.charter !== force.version)
    return refuse(shown === undefined ? 'expired' : 'changed', 'the charter has changed since it was asked')
  if (question.answers.some((each) => each.by === by.id)) return refuse('already', 'one person counts once')
  const problem = problemOf(force.charter, question, by, now)
  if (problem !== undefined) return refuse('not-entitled', problem)
  return { ok: true, hold, question, names: openFor(force.charter, question, by, now) }
}

function sentByOf({ sentBy }: HoldDetail): Pick<HoldDetail, 'sentBy'> {
  return sentBy === undefined ? {} : { sentBy }
}

interface Granting {
  readonly hold: Hold
  readonly question: Question
  readonly names: readonly string[]
  readonly by: Principal
  readonly at: number
}

async function grant(transaction: Transaction, charter: Charter, granting: Granting): Promise<void> {
  const { hold, question, names, by, at } = granting
  const use = useOf(charter, question)
  const object = use === undefined ? undefined : objectsFor(use, question.objects)['object']
  await transaction.write(
    names.map((approval) => ({
      kind: 'grant',
      grant: {
        id: newId(at),
        approval,
        by,
        at,
        value: object?.value ?? question.call.request.body ?? null,
        revoked: false,
        question: hold.question,
        expires: hold.expires,
      },
    })),
  )
}

function stateAfter(question: Question, answers: readonly Answered[]): HoldState {
  if (answers.some((each) => each.verdict === 'refuse')) return 'refused'
  const enough = question.approvals.every(
    ({ name, quorum }) => new Set(answers.flatMap((each) => (each.approval === name ? [each.by] : []))).size >= quorum,
  )
  return enough ? 'granted' : 'pending'
}

/** Why a person may answer none of what is asked; undefined when they may. */
function problemOf(charter: Charter, question: Question, by: Principal, now: number): string | undefined {
  if (openFor(charter, question, by, now).length > 0) return undefined
  const [first] = question.approvals
  return (
    (first === undefined ? undefined : rejection(charter, question, first.name, by, now)) ??
    'nothing is open for this person'
  )
}

function openFor(charter: Charter, question: Question, by: Principal, now: number): readonly string[] {
  return question.approvals
    .map((each) => each.name)
    .filter((name) => rejection(charter, question, name, by, now) === undefined)
}

/** Judged by the very constraint that will judge the grant. */
function rejection(charter: Charter, question: Question, name: string, by: Principal, now: number): string | undefined {
  const approval = charter.approvals.get(name)
  const use = useOf(charter, question)
  if (approval === undefined || use === undefined) return 'the charter has no such approval any more'
  const objects = objectsFor(use, question.objects)
  const facts: Facts = { objects, counters: {}, history: {}, grants: {} }
  const context = makeContext(use, facts, { ...question.call, at: now })
  const rejects = compileRejection(approval, { charter, use, plan: makeScopePlan(charter, use) })
  const value = objects['object']?.value ?? question.call.request.body
  return rejects(context, { by, at: now, value })
}

function useOf(charter: Charter, question: HoldDetail): Use | undefined {
  return charter.operations.get(question.call.operation)?.uses.find((use) => use.id === question.use)
}

/** Resolves when holds may have changed, at the latest after `ms`. */
function changed({ store }: Runtime, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stop()
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const stop = store.watch(done)
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done)
  })
}
