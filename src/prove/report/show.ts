import { type FindingClass, findingClasses } from '../../constraint/class.ts'
import type { Finding, Sent, Severity } from '../finding.ts'
import type { Change } from '../oracle/change.ts'
import type { ReportContext } from './context.ts'
import { splitUrl, variableName } from './script.ts'

/** What takes credentials out of a text. */
export type Masking = Pick<ReportContext, 'redact' | 'isSecretHeader' | 'isSecretMember'>

/** Severities, the worst first. */
export const severities: readonly Severity[] = ['critical', 'high', 'medium', 'low']

/** The class of a finding; undefined for one this version does not know. */
export function classOf(finding: Pick<Finding, 'class'>): FindingClass | undefined {
  return [...findingClasses.values()].find(({ id }) => id === finding.class)
}

/** The ids of published lists for a finding, those of business-logic abuse first. */
export function idsOf(finding: Pick<Finding, 'class'>): readonly string[] {
  const ids = classOf(finding)?.ids
  if (ids === undefined) return []
  return [ids.bla, ids.api, ids.asi, ids.cwe, ids.capec, ids.asvs, ids.oat, ids.wstg].flat()
}

/** The few ids worth a line: business-logic abuse, API security and the primary CWE. */
export function mainIds(finding: Finding): readonly string[] {
  const ids = classOf(finding)?.ids
  return ids === undefined ? [] : [ids.bla[0], ids.api[0], ids.cwe[0]].filter((id) => id !== undefined)
}

/** Findings with the worst first, otherwise in the order found. */
export function bySeverity<Of extends Pick<Finding, 'severity'>>(findings: readonly Of[]): Of[] {
  return findings.toSorted((left, right) => severities.indexOf(left.severity) - severities.indexOf(right.severity))
}

/** A value of an object as people read it. */
export function valueText(value: unknown): string {
  if (value === undefined) return '(absent)'
  if (typeof value === 'string') return value === '' ? '""' : value
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const text = String(value)
    return text === '[object Object]' ? JSON.stringify(value) : text
  }
  return JSON.stringify(value) ?? String(value)
}

/** The place of a change without its slash: `status`, `lines/0/price`. */
export function placeText(change: Change): string {
  return change.pointer.replace(/^\//, '') || 'value'
}

/** `transfer status: draft → executed`. */
export function changeText(change: Change): string {
  return `${change.label} ${placeText(change)}: ${valueText(change.before)} → ${valueText(change.after)}`
}

/** What was called, without credentials: `POST /orders/7/pay`, or a tool and its arguments, `refund_order {"order_id":"o7"}`. */
export function callText({ as, operation, exchange: { request } }: Sent, context: ReportContext): string {
  const shape = context.charter.operations.get(operation)?.shape
  if (request.headers['mcp-method'] === 'tools/list') return 'tools/list'
  if (shape?.method === 'TOOL') return `${shape.name} ${maskBody(argumentsIn(request.body), as, context)}`
  return `${request.method} ${maskUrl(splitUrl(request.url).rest || '/', as, context)}`
}

function argumentsIn(body = ''): string {
  return /"arguments":(\{.*\}),"_meta":/s.exec(body)?.[1] ?? ''
}

/** The status, or the failure that came instead. */
export function answerText(sent: Sent): string {
  return sent.exchange.response === undefined ? sent.exchange.failure.code : String(sent.exchange.response.status)
}

/** `charter.yaml:42`. */
export function lineText({ position }: Finding): string {
  return `${position.file}:${position.line}`
}

/** Headers with every credential replaced: `$ALICE_AUTHORIZATION` where it was sent, `[redacted]` where it was answered. */
export function maskHeaders(
  headers: Readonly<Record<string, string>>,
  as: string | undefined,
  context: Masking,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      isSecretHeader(name, context) ? stand(as, name) : context.redact(value),
    ]),
  )
}

/** A response carries its credentials in `set-cookie`, which no request has. */
function isSecretHeader(name: string, context: Masking): boolean {
  return name.toLowerCase() === 'set-cookie' || context.isSecretHeader(name)
}

/** A body with every token-like member replaced; indented when it is JSON and `indent` is given. */
export function maskBody(
  body: string,
  as: string | undefined,
  context: Masking,
  { indent = 0 }: { readonly indent?: number } = {},
): string {
  const members = /("(?:[^"\\]|\\.)*")(\s*:\s*)("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false)/g
  const masked = body.replaceAll(members, (whole, name: string, colon: string) =>
    context.isSecretMember(name.slice(1, -1)) ? `${name}${colon}"${stand(as, name.slice(1, -1))}"` : whole,
  )
  const form = /^[^\s{[<]*=/.test(masked) ? maskForm(masked, as, context) : masked
  return context.redact(indent === 0 ? form : indented(form, indent))
}

function maskForm(body: string, as: string | undefined, context: Masking): string {
  return body.replaceAll(/(^|&)([^=&]+)=([^&]*)/g, (whole, before: string, name: string) =>
    context.isSecretMember(name) ? `${before}${name}=${stand(as, name)}` : whole,
  )
}

/** A URL with every token-like query parameter replaced. */
export function maskUrl(url: string, as: string | undefined, context: Masking): string {
  return context.redact(
    url.replaceAll(/([?&])([^=&#]+)=([^&#]*)/g, (whole, before: string, name: string) =>
      context.isSecretMember(name) ? `${before}${name}=${stand(as, name)}` : whole,
    ),
  )
}

function stand(as: string | undefined, name: string): string {
  return as === undefined ? '[redacted]' : `$${variableName(as, name)}`
}

/** Numbers keep their digits: only the space between tokens is changed, never a value. */
function indented(body: string, indent: number): string {
  try {
    JSON.parse(body)
  } catch {
    return body
  }
  const tokens = body.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? []
  let depth = 0
  return tokens
    .map((token, index) => {
      const next = tokens[index + 1]
      if (token === '{' || token === '[') {
        if (next === '}' || next === ']') return token
        depth += 1
        return `${token}\n${' '.repeat(depth * indent)}`
      }
      if (token === ',') return `,\n${' '.repeat(depth * indent)}`
      if (token === ':') return ': '
      const closes = (next === '}' || next === ']') && token !== '{' && token !== '['
      if (closes) depth -= 1
      return closes ? `${token}\n${' '.repeat(depth * indent)}` : token
    })
    .join('')
}

/** `850 ms`, `12.4 s`, `3 min 5 s`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`
}
