import type { Call, CallRequest, Charter, ObjectFact, Principal, Slot, Use } from '../../charter/charter.ts'
import { countedPlace } from '../../charter/pointer.ts'
import { keyIn } from '../../constraint/context.ts'
import type { Facts } from '../../constraint/facts.ts'
import { decide, evaluateUse } from '../../decide/decide.ts'
import type { Reason } from '../../decide/decision.ts'
import { factsFor } from '../../session/fold.ts'
import type { PastCall } from '../../session/past-call.ts'
import type { Present } from '../identity/presentation.ts'
import type { Stage } from '../plan/cast.ts'
import type { Exchange, HttpRequest } from '../transport/exchange.ts'
import type { Witness } from './look/witness.ts'
import type { DeadEnds } from './scene/dead-end.ts'
import type { Supply } from './scene/request.ts'

/** Somebody signed in; what identities give the runner. */
export interface Signed {
  readonly name: string
  readonly principal: Principal
  /** The request with this identity's credentials. */
  readonly apply: (request: HttpRequest) => HttpRequest
  /** Signs in anew. Throws `SignInFailed`. */
  readonly renew: () => Promise<void>
  /** Sends as this identity, renewing its credentials when they ran out. */
  readonly send: (request: HttpRequest) => Promise<Exchange>
}

/** A registration that the run itself sends. */
export interface Enrolled {
  /** What its request must say for whoever is registered to sign in afterwards. */
  readonly body: unknown
  /** Signs in whoever was registered. Throws `SignInFailed`. */
  readonly finish: (answer: Exchange) => Promise<Signed>
}

/** Everything a run shares: the running system, who can sign in, and what has happened to it so far. */
export interface Lab {
  readonly stage: Stage
  readonly charter: Charter
  /** Base address of each source. */
  readonly servers: ReadonlyMap<string, string>
  readonly send: (request: HttpRequest) => Promise<Exchange>
  readonly race: (requests: readonly HttpRequest[]) => Promise<readonly Exchange[]>
  /** Signs in; the same session every time for the same name. Throws `SignInFailed`. */
  readonly signIn: (name: string) => Promise<Signed>
  /** Whether somebody is (still) taken for who they are; false when every answer they ever got was a 401. */
  readonly isLetIn: (name: string) => Promise<boolean>
  /** A newly registered identity of the pool a name belongs to. */
  readonly register: (name: string) => Promise<Signed>
  /** Somebody new of the pool whose login begins with this request, which the run sends itself; undefined when none does. */
  readonly enrol: (request: HttpRequest) => Promise<Enrolled | undefined>
  /** The ways in which secrets are carried. */
  readonly presentations: readonly Present[]
  /** A secret that the run came by: no report holds it. */
  readonly learnSecret: (secret: string) => void
  /** The identity that reads the truth, when the identities file names one. */
  readonly observer?: string
  readonly supply: Supply
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
  /** Makes the target's clock run ahead, when there is a hook for it. */
  readonly advanceClock?: (ms: number) => Promise<boolean>
  /** Puts the target back to its beginning, when there is a hook for it. */
  readonly reset?: () => Promise<boolean>
  /** Effective calls so far, oldest first; appended to by plays. */
  readonly past: PastCall[]
  /** Objects as last seen, by `factId`. */
  readonly latest: Map<string, ObjectFact>
  /** Who new objects turned out to belong to: names of members by `settledAs`, slots by `shownAs`. */
  readonly settled: Map<string, string>
  /** What people have by who they are, as the run found it; the planner's as well. */
  readonly own: Map<string, ObjectFact>
  /** Who last could read an object of a type and maker. */
  readonly readers: Map<string, string>
  /** Parts that change by themselves, as `type|pointer`: seen to differ between two looks with nothing in between. */
  readonly wobbling: Set<string>
  /** Whether looks wait until what they see is at rest, as when an effect is tried again. */
  readonly patient?: true
  /** What a use changes although nothing on its way names it, as its rightful call showed. */
  readonly witnessed: Map<string, readonly Witness[]>
  /** Existing objects found in the case being tried, and those it does without; by `factId`. */
  readonly choosing: { readonly found: Set<string>; readonly passed: Set<string> }
  readonly deadEnds: DeadEnds
  readonly racing: { readonly width: number; readonly rounds: number }
}

/** A call as the charter sees it, with the facts known before it. */
export interface Seen {
  readonly call: Call
  readonly objects: Readonly<Record<Slot, ObjectFact | null>>
  readonly facts: Facts
}

/** Gathers what the charter needs to judge a call from what the run has done and seen. */
export function seenBy(
  lab: Lab,
  use: Use,
  principal: Principal,
  request: CallRequest,
  objects: Readonly<Record<Slot, ObjectFact | null>>,
): Seen {
  const call: Call = { operation: use.operation, principal, request, at: lab.now() }
  const current = (type: string, key: string) => lab.latest.get(factId(type, key))
  return { call, objects, facts: factsFor(lab.charter, call, objects, lab.past, current) }
}

/** What an object is remembered under. */
export function factId(type: string, key: string): string {
  return `${type}/${key}`
}

/** What the charter has against a call as this use. `request` may differ from the one the facts were gathered for. */
export function judge(lab: Lab, use: Use, seen: Seen, request: CallRequest = seen.call.request): readonly Reason[] {
  const call = { ...seen.call, request }
  const facts = factsOf(lab, use, seen, request)
  return evaluateUse(lab.charter, use, { ...facts, objects: objectsNamed(use, facts.objects, call) }, call)
}

/** The same as if the call named the objects it was planned for, whatever it names. */
export function judgeAsPlanned(lab: Lab, use: Use, seen: Seen, request: CallRequest): readonly Reason[] {
  return evaluateUse(lab.charter, use, factsOf(lab, use, seen, request), { ...seen.call, request })
}

function factsOf(lab: Lab, use: Use, { call, objects, facts }: Seen, request: CallRequest): Facts {
  const isCounted = request !== call.request && countsByArgument(use)
  return isCounted ? seenBy(lab, use, call.principal, request, objects).facts : facts
}

/** The objects that a call names: of one it names in place of that nothing is known. */
function objectsNamed(use: Use, objects: Facts['objects'], call: Call): Facts['objects'] {
  const own =
    use.object === undefined || use.creates ? [] : [{ slot: use.object.slot ?? 'object', key: use.object.key }]
  const others = [...own, ...use.refs].filter(({ slot, key }) => {
    const fact = key.from === 'request' ? objects[slot] : undefined
    const named = fact === undefined || fact === null ? undefined : keyIn(key, call, undefined)
    return named !== undefined && named !== fact?.key
  })
  if (others.length === 0) return objects
  return Object.fromEntries(Object.entries(objects).filter(([slot]) => others.every((each) => each.slot !== slot)))
}

/** Whether what a call is counted with depends on its arguments, as uses of each coupon. */
function countsByArgument(use: Use): boolean {
  const slots = new Set(use.refs.flatMap((ref) => (ref.key.from === 'request' ? [ref.slot] : [])))
  return use.constraints.some(
    (each) => 'per' in each && each.per.some((slot) => slots.has(slot) || countedPlace(slot) !== undefined),
  )
}

/** Whether any use of the operation allows a call. */
export function allows(lab: Lab, seen: Seen, request: CallRequest): boolean {
  const { effect } = decide(lab.charter, seen.facts, { ...seen.call, request })
  return effect === 'allow' || effect === 'modify'
}

/** Whether an answer refuses, by the shape the charter gives refusals; no answer refuses nothing and grants nothing. */
export function refuses(charter: Charter, use: Use, exchange: Exchange): boolean {
  const response = exchange.response
  if (response === undefined || response.status >= 300) return true
  const shape = charter.operations.get(use.operation)?.shape
  const refusedWhen = charter.sources.get(shape?.source ?? '')?.refusedWhen
  if (refusedWhen === undefined) return false
  const { status, headers, json } = response
  return refusedWhen.evaluate({ response: { status, headers, body: json ?? response.body } }) === true
}

/** An answer in a few words, for reasons; never its whole body. */
export function inShort(exchange: Exchange): string {
  if (exchange.response === undefined) return `no answer: ${exchange.failure.message}`
  const { status, json, body } = exchange.response
  const text = body.replaceAll(/\s+/g, ' ')
  const said = messageOf(json) ?? (text.length <= 80 ? text : `${text.slice(0, 79)}…`)
  return said === '' ? String(status) : `${status} ${said}`
}

function messageOf(json: unknown): string | undefined {
  if (typeof json !== 'object' || json === null) return undefined
  for (const name of ['detail', 'message', 'error', 'title', 'code']) {
    const value: unknown = Object.entries(json).find(([key]) => key === name)?.[1]
    if (typeof value === 'string') return value.slice(0, 120)
    const inner = messageOf(value)
    if (inner !== undefined) return inner
  }
  return undefined
}
