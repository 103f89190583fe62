/** What each hook of ACS does here. One that is in no table is denied. */
import type { Run } from '../../charter/charter.ts'
import type { Outcome } from '../../guard/call.ts'
import type { Guard } from '../../guard/guard.ts'
import { printLosslessJson } from '../../wire/lossless-json.ts'
import { subAgentOf } from './agent.ts'
import { allowed, type Disposition, denied } from './answer.ts'
import { beginCall, bodyOf, type CallOptions, callNow, expireAll, settleCall } from './call.ts'
import { type AcsRequest, readPayload } from './envelope.ts'
import * as payloads from './payload.ts'
import type { AcsRuns, Learnt } from './runs.ts'
import type { SeenTools } from './seen-tools.ts'
import type { Session, SessionState, Sessions } from './session.ts'

export interface HookOptions {
  readonly guard: Guard
  readonly sessions: Sessions
  readonly tools: SeenTools
  readonly runs: AcsRuns
  readonly base: string
  readonly outcomeMs: number
}

/** One step of a session, verified. */
export interface Step {
  readonly session: Session
  readonly request: AcsRequest
  readonly options: HookOptions
}

export type Hook = (step: Step) => Promise<Disposition>

/** The native hooks (section 5), by method. */
export const hooks: ReadonlyMap<string, Hook> = new Map<string, Hook>([
  ['steps/sessionStart', sessionStart],
  ['steps/agentTrigger', agentTrigger],
  ['steps/turnStart', noted],
  ['steps/userMessage', userMessage],
  ['steps/agentResponse', agentResponse],
  ['steps/knowledgeRetrieval', retrieved('knowledge')],
  ['steps/memoryContextRetrieval', retrieved('memory')],
  ['steps/memoryStore', memoryStore],
  ['steps/toolCallRequest', toolRequest],
  ['steps/toolCallResult', toolResult],
  ['steps/preCompact', noted],
  ['steps/postCompact', postCompact],
  ['steps/subagentStart', subagentStart],
  ['steps/subagentStop', noted],
  ['steps/skillRegister', skillRegister],
  ['steps/skillLoad', skillLoad],
  ['steps/skillUnload', noted],
  ['steps/turnEnd', noted],
  ['steps/sessionEnd', sessionEnd],
  ['agbom/snapshot', noted],
  ['agbom/changed', noted],
])

/** The run of a step, and how calls of it are decided. */
export async function callOptions({ session, options }: Step): Promise<CallOptions> {
  const run = await session.run(options.runs)
  const { guard, base, outcomeMs, tools } = options
  return { guard, base, outcomeMs, tools, run, learn: async (learnt) => options.runs.learnt?.(run, learnt) }
}

/** On the chain, and nothing else. */
async function noted(): Promise<Disposition> {
  return allowed()
}

async function sessionStart({ session, request, options }: Step): Promise<Disposition> {
  const { intent } = readPayload(payloads.sessionStart, request.params.payload)
  await session.run(options.runs, intent?.raw)
  return allowed()
}

/** What people and schedules start is theirs; what others send is not. */
const ownTriggers: ReadonlySet<string> = new Set(['user_message', 'scheduled', 'system'])

async function agentTrigger({ session, request, options }: Step): Promise<Disposition> {
  const { intent, trigger_type, trigger_source } = readPayload(payloads.agentTrigger, request.params.payload)
  const isOwn = ownTriggers.has(trigger_type)
  const run = await session.run(options.runs, isOwn ? intent?.raw : undefined)
  const hook = request.method
  if (!isOwn) await learn(options, run, { hook, value: { trigger_source, intent } })
  return allowed()
}

async function userMessage({ session, request, options }: Step): Promise<Disposition> {
  const { content } = readPayload(payloads.messages, request.params.payload)
  const run = await session.run(options.runs)
  for (const each of content) {
    // SECURITY: what a framework passes on from elsewhere is no word of the user, whatever hook it comes with.
    const { origin = 'user_input' } = each.provenance ?? {}
    if (origin === 'user_input') await options.runs.prompt?.(run, payloads.textOf(each))
    else await learn(options, run, { hook: request.method, value: each.value })
  }
  return allowed()
}

async function agentResponse({ session, request, options }: Step): Promise<Disposition> {
  const { content } = readPayload(payloads.messages, request.params.payload)
  const run = await session.run(options.runs)
  for (const each of content) await options.runs.output?.(run, payloads.textOf(each))
  return allowed()
}

async function postCompact({ session, request, options }: Step): Promise<Disposition> {
  const { summary } = readPayload(payloads.summary, request.params.payload)
  await options.runs.output?.(await session.run(options.runs), payloads.textOf(summary))
  return allowed()
}

function learn({ runs }: HookOptions, run: Run | undefined, learnt: Learnt): Promise<void> {
  return Promise.resolve(runs.learnt?.(run, learnt))
}

async function toolRequest(step: Step): Promise<Disposition> {
  const { session, request } = step
  const { tool, arguments: given } = readPayload(payloads.toolRequest, request.params.payload)
  const named = { tool, values: payloads.valuesOf(given) }
  return beginCall(session, named, request.params.request_id, await callOptions(step))
}

async function toolResult(step: Step): Promise<Disposition> {
  const { session, request } = step
  const told = readPayload(payloads.toolResult, request.params.payload)
  const { tool, request_id_ref: ref, outputs } = told
  const values = outputs.map(({ value }) => value)
  const shown = values.length === 1 ? values[0] : values
  return settleCall(session, { tool, ref, outcome: outcomeOf(told, bodyOf(values)), shown }, await callOptions(step))
}

/** A tool that says it failed has not done it, as with MCP; one that nobody heard of any more may have. */
function outcomeOf({ exit_status }: payloads.ToolResult, body: unknown): Outcome {
  if (exit_status === 'blocked') return { kind: 'not-sent', why: 'as the agent says' }
  if (exit_status === 'timeout') return { kind: 'unknown', why: 'the tool did not answer in time' }
  const status = exit_status === 'success' ? 200 : 422
  return { kind: 'answered', answer: { status, headers: {}, body, text: printLosslessJson(body) } }
}

/** What was found goes to the run as nobody's word in particular, unless an operation of the charter is what found it. */
function retrieved(kind: 'knowledge' | 'memory'): Hook {
  return async (step) => {
    const { session, request } = step
    const given = readPayload(payloads.retrieval, request.params.payload)
    const name =
      (kind === 'knowledge' ? given.source?.name : given.memory_store?.name) ?? request.method.slice('steps/'.length)
    const found = [...(given.results ?? []), ...(given.entries ?? [])].map(({ value }) => value)
    const values = given.query === undefined ? {} : { query: given.query.value }
    const options = await callOptions(step)
    const named = { tool: { name }, values, answer: { results: found } }
    const { disposition, operation, body = named.answer } = await callNow(session, named, 'reads', options)
    if (disposition.decision === 'allow' || disposition.decision === 'modify')
      await options.learn({ hook: request.method, value: body, ...(operation === undefined ? {} : { operation }) })
    return disposition
  }
}

async function memoryStore(step: Step): Promise<Disposition> {
  const { session, request } = step
  const { memory_id, memory_store, operation, content } = readPayload(payloads.memoryStore, request.params.payload)
  const name = memory_store?.name ?? 'memoryStore'
  const values = {
    content: content.value,
    ...(memory_id === undefined ? {} : { memory_id }),
    ...(memory_store?.scope === undefined ? {} : { scope: memory_store.scope }),
    ...(operation === undefined ? {} : { operation }),
  }
  const { disposition } = await callNow(session, { tool: { name }, values }, 'writes', await callOptions(step))
  return disposition
}

async function subagentStart({ session, request, options }: Step): Promise<Disposition> {
  const spawn = readPayload(payloads.subagentStart, request.params.payload)
  const name = spawn.subagent_descriptor?.agent_name
  if (spawn.intent_derivation === 'fresh')
    return denied('delegation', 'a sub-agent does what its agent was given, never something of its own')
  const principal = subAgentOf(session.principal, name)
  if (principal !== session.principal && options.guard.charter().actors.get(name ?? '')?.kind !== 'agent')
    return denied('delegation', `the charter says nothing of an agent \`${name}\``)
  const free = await options.sessions.announce(spawn.subagent_session_id, principal, session)
  return free ? allowed() : denied('delegation', 'the session of the sub-agent is taken')
}

async function skillRegister({ session, request }: Step): Promise<Disposition> {
  const { skill_id, definition } = readPayload(payloads.skill, request.params.payload)
  const digest = digestText(definition?.digest)
  if (digest === undefined) return denied('skill-unverifiable', 'the skill comes without a digest')
  if (session.agent.skills?.includes(digest) === false)
    return denied('skill-unknown', `\`${skill_id}\` is none of the skills this agent may have`)
  const isOther = await session.change((state) => {
    const known = knownSkill(state, skill_id)
    if (known !== undefined) return { value: known !== digest }
    return { value: false, state: { ...state, skills: { ...state.skills, [skill_id]: digest } } }
  })
  return isOther ? denied('skill-changed', `\`${skill_id}\` was registered as another one`) : allowed()
}

async function skillLoad({ session, request }: Step): Promise<Disposition> {
  const { skill_id, digest } = readPayload(payloads.skill, request.params.payload)
  const known = knownSkill(session.state, skill_id)
  return known !== undefined && known === digestText(digest)
    ? allowed()
    : denied('skill-unverifiable', `\`${skill_id}\` is not the skill that was registered, or none was`)
}

function knownSkill({ skills }: SessionState, id: string): string | undefined {
  return Object.hasOwn(skills, id) ? skills[id] : undefined
}

function digestText(digest: payloads.Skill['digest']): string | undefined {
  return digest === undefined
    ? undefined
    : `${digest.algorithm.toLowerCase().replace('-', '')}:${digest.value.toLowerCase()}`
}

async function sessionEnd({ session, options }: Step): Promise<Disposition> {
  await expireAll(session, options.guard)
  const run = await session.run(options.runs)
  await session.change((state) => ({ value: undefined, state: { ...state, ended: true } }))
  if (run !== undefined) await options.runs.end?.(run, session.principal)
  return allowed()
}
