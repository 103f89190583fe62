/** Decides what is asked of an agent, and what of its answer comes back. */
import type { OperationId, Principal } from '../../charter/charter.ts'
import type { RunHandle } from '../../charter/run-handle.ts'
import { skillsOf } from '../../charter/source/card.ts'
import { passesUndescribed } from '../../constraint/delegation.ts'
import type { Pin } from '../../constraint/facts.ts'
import type { Incoming, Outcome, Ruling } from '../../guard/call.ts'
import type { Guard } from '../../guard/guard.ts'
import { newId } from '../../guard/id.ts'
import { refuse } from '../../guard/refusal.ts'
import { printLosslessJson } from '../../wire/lossless-json.ts'
import { isRecord } from '../../wire/to-http.ts'
import type { Asked, Members } from './asked.ts'
import { shownExtended } from './cards.ts'
import { codes, fault, refusalFault } from './fault.ts'
import type { A2aHooks } from './hooks.ts'
import type { Owners } from './owners.ts'
import { namedIn, stateIn, thingsIn } from './result.ts'

/** One request whose sender is known and which is whole. */
export interface Deciding {
  readonly guard: Guard
  readonly hooks: A2aHooks
  readonly owners: Owners
  readonly source: string
  readonly card: Members
  /** Where clients reach this agent. */
  readonly address: string
  readonly asked: Asked
  readonly principal: Principal
  readonly owner: string
  readonly run: RunHandle | undefined
  readonly pin: Pin
  readonly hold: string | undefined
  readonly credentials: Readonly<Record<string, string>> | undefined
  readonly signal: AbortSignal
}

/** A request that goes to the agent. */
export interface Passing {
  readonly operation: OperationId
  readonly call: string
  /** Whether parts of what comes back will be taken out. */
  readonly changes: boolean
  /** What is asked instead: without data that may not go there. */
  readonly instead?: unknown
  /** Takes in more of an answer that comes in parts. */
  more(body: unknown): Promise<void>
  /** @returns what may be shown of a result, the same value when all of it. @throws {Unanswered} when nothing. */
  settle(outcome: Outcome): Promise<unknown>
}

const skillMember = 'skillId'

/**
 * The operation of a request: that of the skill its message names, where the charter has one; else that of its method.
 *
 * @throws {Unanswered} when it names a skill that the agent was not approved with.
 */
export function operationOf({ guard, source, card, asked }: Deciding): OperationId {
  const { message, metadata } = asked.params
  const own = isRecord(message) && isRecord(message['metadata']) ? message['metadata'][skillMember] : undefined
  const whole = isRecord(metadata) ? metadata[skillMember] : undefined
  if (own !== undefined && whole !== undefined && own !== whole)
    throw fault(codes.params, 'the message and its request name two skills', 400)
  const skill = own ?? whole
  if (message === undefined || skill === undefined) return `${source}.${asked.method}`
  if (typeof skill !== 'string' || !skillsOf(card).has(skill))
    throw fault(codes.params, 'the agent has no such skill', 400)
  const operation = `${source}.${skill}`
  return guard.charter().operations.has(operation) ? operation : `${source}.${asked.method}`
}

/** @throws {Unanswered} when it is refused. */
export async function decide(deciding: Deciding): Promise<Passing> {
  const { guard, principal, asked, run, pin, hold, credentials, signal } = deciding
  const operation = operationOf(deciding)
  if (!guard.charter().operations.has(operation)) return undescribed(deciding, operation)
  const incoming: Incoming = {
    operation,
    principal,
    request: { path: {}, query: {}, header: {}, body: asked.params },
    signal,
    ...(credentials === undefined ? {} : { credentials }),
    ...(hold === undefined ? {} : { hold }),
    ...(run === undefined ? {} : { run }),
    pin,
    ...(mayRewrite(asked) ? { rewrites: true } : {}),
  }
  const ruling = await guard.begin(incoming)
  if (ruling.kind === 'refused') throw refusalFault(ruling.refusal, ruling.call)
  if (ruling.kind === 'answered')
    throw refusalFault(refuse('repeat-in-flight', 'the same request was answered before'), ruling.call)
  return passing(ruling, operation)
}

/** Whether a request can be written anew: as a message of 1.0 whose arguments all stand in its body. */
function mayRewrite({ version, binding, method, params }: Asked): boolean {
  const isWhole = binding === 'JSONRPC' || params['tenant'] === undefined
  return version === '1.0' && isWhole && (method === 'SendMessage' || method === 'SendStreamingMessage')
}

type Going = Extract<Ruling, { kind: 'go' }>

function passing(ruling: Going, operation: OperationId): Passing {
  const { call } = ruling
  return {
    operation,
    call,
    changes: ruling.decision.obligations.length > 0,
    ...(ruling.instead === undefined ? {} : { instead: ruling.instead.body }),
    more: (body) => ruling.more?.({ status: 200, body }) ?? Promise.resolve(),
    settle: async (outcome) => {
      const release = await ruling.settle(outcome).catch(() => {
        const detail = 'what became of the call could not be put on the record'
        return { kind: 'refused', refusal: refuse('unavailable', detail) } as const
      })
      if (release.kind === 'refused') throw refusalFault(release.refusal, call)
      if (release.kind === 'changed') return release.body
      return outcome.kind === 'answered' ? outcome.answer.body : undefined
    },
  }
}

/** What the charter does not speak of: passed on and recorded, or refused, as it says of such. */
async function undescribed(
  { guard, asked, principal, run, source }: Deciding,
  operation: OperationId,
): Promise<Passing> {
  const charter = guard.charter()
  const reads = charter.uncovered.find(({ id }) => id === operation)?.method === 'ASK'
  const passed = passesUndescribed(charter, reads ? 'reads' : 'writes', { principal, run })
  const call = newId(Date.now())
  const path = `/${source}/${asked.method}`
  await guard.note({ kind: 'undescribed', call, method: reads ? 'ASK' : 'AGENT', path, passed, principal })
  if (!passed) throw refusalFault(refuse('undescribed', `the charter says nothing of \`${operation}\``), call)
  return {
    operation,
    call,
    changes: false,
    more: () => Promise.resolve(),
    settle: async (outcome) => (outcome.kind === 'answered' ? outcome.answer.body : undefined),
  }
}

/** A result as the guard judges it. */
export function answered(body: unknown, status = 200): Outcome {
  return { kind: 'answered', answer: { status, headers: {}, body, text: printLosslessJson(body ?? null) } }
}

/**
 * What of a result may be seen, before the guard takes anything out of it: tasks and contexts it names are the caller's from now on.
 *
 * @throws {Unanswered} when it is none of the protocol, about another task, or somebody else's.
 */
export async function admit(deciding: Deciding, result: unknown): Promise<unknown> {
  const { asked, source, owner, owners, card, address } = deciding
  const things = thingsIn(asked, result)
  if (things === undefined || !isRecord(result))
    throw fault(codes.badAnswer, 'the agent’s answer is none of the protocol', 502)
  if (asked.method === 'ListTasks') return listed(deciding, result, things)
  if (asked.method === 'GetExtendedAgentCard') return shownExtended(result, card, address)
  const { tasks, contexts } = namedIn(things)
  const wanted = asked.params['id']
  if (
    asked.method !== 'SendMessage' &&
    things.length > 0 &&
    typeof wanted === 'string' &&
    tasks.some((each) => each !== wanted)
  )
    throw fault(codes.badAnswer, 'the agent’s answer is about another task', 502)
  for (const id of tasks) await give('task', id)
  for (const id of contexts) await give('context', id)
  return result

  async function give(kind: 'task' | 'context', id: string): Promise<void> {
    if (!(await owners.give(kind, source, id, owner)))
      throw fault(codes.badAnswer, `the agent’s answer is about a ${kind} of somebody else`, 502)
  }
}

/** Those of the caller. */
async function listed(
  { owners, source, owner }: Deciding,
  result: Members,
  things: readonly Members[],
): Promise<unknown> {
  const own: Members[] = []
  for (const thing of things) {
    const { id } = thing
    if (typeof id === 'string' && (await owners.ownerOf('task', source, id)) === owner) own.push(thing)
  }
  return { ...result, tasks: own, totalSize: own.length }
}

/** Tells the run what the agent said. */
export async function hear({ hooks, asked }: Deciding, { operation, call }: Passing, value: unknown): Promise<void> {
  const state = stateIn(thingsIn(asked, value) ?? [])
  await hooks.heard?.({ operation, call, value, ...(state === undefined ? {} : { state }) })
}
