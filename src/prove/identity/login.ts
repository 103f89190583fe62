import { evaluateReference, parseReference } from '../../charter/pointer.ts'
import { printLosslessJson } from '../../wire/lossless-json.ts'
import type { Secret } from '../../wire/secret.ts'
import type { Exchange, HttpRequest, HttpResponse } from '../transport/exchange.ts'
import type { RawHook, RawStep } from './schema.ts'
import { isSecretHeader, isSecretMember, learnSecrets } from './secret.ts'
import { fillJson, fillText, type Lookup } from './template.ts'

/** What kept an identity from being used. */
export type IdentityErrorCode =
  | 'unknown-identity'
  | 'missing-secret'
  | 'login-unanswered'
  | 'login-refused'
  | 'capture-missing'
  | 'token-expired'
  | 'principal-changed'

/** An identity that cannot be used. The message names the identity and step, the answer's status and shape, never a value of it. */
export class IdentityError extends Error {
  readonly code: IdentityErrorCode

  constructor(code: IdentityErrorCode, message: string) {
    super(message)
    this.name = 'IdentityError'
    this.code = code
  }
}

/** What a step needs of the session it logs in. */
export interface StepContext {
  /** For messages: `alice, login step 1`. */
  readonly label: string
  readonly targets: Readonly<Record<string, string>>
  readonly lookup: Lookup
  readonly send: (request: HttpRequest) => Promise<Exchange>
  readonly learn: (secret: Secret) => void
}

/** Sends one step and returns what it captured; throws an `IdentityError` when it is not answered as expected. */
export async function runStep(step: RawStep, context: StepContext): Promise<Record<string, unknown>> {
  const where = `${context.label} (${step.request})`
  const { response, failure } = await context.send(await buildRequest(step, context))
  if (failure !== undefined) throw new IdentityError('login-unanswered', `${where}: ${failure.message}`)
  const expected = step.expect?.includes(response.status) ?? (response.status >= 200 && response.status < 300)
  if (!expected) {
    const wanted = step.expect?.join(' or ') ?? '2xx'
    throw new IdentityError('login-refused', `${where}: expected ${wanted}, got ${describeAnswer(response)}`)
  }
  return captureAll(step, response, where)
}

/** Builds the request of a step or hook; values filled into its path are URL-encoded. */
export async function buildRequest(
  step: RawStep | RawHook,
  { targets, lookup, learn }: Pick<StepContext, 'targets' | 'lookup' | 'learn'>,
): Promise<HttpRequest> {
  const [method = 'GET', path = '/'] = step.request.split(' ')
  const base = targets[step.source ?? Object.keys(targets)[0] ?? ''] ?? ''
  const encoded: Lookup = async (piece) => encodeURIComponent(String(await lookup(piece)))
  const url = `${base.replace(/\/$/, '')}${await fillText(path, encoded)}`
  const headers = await fillAll(step.headers, lookup)
  learnSecrets(headers, isSecretHeader, learn)
  const form = 'form' in step ? step.form : undefined
  if (form !== undefined) {
    const fields = await fillAll(form, lookup)
    learnSecrets(fields, isSecretMember, learn)
    const body = new URLSearchParams(fields).toString()
    return { method, url, headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers }, body }
  }
  if (step.body === undefined) return { method, url, headers }
  const value = await fillJson(step.body, lookup)
  learnSecrets(value, isSecretMember, learn)
  const body = printLosslessJson(value)
  return { method, url, headers: { 'Content-Type': 'application/json', ...headers }, body }
}

/** Fills in every text of a map. */
export async function fillAll(
  texts: Readonly<Record<string, string>> | undefined,
  lookup: Lookup,
): Promise<Record<string, string>> {
  const entries = Object.entries(texts ?? {}).map(async ([name, text]) => [name, await fillText(text, lookup)] as const)
  return Object.fromEntries(await Promise.all(entries))
}

function captureAll(step: RawStep, response: HttpResponse, where: string): Record<string, unknown> {
  const messages = { response: { headers: response.headers, body: response.json } }
  const captured = Object.entries(step.capture ?? {}).map(([name, expression]) => {
    const reference = parseReference(expression)
    const value = reference && evaluateReference(reference, messages)
    if (value !== undefined && value !== null && value !== '') return [name, value] as const
    throw new IdentityError(
      'capture-missing',
      `${where}: ${expression} is not in the answer: ${describeAnswer(response)}`,
    )
  })
  return Object.fromEntries(captured)
}

/** Names of members only: their values may be the secrets. */
function describeAnswer({ status, headers, json }: HttpResponse): string {
  const type = headers['content-type'] ?? 'no content type'
  if (/html/i.test(type)) return `${status} with an HTML page (is this the API's address?)`
  if (Array.isArray(json)) return `${status} with a JSON list of ${json.length}`
  if (typeof json !== 'object' || json === null) return `${status} (${type})`
  const names = Object.keys(json).slice(0, 12)
  return `${status} with a JSON object of ${names.length === 0 ? 'no members' : names.map((name) => `\`${name}\``).join(', ')}`
}
