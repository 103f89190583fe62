/** Calls of an agent through hooks: decided and reserved before, settled by what it says came of them. */
import type { Operation, Run } from '../../charter/charter.ts'
import { passesUndescribed } from '../../constraint/delegation.ts'
import type { Pin } from '../../constraint/facts.ts'
import type { Answer, Incoming, Outcome, Refusal, Release } from '../../guard/call.ts'
import type { Guard } from '../../guard/guard.ts'
import { newId } from '../../guard/id.ts'
import { parseLosslessJson, printLosslessJson } from '../../wire/lossless-json.ts'
import { isRecord } from '../../wire/to-http.ts'
import { besideName, jsonInText, judgedBodyOf } from '../../wire/tool-result.ts'
import { type About, allowed, changedTo, type Disposition, denied, overriddenBy, refusedAs } from './answer.ts'
import type { Members } from './envelope.ts'
import type { Learnt } from './runs.ts'
import type { SeenTools } from './seen-tools.ts'
import type { Reserved, Session, SessionState } from './session.ts'
import { operationOf, requestOf } from './tool.ts'

/** A call as an agent names it. */
export interface Named {
  readonly tool: { readonly name: string; readonly provider?: string | undefined }
  readonly values: Members
}

/** What came of it. */
export interface Told {
  readonly tool: { readonly name: string }
  /** The request that asked for it; without it, the first of this tool that is open. */
  readonly ref?: string | undefined
  readonly outcome: Outcome
  /** What the agent would read. */
  readonly shown: unknown
}

export interface CallOptions {
  readonly guard: Guard
  readonly base: string
  /** How long an agent may take to say what came of a call. */
  readonly outcomeMs: number
  readonly tools: SeenTools
  readonly run: Run | undefined
  /** Learns what came back. */
  readonly learn: (learnt: Learnt) => Promise<void>
}

/** How many questions one session may leave open before it is only denied (section 6). */
const mostDeferrals = 1000

/** Decides a call and takes what it needs; kept under the request that asked. */
export async function beginCall(
  session: Session,
  { tool, values }: Named,
  request: string,
  options: CallOptions,
): Promise<Disposition> {
  const { guard } = options
  const charter = guard.charter()
  const operation = operationOf(charter, tool, session.agent.tools ?? [])
  if (operation === undefined) return undescribed(session, tool.name, 'writes', guard)
  const rewrites = session.agent.modifies === false ? {} : { rewrites: true as const }
  const ruling = await guard.begin({ ...incomingOf(session, operation, values, options), ...rewrites })
  const about: About = { charter, base: options.base, agent: session.agent, call: ruling.call }
  if (ruling.kind === 'refused') {
    return refusedAs(ruling.refusal, about, await mayDefer(session, ruling.refusal))
  }
  if (ruling.kind === 'answered') {
    const { status, text = '' } = ruling.answer
    const lockstep = { call: ruling.call, answered: { status, text } }
    return denied('answered', 'the same request was answered before: give that answer again', lockstep)
  }
  const instead = ruling.instead === undefined ? undefined : overridesIn(values, ruling.instead.body)
  if (instead === 'cannot') {
    await ruling.settle({ kind: 'not-sent', why: 'it cannot be rewritten' })
    return denied('modify_unsupported', 'part of the arguments may not go there', { call: ruling.call })
  }
  try {
    await ruling.suspend({ holder: holderOf(session), forMs: options.outcomeMs })
    await keep(session, request, { tool: tool.name, operation: operation.id, call: ruling.call })
  } catch (error) {
    await ruling.settle({ kind: 'not-sent', why: 'its result could not be told' })
    throw error
  }
  if (instead !== undefined) return overriddenBy(instead, about)
  return allowed({ call: ruling.call, operation: operation.id })
}

/** Counts the questions a session left open. */
function mayDefer(session: Session, { hold }: Refusal): Promise<boolean> {
  return session.change((state) => {
    const deferrals = state.deferrals + (hold === undefined ? 0 : 1)
    return { value: deferrals <= mostDeferrals, ...(hold === undefined ? {} : { state: { ...state, deferrals } }) }
  })
}

/** The arguments that are others now. One that is gone, or a body that is none, cannot be said. */
function overridesIn(values: Members, body: unknown): Members | 'cannot' {
  if (!isRecord(body)) return 'cannot'
  const changed = Object.entries(body).filter(
    ([name, value]) => printLosslessJson(value) !== printLosslessJson(values[name]),
  )
  return changed.every(([name]) => Object.hasOwn(values, name)) ? Object.fromEntries(changed) : 'cannot'
}

function incomingOf(
  session: Session,
  operation: Operation,
  values: Members,
  { run, guard, tools }: CallOptions,
): Incoming {
  const { id, shape } = operation
  const isMcp = guard.charter().sources.get(shape.source)?.description.format === 'mcp'
  const isAssumed = session.agent.descriptions === 'assumed'
  const pin: Pin = isAssumed ? 'pinned' : tools.stateOf(session, shape.source, shape.name)
  const base = { operation: id, principal: session.principal, request: requestOf(operation, values) }
  return { ...base, ...(run === undefined ? {} : { run }), ...(isMcp ? { pin } : {}) }
}

function keep(session: Session, request: string, taken: Reserved): Promise<void> {
  return session.change((state) => ({
    value: undefined,
    state: { ...state, going: { ...state.going, [request]: taken } },
  }))
}

/** Who may say what came of a call of a session. */
function holderOf({ id, agent }: Session): string {
  return JSON.stringify(['acs', agent.name, agent.keyId, id])
}

/** What is still open is of unknown outcome. */
export async function expireAll(session: Session, guard: Guard): Promise<void> {
  const open = await session.change((state) => ({
    value: Object.values(state.going),
    state: { ...state, going: {} },
  }))
  for (const { call } of open) {
    const resumed = await guard.resume(call, holderOf(session))
    await resumed?.settle({ kind: 'unknown', why: 'the agent never said what came of it' })
  }
}

/** A call that a request of this id asked for, and that is open. */
export function goingIn({ going }: SessionState, request: string): Reserved | undefined {
  return Object.hasOwn(going, request) ? going[request] : undefined
}

/** Takes the call that a result is of: that of its request or, where it names none, the first of its tool that is open. */
function take(session: Session, { tool, ref }: Told): Promise<Reserved | undefined> {
  return session.change((state) => {
    const request = ref ?? Object.entries(state.going).find(([, each]) => each.tool === tool.name)?.[0] ?? ''
    const open = goingIn(state, request)
    // SECURITY: a result is that of the call it was asked as, or of none.
    if (open?.tool !== tool.name) return { value: undefined }
    const { [request]: _, ...going } = state.going
    return { value: open, state: { ...state, going } }
  })
}

/** Settles a call with what came back, and says what of it may be read. */
export async function settleCall(session: Session, told: Told, options: CallOptions): Promise<Disposition> {
  const { guard } = options
  const reserved = await take(session, told)
  const resumed = reserved === undefined ? undefined : await guard.resume(reserved.call, holderOf(session))
  if (reserved === undefined || resumed === undefined) return unasked(session, told, options)
  const { operation, call } = reserved
  const release = await resumed.settle(told.outcome)
  if (release.kind === 'refused')
    return refusedAs(
      release.refusal,
      { charter: guard.charter(), base: options.base, agent: session.agent, call },
      false,
    )
  const before = bodyIn(told.outcome)
  const body = release.kind === 'changed' ? release.body : before
  if (body !== undefined) await options.learn({ operation, call, hook: 'steps/toolCallResult', value: body })
  return release.kind === 'changed' && printLosslessJson(body) !== printLosslessJson(before)
    ? changedTo(release.body, typeof told.shown === 'string', { agent: session.agent, call })
    : allowed({ call, operation })
}

function bodyIn(outcome: Outcome): unknown {
  return outcome.kind === 'answered' ? outcome.answer.body : undefined
}

/** A result of a call nobody asked for here. It passes only where the charter lets pass what it does not describe. */
async function unasked(session: Session, told: Told, { guard, learn }: CallOptions): Promise<Disposition> {
  const said = await undescribed(session, told.tool.name, 'writes', guard)
  const known = operationOf(guard.charter(), told.tool, session.agent.tools ?? []) !== undefined
  if (known || said.decision === 'deny')
    return denied(
      'result-without-request',
      'this result belongs to no call that was asked for, or one that was settled',
    )
  await learn({ hook: 'steps/toolCallResult', value: told.shown })
  return said
}

/** What no description has: refused, or let pass, as the charter says of it; on the record either way. */
export async function undescribed(
  session: Session,
  name: string,
  kind: 'reads' | 'writes',
  guard: Guard,
): Promise<Disposition> {
  const passed = passesUndescribed(guard.charter(), kind, { principal: session.principal })
  const call = newId(Date.now())
  const { principal } = session
  await guard.note({ kind: 'undescribed', call, method: 'TOOL', path: `/${name}`, passed, principal })
  return passed ? allowed() : denied('undescribed', `the charter has no operation for \`${name}\``, { call })
}

/** A call that has happened when it is told of, or happens at once: decided and settled in one. */
export async function callNow(
  session: Session,
  named: Named & { readonly answer?: unknown },
  kind: 'reads' | 'writes',
  options: CallOptions,
): Promise<{ readonly disposition: Disposition; readonly operation?: string; readonly body?: unknown }> {
  const { guard } = options
  const operation = operationOf(guard.charter(), named.tool, session.agent.tools ?? [])
  if (operation === undefined) return { disposition: await undescribed(session, named.tool.name, kind, guard) }
  const body = named.answer ?? {}
  const answer: Answer = { status: 200, headers: {}, body, text: printLosslessJson(body) }
  const incoming = incomingOf(session, operation, named.values, options)
  const ruling = await guard.begin(incoming)
  const { call } = ruling
  const about: About = { charter: guard.charter(), base: options.base, agent: session.agent, call }
  if (ruling.kind === 'refused') return { disposition: refusedAs(ruling.refusal, about, true) }
  if (ruling.kind === 'answered') return { disposition: allowed({ call, operation: operation.id }) }
  const release: Release = await ruling.settle({ kind: 'answered', answer })
  if (release.kind === 'refused') return { disposition: refusedAs(release.refusal, about, false) }
  if (release.kind === 'changed')
    return { disposition: changedTo(release.body, false, about), operation: operation.id, body: release.body }
  return { disposition: allowed({ call, operation: operation.id }), operation: operation.id, body }
}

/** What a tool answered as the body of an answer: JSON that it is, or that its only text is; else its content. */
export function bodyOf(outputs: readonly unknown[]): unknown {
  const [only] = outputs
  if (outputs.length !== 1) return besideEachOther(outputs)
  if (isRecord(only) && Object.hasOwn(only, 'structuredContent')) return judgedBodyOf(only)
  const json = jsonOf(only)
  if (json !== undefined) return json
  return isRecord(only) || Array.isArray(only) ? only : { content: only ?? null }
}

/** Where one of several outputs is an object, its members are those of the body, and the others stand beside; several objects are a list. */
function besideEachOther(outputs: readonly unknown[]): unknown {
  const read = outputs.map((each) => jsonOf(each) ?? each)
  const objects = read.filter(isRecord)
  const [only] = objects
  if (only === undefined) return { content: outputs }
  if (objects.length > 1) return read
  return { ...only, [besideName(only)]: read.filter((each) => each !== only) }
}

function jsonOf(output: unknown): object | undefined {
  const json =
    typeof output === 'string' ? parseLosslessJson(output) : isRecord(output) ? jsonInText(output) : undefined
  return typeof json === 'object' && json !== null ? json : undefined
}
