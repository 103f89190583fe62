/** Messages of MCP that an agent passes by the guardian (`protocols/MCP/…`), before it sends them and before it reads what came. */
import { z } from 'zod'
import type { Outcome } from '../../guard/call.ts'
import { printLosslessJson } from '../../wire/lossless-json.ts'
import { isRecord } from '../../wire/to-http.ts'
import { allowed, changedTo, type Disposition, denied } from './answer.ts'
import { beginCall, bodyOf, goingIn, settleCall, undescribed } from './call.ts'
import { readPayload } from './envelope.ts'
import { callOptions, type Step } from './hooks.ts'

const id = z.union([z.string(), z.number()])
const message: z.ZodType<McpMessage> = z.looseObject({
  jsonrpc: z.literal('2.0'),
  id: id.optional(),
  method: z.string().optional(),
  params: z.record(z.string(), z.unknown()).optional(),
  result: z.unknown().optional(),
  // Some servers say of what is no error that it is null.
  error: z
    .unknown()
    .transform((error) => error ?? undefined)
    .optional(),
  server: z.string().optional(),
})

interface McpMessage {
  readonly id?: string | number | undefined
  readonly method?: string | undefined
  readonly params?: Readonly<Record<string, unknown>> | undefined
  readonly result?: unknown
  readonly error?: unknown
  /** Which of the agent's servers it is for, where it says so. */
  readonly server?: string | undefined
}

/** What a protocol does to keep itself going; nothing is read or done by it. */
const plumbing: ReadonlySet<string> = new Set([
  'initialize',
  'ping',
  'server/discover',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
])

/** The MCP method of a wrapped one, or undefined when it is none. */
export function wrappedMethod(method: string): string | undefined {
  return /^(?:protocols\/MCP|wrapped:mcp-[^/]+)\/(.+)$/.exec(method)?.[1]
}

/** Why a message is not the one it is passed by as, or two at once. */
function problemOf({ method, params, result, error }: McpMessage, hook: string): string | undefined {
  if (method !== undefined && method !== hook) return `the message is no \`${hook}\``
  if (params !== undefined && (result !== undefined || error !== undefined)) return 'the message asks and answers'
  if (result !== undefined && error !== undefined) return 'the message has a result and an error'
  const given = params?.['arguments']
  return hook === 'tools/call' && given !== undefined && !isRecord(given) ? 'the arguments are no object' : undefined
}

/** Decides a wrapped message. Calls of tools are decided as with the native hooks. */
export async function wrappedMcp(step: Step, method: string): Promise<Disposition> {
  const { session, request } = step
  const wrapped = readPayload(message, request.params.payload)
  // SECURITY: what is decided is what its server will read.
  const problem = problemOf(wrapped, method)
  if (problem !== undefined) return denied('malformed', problem)
  const options = await callOptions(step)
  const hook = request.method
  const isAnswer = wrapped.result !== undefined || wrapped.error !== undefined
  if (method === 'tools/call') {
    const tool = toolOf(wrapped, goingIn(session.state, keyOf(wrapped))?.tool)
    if (!isAnswer) {
      const given = wrapped.params?.['arguments']
      return beginCall(session, { tool, values: isRecord(given) ? given : {} }, keyOf(wrapped), options)
    }
    const outcome = outcomeOf(wrapped)
    return settleCall(session, { tool, ref: keyOf(wrapped), outcome, shown: wrapped.result ?? wrapped.error }, options)
  }
  if (method === 'tools/list' && wrapped.error === undefined && isRecord(wrapped.result))
    return toolList(step, wrapped, wrapped.result)
  if (isAnswer) await options.learn({ hook, value: wrapped.result ?? wrapped.error })
  // What was asked for was decided when it was asked.
  if (isAnswer || plumbing.has(method) || method.startsWith('notifications/')) return allowed()
  return undescribed(session, method, 'reads', options.guard)
}

/** Only tools that are described as they were approved are shown to the model, and can be called. */
async function toolList(
  { session, options }: Step,
  { server }: McpMessage,
  result: Readonly<Record<string, unknown>>,
): Promise<Disposition> {
  const charter = options.guard.charter()
  const { tools = [] } = session.agent
  const own = tools.filter((source) => charter.sources.get(source)?.description.format === 'mcp')
  const source = server ?? (own.length === 1 ? own[0] : undefined)
  const listed: readonly unknown[] = Array.isArray(result['tools']) ? result['tools'] : []
  const kept = source === undefined ? [] : await options.tools.see(session, source, listed)
  if (kept.length === listed.length) return allowed()
  return changedTo({ ...result, tools: kept }, false, { agent: session.agent, call: '' })
}

/** Calls are told apart by the id of their message. */
function keyOf({ server = '', id: given }: McpMessage): string {
  return JSON.stringify([server, given ?? null])
}

function toolOf({ params, server }: McpMessage, asked: string | undefined): { name: string; provider?: string } {
  const name = params?.['name']
  const named = typeof name === 'string' ? name : (asked ?? '')
  return { name: named, ...(server === undefined ? {} : { provider: server }) }
}

function outcomeOf({ result, error }: McpMessage): Outcome {
  const failed = error !== undefined || (isRecord(result) && result['isError'] === true)
  const body = error === undefined ? bodyOf([result]) : error
  const status = failed ? 422 : 200
  return { kind: 'answered', answer: { status, headers: {}, body, text: printLosslessJson(body) } }
}
