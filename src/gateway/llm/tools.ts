/** Tools as models know them, and the operations of the charter they stand for. */
import type { CallRequest, Charter, OperationId, Principal, Run } from '../../charter/charter.ts'
import type { OperationShape } from '../../charter/source/description.ts'
import { isObject } from '../../charter/source/plain.ts'
import { treatmentIn, workflowsOf } from '../../constraint/run.ts'
import type { Incoming, Refusal } from '../../guard/call.ts'
import type { Guard } from '../../guard/guard.ts'
import { refuse } from '../../guard/refusal.ts'
import { parseStrictJson } from '../http/strict-json.ts'
import type { ToolCall } from './hooks.ts'
import type { ToolVerdict } from './output.ts'
import type { Offer } from './request.ts'

/** How deep the arguments of a tool may nest. */
const maxDepth = 64

/**
 * The operation a name of a tool stands for: one that the configuration ties to it; `desk.get_order` under its own name or as
 * `desk_get_order`, `desk__get_order`, `desk-get_order`, `mcp__desk__get_order`; or the only operation that ends in the name.
 */
export function operationOf(
  charter: Charter,
  tool: string,
  ties: Readonly<Record<string, OperationId>>,
): OperationId | undefined {
  if (Object.hasOwn(ties, tool)) return ties[tool]
  return indexOf(charter).get(tool)
}

const indexes = new WeakMap<Charter, ReadonlyMap<string, OperationId>>()

function indexOf(charter: Charter): ReadonlyMap<string, OperationId> {
  const known = indexes.get(charter)
  if (known !== undefined) return known
  const found = new Map<string, OperationId | undefined>()
  const put = (name: string, id: OperationId): void => {
    // A name that two operations have stands for neither.
    found.set(name, found.has(name) && found.get(name) !== id ? undefined : id)
  }
  for (const [id, { shape }] of charter.operations) {
    for (const name of new Set([shape.name, ...['_', '__', '-'].map((dash) => `${shape.source}${dash}${shape.name}`)]))
      put(name, id)
    put(`mcp__${shape.source}__${shape.name}`, id)
  }
  for (const id of charter.operations.keys()) found.set(id, id)
  const made = new Map([...found].flatMap(([name, id]) => (id === undefined ? [] : [[name, id] as const])))
  indexes.set(charter, made)
  return made
}

/** The arguments of a call as the guard knows requests: each where the description has it, the rest in the body. */
export function requestOf(shape: OperationShape | undefined, args: unknown): CallRequest {
  const parameters = shape?.parameters ?? []
  if (parameters.length === 0 || !isObject(args)) return { body: args }
  const places: Record<'path' | 'query' | 'header', Record<string, unknown>> = { path: {}, query: {}, header: {} }
  const rest: Record<string, unknown> = { ...args }
  for (const { in: place, name } of parameters) {
    if (place === 'cookie' || !Object.hasOwn(args, name)) continue
    places[place][name] = args[name]
    delete rest[name]
  }
  const nested = rest['body']
  const body = isObject(nested) && Object.keys(rest).length === 1 ? nested : rest
  return { ...places, ...(shape?.body === undefined && Object.keys(rest).length === 0 ? {} : { body }) }
}

/** The arguments of a tool; undefined when they are no JSON, or JSON with more than one reading. */
export function parseArguments(text: string): unknown {
  try {
    return parseStrictJson(Buffer.from(text === '' ? '{}' : text), maxDepth)
  } catch {
    return undefined
  }
}

interface Asking {
  readonly guard: Guard
  readonly principal: Principal
  readonly run: Run | undefined
}

function incoming({ principal, run }: Asking, operation: OperationId, request: CallRequest): Incoming {
  return { operation, principal, request, rewrites: true, ...(run === undefined ? {} : { run }) }
}

/** Whether calls of an operation are only watched. */
export function observes(charter: Charter, operation: OperationId): boolean {
  return treatmentIn(workflowsOf(charter, operation)).mode === 'observe'
}

/**
 * Decides a call of a tool by the operation it stands for; nothing is taken for it, as it is decided again when it is made. One that needs
 * an approval passes: making it is what asks for the approval. Never rejects.
 */
export async function decideCall(guard: Guard, asked: ToolCall): Promise<ToolVerdict> {
  const { operation, args, principal, run } = asked
  if (operation === undefined) return { kind: 'pass' }
  const charter = guard.charter()
  const passes = observes(charter, operation)
  if (args === undefined)
    return passes
      ? { kind: 'pass' }
      : replaced(asked.tool, refuse('malformed', 'its arguments cannot be read in one way only'))
  try {
    const request = requestOf(charter.operations.get(operation)?.shape, args)
    const { decision, refusal } = await guard.evaluate(incoming({ guard, principal, run }, operation, request))
    if (refusal === undefined || decision.effect === 'ask' || passes) return { kind: 'pass' }
    return replaced(asked.tool, refusal)
  } catch {
    return replaced(asked.tool, refuse('unavailable', 'it could not be decided'))
  }
}

function replaced(tool: string, refusal: Refusal): ToolVerdict {
  return { kind: 'replace', text: sayRefused(tool, refusal) }
}

/** What the client sees of the model instead of a call, for models and people to read. */
export function sayRefused(tool: string, { code, detail, remedy }: Refusal): string {
  const after = remedy === undefined ? '' : ` To have it pass: ${remedy}.`
  return `[Lockstep did not let the call of \`${tool}\` pass (${code}): ${detail}.${after}]`
}

/** What a provider is told of a call that it keeps and the client never saw. */
export function sayWithheld(tool: string): string {
  return `[Lockstep did not let the call of \`${tool}\` pass.]`
}

/**
 * Decides a tool that the provider runs itself, as the operation `source.kind` with what was written of the tool as its body.
 *
 * @returns why it may not be offered; undefined when it may.
 */
export async function decideOffer(asking: Asking, source: string, offer: Offer): Promise<Refusal | undefined> {
  const operation = `${source}.${offer.name}`
  if (!asking.guard.charter().operations.has(operation))
    return refuse(
      'denied',
      `the provider would run \`${offer.name}\` itself, and the charter has no operation \`${operation}\``,
      {
        remedy: `leave the tool out, or have \`${operation}\` in the charter`,
      },
    )
  const { refusal } = await asking.guard.evaluate(incoming(asking, operation, { body: offer.written }))
  return refusal
}
