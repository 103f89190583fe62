/** What waits for somebody, and saying yes or no to it. */
import { z } from 'zod'
import { personOf as personOfCall } from '../../constraint/scope-key.ts'
import type { Said } from '../../guard/approvals.ts'
import type { Guard } from '../../guard/guard.ts'
import type { Question, Result } from '../../guard/question.ts'
import type { HoldState } from '../../guard/store.ts'
import { toHttp } from '../../wire/to-http.ts'
import { type Caller, isTheirOwn } from './caller.ts'
import { Problem } from './problem.ts'
import { type Asked, type Given, personOf, type Route, readBody } from './route.ts'

/** What is told of a call that the guard sent. */
export interface Became {
  readonly kind: Result['kind']
  readonly call: string
  /** Of the answer. */
  readonly status?: number | undefined
  /** Of the refusal. */
  readonly code?: string | undefined
}

/** Every state a question can be in. */
export const holdStates = [
  'pending',
  'granted',
  'refused',
  'expired',
  'cancelled',
  'executing',
  'executed',
] as const satisfies readonly HoldState[]

const why = z.string().max(1000).optional()
const digest = z.string({ error: 'who approves names the `digest` of what was shown' }).min(1).max(100)

/** What is sent to approve, and to refuse. Who approves says what was shown. */
export const [approving, refusing] = [
  z.strictObject({ verdict: z.literal('approve'), digest, why }),
  z.strictObject({ verdict: z.literal('refuse'), digest: digest.optional(), why }),
] as const

const verdictSchema = z.discriminatedUnion('verdict', [approving, refusing])

/** The routes under `/v1/approvals`. */
export function approvalRoutes(guard: Guard): readonly Route[] {
  return [
    { method: 'GET', path: '/v1/approvals', needs: 'anybody', handle: (asked) => list(guard, asked) },
    {
      method: 'GET',
      path: '/v1/approvals/{reference}',
      needs: 'anybody',
      handle: async ({ parameters, caller }) => {
        const question = await guard.approvals.get(parameters['reference'] ?? '')
        if (question === undefined || !maySee(guard, question, caller)) throw none()
        const { digest, present } = await guard.approvals.see(question)
        const now = seesObjects(guard, question, caller) ? { present } : {}
        return { status: 200, body: { ...shown(guard, question, caller), ...now, digest } }
      },
    },
    { method: 'POST', path: '/v1/approvals/{reference}', needs: 'anybody', handle: (asked) => decide(guard, asked) },
  ]
}

async function list(guard: Guard, { query, caller }: Asked): Promise<Given> {
  const asked = (query.get('state') ?? 'pending').split(',')
  const wanted = holdStates.filter((state) => asked.includes(state))
  if (wanted.length !== asked.length) throw new Problem(400, 'malformed', `states are ${holdStates.join(', ')}`)
  const questions = await guard.approvals.list(wanted)
  const visible = questions.filter((question) => maySee(guard, question, caller))
  return { status: 200, body: { approvals: visible.map((question) => shown(guard, question, caller)) } }
}

/** Operators see all; persons what they asked, answered or may answer. */
function maySee(guard: Guard, question: Question, caller: Caller | undefined): boolean {
  if (caller === undefined) return false
  if (caller.may.includes('operate')) return true
  if (caller.kind !== 'person') return false
  const { principal } = caller
  const asked = question.call.principal
  if (isTheirOwn(principal, asked, personOfCall(asked))) return true
  const { id, tenant } = principal
  return question.answers.some((each) => each.by === id && each.tenant === tenant) || mayDecide(guard, question, caller)
}

/** Of persons alone: no agent answers anything, whatever its roles. */
function mayDecide(guard: Guard, question: Question, caller: Caller | undefined): boolean {
  if (caller?.kind !== 'person' || caller.principal.kind === 'agent' || caller.principal.chain !== undefined)
    return false
  return guard.approvals.mayAnswer(question, caller.principal) === undefined
}

/** Objects are as the guard's own eyes see them, which whoever asks may not see whole. */
function seesObjects(guard: Guard, question: Question, caller: Caller | undefined): boolean {
  return caller?.may.includes('operate') === true || mayDecide(guard, question, caller)
}

/** A question exactly as it will run when it is granted. */
function shown(guard: Guard, question: Question, caller: Caller | undefined): Readonly<Record<string, unknown>> {
  const { reference, state, group, at, expires, call, objects, approvals, answers, use, charter, result } = question
  const { principal, operation, request } = call
  const { reasons = [], origins } = question
  const why = caller?.kind === 'person' ? guard.approvals.mayAnswer(question, caller.principal) : 'this needs a person'
  return {
    reference,
    state,
    group,
    asked: new Date(at).toISOString(),
    expires: new Date(expires).toISOString(),
    operation,
    use,
    charter,
    principal: {
      id: principal.id,
      kind: principal.kind,
      tenant: principal.tenant,
      roles: principal.roles,
      ...(principal.chain === undefined
        ? {}
        : { 'acts-for': principal.chain.map(({ id, kind, tenant }) => ({ id, kind, tenant })) }),
    },
    request,
    ...httpOf(guard, question),
    objects: seesObjects(guard, question, caller) ? objects : withoutValues(objects),
    reasons: reasons.map(({ constraint, says }) => ({ constraint, says })),
    ...(origins === undefined ? {} : { origins }),
    approvals: approvals.map(({ name, quorum, says }) => ({
      name,
      says,
      quorum,
      given: answers.filter((each) => each.approval === name && each.verdict === 'approve').length,
    })),
    answers: answers.map((each) => ({ ...each, at: new Date(each.at).toISOString() })),
    ...(result === undefined ? {} : { result: became(result) }),
    'may-answer': why === undefined && state === 'pending',
    ...(why === undefined ? {} : { 'why-not': why }),
  }
}

function withoutValues(objects: Question['objects']): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(objects).map(([slot, fact]) => [slot, fact === null ? null : { type: fact.type, key: fact.key }]),
  )
}

/** What became of a call, in short. The answer itself is for whoever asked, who gets it by coming back with the call. */
export function became(result: Result): Became {
  const { kind, call } = result
  if (kind === 'answered') return { kind, call, status: result.answer.status }
  return kind === 'refused' ? { kind, call, code: result.code } : { kind, call }
}

/** The request line and body that will be sent; absent when the charter has no such operation any more. */
function httpOf(guard: Guard, { call, use }: Question): { readonly http?: unknown } {
  const charter = guard.charter()
  const operation = charter.operations.get(call.operation)
  const found = operation?.uses.find((each) => each.id === use) ?? operation?.uses[0]
  if (found === undefined) return {}
  const wire = toHttp(charter, found, call.request, 'http://api')
  const target = wire.url.slice('http://api'.length)
  return { http: { method: wire.method, target, ...(wire.body === undefined ? {} : { body: wire.body }) } }
}

const statuses = { unknown: 404, closed: 409, expired: 410, 'not-entitled': 403, already: 409, changed: 409 } as const

async function decide(guard: Guard, asked: Asked): Promise<Given> {
  const { principal } = personOf(asked)
  const said = saidIn(readBody(verdictSchema, asked))
  return answerQuestion(guard, asked.parameters['reference'] ?? '', principal, said)
}

/** What somebody says, as it was sent. */
export function saidIn(sent: z.output<typeof verdictSchema>): Said {
  const { why, digest: shown } = sent
  return sent.verdict === 'approve'
    ? { verdict: 'approve', shown: sent.digest, why }
    : { verdict: 'refuse', shown, why }
}

/** Gives one person's answer to a question. */
export async function answerQuestion(
  guard: Guard,
  reference: string,
  by: Parameters<Guard['approvals']['answer']>[1],
  said: Said,
): Promise<Given> {
  const result = await guard.approvals.answer(reference, by, said)
  if (!result.ok) throw new Problem(statuses[result.code], result.code, result.why)
  const { state, sentBy } = result
  return { status: 200, body: { reference, state, ...(sentBy === undefined ? {} : { 'sent-by': sentBy }) } }
}

function none(): Problem {
  return new Problem(404, 'unknown', 'there is no such question')
}
