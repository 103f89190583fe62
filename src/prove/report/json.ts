import type { Cell, Finding, Outcome, Proof, Sent } from '../finding.ts'
import type { Change } from '../oracle/change.ts'
import type { Exchange, Failure, HttpResponse } from '../transport/exchange.ts'
import { encodeCase, type StoredCase } from './case.ts'
import { type ReportContext, type Standing, standingOf } from './context.ts'
import { findingsSchema } from './json-schema.ts'
import { bySeverity, idsOf, maskBody, maskHeaders, maskUrl } from './show.ts'

/** One request of a stored transcript; credentials are replaced. */
export type StoredSent = Omit<Sent, 'exchange'> & {
  readonly request: Exchange['request']
  readonly response?: Omit<HttpResponse, 'json'>
  readonly failure?: { readonly code: string; readonly message: Failure['message'] }
}

/** A finding as stored: all of it, with the case that makes it again. */
export type StoredFinding = Omit<Finding, 'proof'> & {
  readonly ids: readonly string[]
  readonly standing: Standing
  readonly proof: Omit<Proof, 'case' | 'transcript' | 'control'> & {
    readonly case: StoredCase
    readonly transcript: readonly StoredSent[]
    readonly control: readonly StoredSent[]
  }
}

/** The content of `findings.json`. */
export interface FindingsFile {
  readonly format: 'lockstep-findings/1'
  readonly version: string
  readonly startedAt: string
  readonly charter: string
  readonly seed: string
  readonly requests: number
  readonly ms: number
  readonly partial?: string
  readonly notes: readonly string[]
  readonly findings: readonly StoredFinding[]
  readonly cells: readonly Cell[]
}

/** Writes `findings.json`: the form that `verify`, baselines and other programs read. Holds no secret. */
export function printFindings(outcome: Outcome, context: ReportContext): string {
  const { charter, seed, requests, ms, notes, cells, partial } = outcome
  const file: FindingsFile = {
    format: 'lockstep-findings/1',
    version: context.version,
    startedAt: context.startedAt,
    charter,
    seed,
    requests,
    ms,
    ...(partial === undefined ? {} : { partial }),
    notes,
    findings: bySeverity(outcome.findings).map((finding) => storeFinding(finding, context)),
    cells,
  }
  return `${JSON.stringify(file, redactStrings(context.redact), 2)}\n`
}

/** Reads a `findings.json`; what is wrong with it, as sentences, when it is none. */
export function parseFindings(text: string): { readonly file?: FindingsFile; readonly problems: readonly string[] } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { problems: ['it is not JSON'] }
  }
  const parsed = findingsSchema.safeParse(value)
  if (parsed.success) return { file: parsed.data, problems: [] }
  return {
    problems: parsed.error.issues.map(
      ({ path, message }) => `${path.map(String).join('.') || 'file'}: ${inPlain(message)}`,
    ),
  }
}

function inPlain(message: string): string {
  return message.replace(/^Invalid input: /, '').replace(/, received undefined$/, ', there is none')
}

/** Only strings: a secret that is also a number elsewhere must not break the JSON. */
function redactStrings(redact: (text: string) => string): (key: string, value: unknown) => unknown {
  return (_key, value) => (typeof value === 'string' ? redact(value) : value)
}

function storeFinding(finding: Finding, context: ReportContext): StoredFinding {
  const { proof } = finding
  return {
    ...finding,
    ids: idsOf(finding),
    standing: standingOf(finding.fingerprint, context),
    proof: {
      ...proof,
      case: encodeCase(proof.case),
      transcript: proof.transcript.map((sent) => storeSent(sent, context)),
      control: proof.control.map((sent) => storeSent(sent, context)),
      changes: proof.changes.map(storeChange),
    },
  }
}

/** What was or is not there is null: JSON has no other word for it. */
function storeChange({ label, pointer, before, after }: Change): Change {
  return { label, pointer, before: before ?? null, after: after ?? null }
}

function storeSent(sent: Sent, context: ReportContext): StoredSent {
  const { exchange, ...rest } = sent
  const { request, response, failure } = exchange
  const { as } = sent
  return {
    ...rest,
    captures: sent.captures.map((each) =>
      context.isSecretMember(each.name) || context.redact(each.value) !== each.value
        ? { ...each, value: '[redacted]' }
        : each,
    ),
    request: {
      method: request.method,
      url: maskUrl(request.url, as, context),
      headers: maskHeaders(request.headers, as, context),
      ...(request.body === undefined ? {} : { body: maskBody(request.body, as, context) }),
    },
    ...(failure === undefined ? {} : { failure }),
    ...(response === undefined ? {} : { response: storeResponse(response, context) }),
  }
}

function storeResponse(
  { status, headers, body, truncated, ms }: HttpResponse,
  context: ReportContext,
): Omit<HttpResponse, 'json'> {
  return {
    status,
    headers: maskHeaders(headers, undefined, context),
    body: maskBody(body, undefined, context),
    ...(truncated === undefined ? {} : { truncated }),
    ms,
  }
}
