/**
 * A transcript as something that can be run again: secrets and values that differ from run to run are variables.
 *
 * `curl` transcripts and test files are printed from this one form, so they cannot disagree.
 */
import { getPointer, parseReference, printPointer } from '../../charter/pointer.ts'
import type { Proof, Sent } from '../finding.ts'
import type { ReportContext } from './context.ts'

/** Text with variables in it; `as` says how a variable is written at its place. */
export type Template = readonly (string | Hole)[]

/** `text` is put in as it is, `url` percent-encoded, `json` as a JSON string with its quotes. */
export interface Hole {
  readonly variable: string
  readonly as: 'text' | 'url' | 'json'
}

/** A variable filled from an answer. */
export interface Capture {
  readonly variable: string
  readonly from:
    | { readonly in: 'body'; readonly pointer: readonly string[] }
    | { readonly in: 'header'; readonly name: string }
  readonly value: string
}

export interface ScriptStep {
  readonly sent: Sent
  readonly method: string
  /** The whole address; it begins with the variable of one of the script's origins. */
  readonly target: Template
  readonly headers: readonly (readonly [name: string, value: Template])[]
  readonly body?: Template
  readonly times: number
  readonly captures: readonly Capture[]
  /** Of the call of a tool of an MCP server. */
  readonly tool?: ToolCall
}

/** How a tool is called: by itself, or in a session, which the first call in it opens. */
export interface ToolCall {
  readonly name: string
  readonly session?: { readonly variable: string; readonly revision: string; readonly opens: boolean }
}

export interface Script {
  /** The origins it was recorded at, where it runs unless told otherwise; `BASE_URL` where there is one. */
  readonly origins: readonly { readonly variable: string; readonly origin: string }[]
  /** Environment variables that must be set: credentials, never written out. */
  readonly secrets: readonly string[]
  /** Variables that must differ from run to run (idempotency keys). */
  readonly unique: readonly string[]
  readonly steps: readonly ScriptStep[]
}

interface Writing {
  readonly context: ReportContext
  readonly secrets: Set<string>
  readonly unique: Map<string, string>
  readonly captured: Map<string, string>
  readonly origins: ReadonlyMap<string, string>
  /** Sessions with MCP servers that earlier steps have opened. */
  readonly sessions: Set<string>
}

const dropped: ReadonlySet<string> = new Set(['host', 'content-length', 'connection', 'accept-encoding', 'user-agent'])
const perRun = /^(?:x-)?(?:idempotency-key|request-id|correlation-id)$/i
/** A captured value this short also turns up as an ordinary number; then only members named like keys are taken for it. */
const shortValue = 6
const shortestCredential = 12

/** Puts a proof's transcript into a form that can be run again. Pure. */
export function scriptOf(proof: Proof, context: ReportContext): Script {
  const origins = originsOf(proof, context)
  const writing: Writing = {
    context,
    secrets: new Set(),
    unique: new Map(),
    captured: new Map(),
    origins,
    sessions: new Set(),
  }
  const steps = proof.transcript.map((sent) => stepOf(sent, writing))
  return {
    origins: [...origins].map(([origin, variable]) => ({ origin, variable })),
    secrets: [...writing.secrets],
    unique: [...writing.unique.values()],
    steps,
  }
}

/** The variable of each origin: after the source that was first asked there, where there are several. */
function originsOf({ transcript }: Proof, { charter }: ReportContext): Map<string, string> {
  const found = new Map<string, string>()
  for (const { exchange, operation } of transcript) {
    const { origin } = splitUrl(exchange.request.url)
    const source = charter.operations.get(operation)?.shape.source ?? String(found.size + 1)
    if (!found.has(origin)) found.set(origin, variableName('BASE_URL', source))
  }
  const [only] = found.keys()
  return found.size === 1 && only !== undefined ? new Map([[only, 'BASE_URL']]) : found
}

function stepOf(sent: Sent, writing: Writing): ScriptStep {
  const { request } = sent.exchange
  const target = targetOf(sent, writing)
  const tool = toolOf(sent, writing)
  const inSession = tool?.session !== undefined
  const headers = Object.entries(request.headers)
    .filter(([name]) => !dropped.has(name.toLowerCase()) && !(inSession && /^mcp-/i.test(name)))
    .map(([name, value]) => [name, headerOf(sent, name, value, writing)] as const)
  const body = request.body === undefined ? undefined : bodyOf(sent, request.body, writing)
  const captures = sent.captures.flatMap((capture) => captureOf(sent, capture, writing))
  return {
    sent,
    method: request.method,
    target,
    headers,
    ...(body === undefined ? {} : { body }),
    times: sent.times ?? 1,
    captures,
    ...(tool === undefined ? {} : { tool }),
  }
}

function toolOf({ operation, as, exchange }: Sent, { context, sessions }: Writing): ToolCall | undefined {
  const shape = context.charter.operations.get(operation)?.shape
  if (shape?.method !== 'TOOL') return undefined
  const { source } = shape
  const name = exchange.request.headers['mcp-method'] === 'tools/list' ? 'tools/list' : shape.name
  if (exchange.greeted === undefined) return { name }
  const variable = variableName('SESSION', as, source)
  const opens = !sessions.has(variable)
  sessions.add(variable)
  return { name, session: { variable, revision: exchange.greeted, opens } }
}

/** A name as an environment variable: `order-1` gives `ORDER_1`. */
export function variableName(...parts: readonly string[]): string {
  const name = parts
    .join('_')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toUpperCase()
  return /^[A-Z]/.test(name) ? name : `V_${name}`
}

/** Origin and the rest of a URL, without changing how it is written. */
export function splitUrl(url: string): { origin: string; rest: string } {
  const match = /^([a-z][a-z0-9+.-]*:\/\/[^/?#]*)(.*)$/is.exec(url)
  return { origin: match?.[1] ?? '', rest: match?.[2] ?? url }
}

function secret(writing: Writing, ...parts: readonly string[]): string {
  const name = variableName(...parts)
  writing.secrets.add(name)
  return name
}

function targetOf(sent: Sent, writing: Writing): Template {
  const { origin, rest } = splitUrl(sent.exchange.request.url)
  const [path = '', ...queries] = rest.split('?')
  const parameters = parameterSegments(sent, path, writing)
  const segments = path.split('/').map((segment, index): Template => {
    const hole = parameters(index) ? heldBy(decode(segment), writing, 'url') : undefined
    return [hole ?? writing.context.redact(segment)]
  })
  const query = queries.join('?')
  const pairs = query === '' ? [] : query.split('&').map((pair) => pairOf(sent, pair, writing, 'url'))
  const base: Template = [{ variable: writing.origins.get(origin) ?? 'BASE_URL', as: 'text' }]
  const below = join([join(segments, '/'), ...(pairs.length === 0 ? [] : [join(pairs, '&')])], '?')
  return [...base, ...below]
}

/** Which segments may be keys: those the operation's path says are parameters, else all. */
function parameterSegments(sent: Sent, path: string, { context }: Writing): (index: number) => boolean {
  const known = context.charter.operations.get(sent.operation)?.shape.path.split('/') ?? []
  const offset = path.split('/').length - known.length
  return (index) => offset < 0 || known.length === 0 || /\{/.test(known[index - offset] ?? '')
}

function pairOf(sent: Sent, pair: string, writing: Writing, as: Hole['as']): Template {
  const [name = '', ...values] = pair.split('=')
  const value = values.join('=')
  if (writing.context.isSecretMember(decode(name))) {
    return [`${name}=`, { variable: secret(writing, sent.as, decode(name)), as }]
  }
  return [`${name}=`, heldBy(decode(value), writing, as) ?? writing.context.redact(value)]
}

function headerOf(sent: Sent, name: string, value: string, writing: Writing): Template {
  if (writing.context.isSecretHeader(name)) {
    // Whoever was registered on the way has what the answer gave them.
    const [given] = [...writing.captured].filter(([each]) => each.length >= shortestCredential && value.endsWith(each))
    if (given !== undefined) return [value.slice(0, -given[0].length), { variable: given[1], as: 'text' }]
    return [{ variable: secret(writing, sent.as, name), as: 'text' }]
  }
  const held = heldBy(value, writing, 'text')
  if (held !== undefined) return [held]
  if (!perRun.test(name)) return [writing.context.redact(value)]
  const variable = writing.unique.get(value) ?? `UNIQUE_${writing.unique.size + 1}`
  writing.unique.set(value, variable)
  return [{ variable, as: 'text' }]
}

function bodyOf(sent: Sent, body: string, writing: Writing): Template {
  const type = Object.entries(sent.exchange.request.headers).find(
    ([name]) => name.toLowerCase() === 'content-type',
  )?.[1]
  if (type?.includes('x-www-form-urlencoded') === true) {
    return join(
      body.split('&').map((pair) => pairOf(sent, pair, writing, 'url')),
      '&',
    )
  }
  return jsonTemplate(sent, body, writing)
}

/** Walks the text of a body rather than its value, so that numbers stay as written. */
const jsonScalar = /"((?:[^"\\]|\\.)*)"(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

function jsonTemplate(sent: Sent, body: string, writing: Writing): Template {
  const parts: (string | Hole)[] = []
  let [at, member] = [0, '']
  for (const match of body.matchAll(jsonScalar)) {
    const [whole, text, colon] = match
    if (colon !== undefined) {
      member = text ?? ''
      continue
    }
    const as = text === undefined ? 'text' : 'json'
    const hole = scalarHole(sent, { member, value: text === undefined ? whole : unquote(whole), as }, writing)
    if (hole === undefined) continue
    parts.push(writing.context.redact(body.slice(at, match.index)), hole)
    at = match.index + whole.length
  }
  return [...parts, writing.context.redact(body.slice(at))]
}

interface Scalar {
  readonly member: string
  readonly value: string
  readonly as: Hole['as']
}

function scalarHole(sent: Sent, { member, value, as }: Scalar, writing: Writing): Hole | undefined {
  if (writing.context.isSecretMember(member)) return { variable: secret(writing, sent.as, member), as }
  const likeKey = /(?:id|key|ref|code|number)s?$/i.test(member)
  return value.length >= shortValue || likeKey ? heldBy(value, writing, as) : undefined
}

function heldBy(value: string, { captured }: Writing, as: Hole['as']): Hole | undefined {
  const variable = captured.get(value)
  return variable === undefined ? undefined : { variable, as }
}

function captureOf(sent: Sent, capture: Sent['captures'][number], writing: Writing): Capture[] {
  const from = placeOf(sent, capture)
  if (from === undefined || writing.captured.has(capture.value)) return []
  const variable = variableName(capture.name)
  const free = [...writing.captured.values()].includes(variable) ? `${variable}_${writing.captured.size}` : variable
  writing.captured.set(capture.value, free)
  return [{ variable: free, from, value: capture.value }]
}

function placeOf(sent: Sent, { from, value }: Sent['captures'][number]): Capture['from'] | undefined {
  const reference = parseReference(from)
  const json = sent.exchange.response?.json
  if (reference?.from === 'response' && reference.in === 'header') return { in: 'header', name: reference.name }
  if (reference?.from === 'response' && reference.in === 'body') {
    const { pointer } = reference
    if (textOf(getPointer(json, pointer)) === value) return { in: 'body', pointer }
  }
  // A value that came with the request needs no capture; any other is looked for where the answer really had it.
  const pointer = reference?.from === 'request' ? undefined : findValue(json, value)
  return pointer === undefined ? undefined : { in: 'body', pointer }
}

function findValue(json: unknown, value: string, at: readonly string[] = []): readonly string[] | undefined {
  if (textOf(json) === value) return at
  if (typeof json !== 'object' || json === null || at.length > 8) return undefined
  for (const [key, member] of Object.entries(json)) {
    const found = findValue(member, value, [...at, key])
    if (found !== undefined) return found
  }
  return undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

function join(parts: readonly Template[], separator: string): Template {
  const all = parts.flatMap((part, index) => (index === 0 ? part : [separator, ...part]))
  const merged: (string | Hole)[] = []
  for (const part of all) {
    const last = merged.at(-1)
    if (typeof part === 'string' && typeof last === 'string') merged[merged.length - 1] = last + part
    else merged.push(part)
  }
  return merged
}

function unquote(text: string): string {
  try {
    return String(JSON.parse(text))
  } catch {
    return text
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

/** Where a capture is taken from, for people: `/id` or `header location`. */
export function captureWords({ from }: Capture): string {
  return from.in === 'header' ? `header ${from.name}` : printPointer(from.pointer)
}
