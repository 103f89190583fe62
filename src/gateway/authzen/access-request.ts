/** The draft profile for asking for access (ARAP, 2026-06-11): a denial that an approval would lift says where to ask for it. */
import { randomBytes } from 'node:crypto'
import { errors, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import type { Incoming, Refusal } from '../../guard/call.ts'
import type { Guard } from '../../guard/guard.ts'
import { digestOf } from '../../guard/id.ts'
import type { Keeping } from '../../guard/keeping.ts'
import type { Question } from '../../guard/question.ts'
import { isRecord } from '../../wire/to-http.ts'
import { Problem } from '../control/problem.ts'
import { type Asked, type Given, type Route, readBody } from '../control/route.ts'
import type { Routes } from '../http/route.ts'
import { evaluationSchema } from './evaluation.ts'
import { incomingOf } from './incoming.ts'

export interface AccessRequests {
  /** What a denial says of how access can be asked for, and why an approval that was shown does not help. */
  denied(
    incoming: Incoming,
    call: string,
    refusal: Refusal,
    asked: { readonly base: string; readonly context: unknown },
  ): Promise<Readonly<Record<string, unknown>>>
  routes(prefix: string, url: string | undefined): readonly Route[]
}

interface Around {
  readonly guard: Guard
  readonly routes: () => Routes
  readonly bindingKey?: Uint8Array
}

const bindingSeconds = 600
const errorPrefix = 'urn:openid:authzen:access-request:error:'
/** How long idempotency keys are remembered. */
const keysKeptMs = 24 * 60 * 60_000

const submissionSchema = z.looseObject({
  denial: z.looseObject({ binding_token: z.string(), expires_at: z.string() }),
  items: z.undefined('one call at a time').optional(),
})

const statuses: Readonly<Record<Question['state'], string>> = {
  pending: 'pending',
  granted: 'approved',
  executing: 'approved',
  executed: 'approved',
  refused: 'denied',
  expired: 'expired',
  cancelled: 'cancelled',
}

/** Makes the service that takes requests for access: each opens the guard's own question, or finds it. */
export function makeAccessRequests(around: Around): AccessRequests {
  // SECURITY: only this guard reads what it signs, so the key is no public one; nodes that share denials share it.
  const key = around.bindingKey ?? randomBytes(32)
  const { guard } = around

  const sign = (incoming: Incoming, call: string): Promise<string> =>
    new SignJWT({ call, digest: bindingOf(incoming) })
      .setProtectedHeader({ alg: 'HS256', typ: 'lockstep-denial+jwt' })
      .setExpirationTime(`${bindingSeconds}s`)
      .sign(key)

  const submit = async (asked: Asked, base: string): Promise<Given> => {
    const evaluation = readBody(evaluationSchema, asked)
    const { denial } = readBody(submissionSchema, asked)
    const mapped = incomingOf(guard.charter(), around.routes(), evaluation)
    if (!mapped.ok) throw failure(400, 'not_requestable', mapped.why)
    await checkBinding(key, denial.binding_token, mapped.incoming)
    await checkRepeat(guard.keeping, asked)
    const ruling = await guard.begin(mapped.incoming)
    if (ruling.kind === 'go') {
      await ruling.settle({ kind: 'not-sent', why: 'only asked' })
      throw failure(400, 'not_requestable', 'it is allowed now: evaluate again')
    }
    const hold = ruling.kind === 'refused' ? ruling.refusal.hold : undefined
    if (hold === undefined)
      throw failure(400, 'not_requestable', ruling.kind === 'refused' ? ruling.refusal.detail : 'it was answered')
    const given = await task(guard, hold.reference, base)
    return { ...given, status: 202, headers: { location: taskUrl(base, hold.reference) } }
  }

  return {
    async denied(incoming, call, refusal, { base, context }) {
      const requestable = refusal.code === 'approval-needed' && refusal.reasons.every((each) => each.outcome === 'ask')
      const approval = await whyNot(guard, incoming, context, requestable)
      const about = { evaluation_id: call, evaluated_at: new Date().toISOString(), ...approval }
      if (!requestable) return about
      return {
        ...about,
        access_request: {
          endpoint: `${base}/access/v1/requests`,
          template: refusal.reasons.map((each) => each.constraint).join(' '),
          expires_at: new Date(Date.now() + bindingSeconds * 1000).toISOString(),
          binding_token: await sign(incoming, call),
          display: { title: 'Somebody must approve this', description: refusal.detail },
        },
      }
    },
    routes(prefix, url) {
      const baseOf = ({ origin }: Asked): string => `${url ?? origin}${prefix}`
      const path = `${prefix}/access/v1/requests`
      return [
        { method: 'POST', path, needs: 'ask', handle: (asked) => submit(asked, baseOf(asked)) },
        {
          method: 'GET',
          path: `${path}/{task}`,
          needs: 'ask',
          handle: (asked) => task(guard, asked.parameters['task'] ?? '', baseOf(asked)),
        },
      ]
    },
  }
}

/** What a denial is about: everything the decision rests on, and nothing of what is said beside. */
function bindingOf({ operation, principal, request }: Incoming): string {
  return digestOf({ operation, principal, request })
}

async function checkBinding(key: Uint8Array, token: string, incoming: Incoming): Promise<void> {
  let digest: unknown
  try {
    const { payload } = await jwtVerify(token, key, { algorithms: ['HS256'], typ: 'lockstep-denial+jwt' })
    digest = payload['digest']
  } catch (error) {
    if (error instanceof errors.JWTExpired)
      throw failure(410, 'expired_denial', 'the denial is too old: evaluate again')
    throw failure(400, 'invalid_denial_binding', 'the binding token is none of ours')
  }
  if (digest !== bindingOf(incoming))
    throw failure(400, 'invalid_denial_binding', 'the denial was about another subject, action, resource or request')
}

/** The same key with another body is a mistake; with the same body the guard finds its own question again. */
async function checkRepeat(keeping: Keeping, { headers, bytes, caller }: Asked): Promise<void> {
  const key = headers['idempotency-key']
  if (typeof key !== 'string') return
  const holder = JSON.stringify(caller?.kind === 'credential' ? caller.name : [caller?.principal.id])
  const digest = digestOf(bytes.toString('base64'))
  const isOther = await keeping.change(['authzen key', holder, key], (found) =>
    found === undefined
      ? { value: false, keep: { holder, content: digest, forMs: keysKeptMs } }
      : { value: found.content !== digest },
  )
  if (isOther) throw failure(409, 'duplicate_request', 'the idempotency key was used for another request')
}

async function task(guard: Guard, reference: string, base: string): Promise<Given> {
  const question = await guard.approvals.get(reference)
  if (question === undefined) throw failure(404, 'unknown_task', 'there is no such task')
  const status = statuses[question.state]
  const expires = new Date(question.expires).toISOString()
  const last = Math.max(question.at, ...question.answers.map((each) => each.at))
  const approval = { id: reference, approved_at: new Date(last).toISOString(), approved_until: expires }
  return {
    status: 200,
    body: {
      task: { id: reference, status, status_endpoint: taskUrl(base, reference), expires_at: expires },
      ...(status === 'approved' ? { result: { mode: 'reevaluate', approval } } : {}),
    },
    ...(status === 'pending' ? { headers: { 'retry-after': '2' } } : {}),
  }
}

function taskUrl(base: string, reference: string): string {
  return `${base}/access/v1/requests/${encodeURIComponent(reference)}`
}

/** Why an approval that was shown does not make the call pass; nothing when none was shown. The guard found its grants without it. */
async function whyNot(
  guard: Guard,
  incoming: Incoming,
  context: unknown,
  requestable: boolean,
): Promise<Readonly<Record<string, unknown>>> {
  const shown = isRecord(context) ? context['approval'] : undefined
  if (shown === undefined) return {}
  const id = isRecord(shown) ? shown['id'] : undefined
  const question = typeof id === 'string' ? await guard.approvals.get(id) : undefined
  if (question === undefined || question.state === 'pending')
    return { reason: 'approval_unverifiable', next_action: 'none' }
  const { operation, principal, request } = question.call
  if (bindingOf({ operation, principal, request }) !== bindingOf(incoming))
    return { reason: 'out_of_scope', next_action: requestable ? 'request' : 'none' }
  if (question.state === 'refused' || !requestable) return { reason: 'policy_denied', next_action: 'none' }
  return { reason: 'approval_expired', next_action: 'request' }
}

function failure(status: number, code: string, detail: string): Problem {
  return new Problem(status, `${errorPrefix}${code}`, detail)
}
