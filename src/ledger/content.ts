import type { Content, ContentRule } from './entry.ts'

/** Names of headers that carry credentials, lower case, whoever sends them. */
const secretNames: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'set-cookie2',
  'dpop',
  'www-authenticate',
  'authentication-info',
  'x-amz-security-token',
])
const secretName = /token|secret|passw|api-?key|credential|session|signature|assertion|jwt|auth/
const headerMembers: ReadonlySet<string> = new Set(['header', 'headers', 'trailers'])

/** Which headers are never recorded: those everybody knows, those that sound like a secret, and `more`. Names in any case. */
export function secretHeaderTest(more: readonly string[]): (name: string) => boolean {
  const also = new Set(more.map((name) => name.toLowerCase()))
  return (name) => {
    const lower = name.toLowerCase()
    return secretNames.has(lower) || also.has(lower) || secretName.test(lower)
  }
}

/** Whether JSON text of the private part may have headers in it: true also where `prepareContent` would find none. */
export function mayHoldSecrets(text: string): boolean {
  return anyHeaders.test(text)
}

// Members without escapes, as JSON.stringify writes them; empty ones hold nothing.
const anyHeaders = /"(?:headers?|trailers)":(?!\{\}|\[\])/i

/**
 * What may be kept of the private part under a rule: secret headers are out in every case; `redacted` keeps names and shape, and of
 * every value its type alone. Headers are looked for in the members `header`, `headers` and `trailers` of the request and the answer.
 */
export function prepareContent(content: Content, rule: ContentRule, isSecret: (name: string) => boolean): Content {
  const safe = mapMembers(content, (part) => withoutSecrets(part, isSecret))
  return rule === 'redacted' ? mapMembers(safe, shapeOf) : safe
}

function mapMembers(content: Content, change: (part: unknown) => unknown): Content {
  return Object.fromEntries(Object.entries(content).map(([name, part]) => [name, change(part)]))
}

function withoutSecrets(part: unknown, isSecret: (name: string) => boolean): unknown {
  if (part === null || typeof part !== 'object' || Array.isArray(part)) return part
  return Object.fromEntries(
    Object.entries(part).map(([name, value]) => [
      name,
      headerMembers.has(name.toLowerCase()) ? withoutSecretHeaders(value, isSecret) : value,
    ]),
  )
}

/** Headers come as an object, or as a list of pairs, or flat as names and values in turn. */
function withoutSecretHeaders(headers: unknown, isSecret: (name: string) => boolean): unknown {
  if (Array.isArray(headers)) {
    const isFlat = headers.every((each) => typeof each === 'string')
    return isFlat
      ? dropFlat(headers, isSecret)
      : headers.filter((pair) => !isSecret(String(Array.isArray(pair) ? pair[0] : pair)))
  }
  if (headers === null || typeof headers !== 'object') return undefined
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isSecret(name)))
}

function dropFlat(headers: readonly unknown[], isSecret: (name: string) => boolean): unknown[] {
  return headers.filter((_, index) => !isSecret(String(headers[index - (index % 2)])))
}

// By JSON.stringify, as it is not ours to run out of stack on what it could read and write before.
function shapeOf(part: unknown): unknown {
  return JSON.parse(JSON.stringify(part, (_, value: unknown) => (isContainer(value) ? value : nameOfType(value))))
}

function isContainer(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function nameOfType(value: unknown): string {
  return value === null ? 'null' : typeof value
}
