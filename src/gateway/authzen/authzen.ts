/** The AuthZEN Authorization API 1.0 in front of a guard, and the drafts that go with it. */
import type { Guard } from '../../guard/guard.ts'
import { problemOf } from '../../guard/refusal.ts'
import { nameOf } from '../control/caller.ts'
import { Problem } from '../control/problem.ts'
import { type Asked, type Given, type Route, readBody } from '../control/route.ts'
import { compileRoutes, type Routes } from '../http/route.ts'
import { type AccessRequests, makeAccessRequests } from './access-request.ts'
import { type Batch, batchSchema, type Evaluation, evaluationSchema, questionsOf } from './evaluation.ts'
import { type Answered, denied, type Judging, judge, wishesOf } from './judge.ts'
import { outcomeSchema, Reservations } from './reservation.ts'

export interface AuthzenOptions {
  readonly guard: Guard
  /** How enforcement points know this decision point; what they asked for by default. */
  readonly url?: string
  /** How long an enforcement point may take to say what became of a reserved call; 60 seconds by default. */
  readonly outcomeMs?: number
  /** Binds requests for access to denials: the same on every node of a store. Made anew at each start by default, so that they are of use to one process only. */
  readonly bindingKey?: Uint8Array
}

/** Routes for the control server. */
export interface Authzen {
  readonly routes: readonly Route[]
}

/** Drafts stand under their name and date, so that a later one does not change what an enforcement point knows. */
const profiles = {
  '': {},
  '/drafts/obligations-2026-07-03': { obligations: true },
  '/drafts/access-request-2026-06-11': { requests: true },
} as const

interface Profile {
  readonly obligations?: true
  readonly requests?: true
}

interface Around {
  readonly options: AuthzenOptions
  readonly routes: () => Routes
  readonly reservations: Reservations
  readonly requests: AccessRequests
}

/** Makes the routes of the API. All but discovery need the power to ask. */
export function makeAuthzen(options: AuthzenOptions): Authzen {
  const routes = routesOf(options.guard)
  const reservations = new Reservations(options.guard, options.outcomeMs ?? 60_000)
  const requests = makeAccessRequests({ guard: options.guard, routes, ...keyOf(options) })
  const around: Around = { options, routes, reservations, requests }
  return {
    routes: [
      ...Object.entries(profiles).flatMap(([prefix, profile]) => profileRoutes(around, prefix, profile)),
      ...requests.routes('/drafts/access-request-2026-06-11', options.url),
      outcomeRoute(around),
    ],
  }
}

function keyOf({ bindingKey }: AuthzenOptions): { readonly bindingKey?: Uint8Array } {
  return bindingKey === undefined ? {} : { bindingKey }
}

function routesOf(guard: Guard): () => Routes {
  let last: { readonly charter: unknown; readonly routes: Routes } | undefined
  return () => {
    const charter = guard.charter()
    if (last?.charter !== charter) last = { charter, routes: compileRoutes(charter) }
    return last.routes
  }
}

function profileRoutes(around: Around, prefix: string, profile: Profile): readonly Route[] {
  const judging = (asked: Asked): Judging => judgingOf(around, prefix, profile, asked)
  const single = async (asked: Asked): Promise<Given> => ({
    status: 200,
    body: await judge(judging(asked), readBody(evaluationSchema, asked)),
  })
  return [
    {
      method: 'GET',
      path: `/.well-known/authzen-configuration${prefix}`,
      needs: 'nobody',
      handle: async ({ origin }) => ({ status: 200, body: metadata(around.options.url ?? origin, prefix, profile) }),
    },
    { method: 'POST', path: `${prefix}/access/v1/evaluation`, needs: 'ask', wrongType: 400, handle: single },
    {
      method: 'POST',
      path: `${prefix}/access/v1/evaluations`,
      needs: 'ask',
      wrongType: 400,
      handle: async (asked) => {
        const batch = readBody(batchSchema, asked)
        if ((batch.evaluations ?? []).length === 0) return single(asked)
        return { status: 200, body: { evaluations: await judgeAll(judging(asked), batch) } }
      },
    },
  ]
}

function judgingOf(around: Around, prefix: string, profile: Profile, asked: Asked): Judging {
  const { guard, url } = around.options
  const base = url ?? asked.origin
  return {
    guard,
    routes: around.routes,
    reservations: around.reservations,
    by: asked.caller === undefined ? '' : nameOf(asked.caller),
    outcomeUrl: `${base}/access/v1/outcome`,
    obligations: profile.obligations === true,
    ...(profile.requests === true
      ? {
          onDenied: (incoming, call, refusal) =>
            around.requests.denied(incoming, call, refusal, { base: `${base}${prefix}`, context: contextOf(asked) }),
        }
      : {}),
  }
}

/** The context of a single question; those of a batch are not carried over to the next step of an approval. */
function contextOf({ body }: Asked): unknown {
  return typeof body === 'object' && body !== null && 'context' in body ? body.context : undefined
}

/** Searches are not offered, and therefore not in here (section 9). */
function metadata(base: string, prefix: string, profile: Profile): Readonly<Record<string, unknown>> {
  const at = `${base}${prefix}`
  return {
    policy_decision_point: at,
    access_evaluation_endpoint: `${at}/access/v1/evaluation`,
    access_evaluations_endpoint: `${at}/access/v1/evaluations`,
    ...(profile.obligations === true ? { supported_obligations: ['custom'] } : {}),
    ...(profile.requests === true
      ? {
          access_request_endpoint: `${at}/access/v1/requests`,
          capabilities: ['urn:openid:authzen:capability:access-request'],
        }
      : {}),
  }
}

async function judgeAll(judging: Judging, batch: Batch): Promise<readonly Answered[]> {
  const questions = questionsOf(batch)
  const semantic = batch.options?.evaluations_semantic ?? 'execute_all'
  if (semantic === 'execute_all') return inTurns(questions, (each) => judgeOne(judging, each))
  const answers: Answered[] = []
  for (const question of questions) {
    const answer = await judgeOne(judging, question)
    answers.push(answer)
    if (answer.decision === (semantic === 'permit_on_first_permit')) break
  }
  return answers
}

/** A question that is none is denied, and the others answered. */
async function judgeOne(judging: Judging, question: unknown): Promise<Answered> {
  const parsed = evaluationSchema.safeParse(question)
  if (!parsed.success) return denied('malformed', 'subject, action and resource are needed')
  const evaluation: Evaluation = parsed.data
  if (wishesOf(evaluation).reserve) return denied('malformed', 'calls are reserved one at a time')
  return judge(judging, evaluation)
}

const atOnce = 16

async function inTurns<T, R>(all: readonly T[], run: (each: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = []
  for (let start = 0; start < all.length; start += atOnce)
    results.push(...(await Promise.all(all.slice(start, start + atOnce).map(run))))
  return results
}

function outcomeRoute({ reservations }: Around): Route {
  return {
    method: 'POST',
    path: '/access/v1/outcome/{call}',
    needs: 'ask',
    handle: async (asked) => {
      const { call = '' } = asked.parameters
      const told = readBody(outcomeSchema, asked)
      const release = await reservations.settle(call, asked.caller === undefined ? '' : nameOf(asked.caller), told)
      if (release === undefined)
        throw new Problem(404, 'unknown', 'no such call was reserved for this caller, or it was settled')
      if (release.kind === 'refused')
        return { status: 200, body: { release: 'refused', problem: problemOf(release.refusal, call) } }
      return {
        status: 200,
        body: release.kind === 'changed' ? { release: 'changed', body: release.body } : { release: 'pass' },
      }
    },
  }
}
