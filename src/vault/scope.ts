/** Where a secret may go: which calls, and which place in them. Pure. */
import { parsePointer } from '../charter/pointer.ts'
import { VaultError } from './error.ts'
import type { Asking } from './injector.ts'

/** Where in a call a value stands. In `template`, `{}` is the value. */
export type Place =
  | { readonly in: 'header' | 'query' | 'env'; readonly name: string; readonly template: string }
  /** `at` is a JSON pointer. */
  | { readonly in: 'body'; readonly at: string; readonly template: string }
  /** HTTP Basic: the value is the password. */
  | { readonly in: 'basic'; readonly user: string }

/** One permission of a secret. */
export interface Scope {
  /** `source.operation`, with `*` for any part of it. */
  readonly operation: string
  readonly workflow?: string
  readonly agent?: string
  readonly as: Place
  /** Only into calls whose caller wrote the placeholder in this place. */
  readonly placeholder?: true
}

/** Headers that say how a message is framed or where it goes; a secret in one of them would change the call itself. */
const framing: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'upgrade',
  'te',
  'trailer',
  'expect',
  'content-type',
  'content-encoding',
  'via',
  'forwarded',
])

/** @throws {VaultError} `unplaceable` when it is not written as `header:NAME=TEMPLATE`, `query:NAME`, `body:/POINTER`, `env:NAME` or `basic:USER`. */
export function parsePlace(text: string): Place {
  const [, kind = '', rest = ''] = /^(header|query|body|env|basic):(.+)$/s.exec(text) ?? []
  if (kind === 'basic' && !rest.includes(':')) return { in: 'basic', user: rest }
  const [, name = '', template = '{}'] = /^([^=]+)(?:=(.*))?$/s.exec(rest) ?? []
  if (template.split('{}').length !== 2) throw unplaceable(`\`${template}\` needs \`{}\` once, where the value goes`)
  if (kind === 'header' && /^[\w!#$%&'*+.^`|~-]+$/.test(name) && isPlain(template)) {
    if (framing.has(name.toLowerCase())) throw unplaceable(`no secret goes into the header \`${name}\``)
    return { in: 'header', name, template }
  }
  if (kind === 'query' && !/[&#=\s]/.test(name)) return { in: 'query', name, template }
  if (kind === 'env' && /^[A-Za-z_]\w*$/.test(name)) return { in: 'env', name, template }
  if (kind === 'body' && (parsePointer(name)?.length ?? 0) > 0) return { in: 'body', at: name, template }
  throw unplaceable(
    `\`${text}\` is no place: write \`header:Authorization=Bearer {}\`, \`basic:USER\`, \`query:NAME\`, \`body:/POINTER\` or \`env:NAME\``,
  )
}

/** As `parsePlace` reads it. */
export function printPlace(place: Place): string {
  if (place.in === 'basic') return `basic:${place.user}`
  const name = place.in === 'body' ? place.at : place.name
  return `${place.in}:${name}${place.template === '{}' ? '' : `=${place.template}`}`
}

/** A scope in one line. */
export function printScope({ operation, workflow, agent, as, placeholder }: Scope): string {
  const whose = [
    ...(workflow === undefined ? [] : [`workflow ${workflow}`]),
    ...(agent === undefined ? [] : [`agent ${agent}`]),
  ]
  const how = `${printPlace(as)}${placeholder === true ? ', where its placeholder stands' : ''}`
  return `${operation}${whose.length === 0 ? '' : ` in ${whose.join(', ')}`} as ${how}`
}

/** No control characters, nothing beyond what a header may hold. */
export function isPlain(text: string): boolean {
  // RFC 9110 section 5.5.
  return /^[\t -~\u0080-\u00ff]*$/.test(text)
}

/** Whether a secret with this scope belongs into what is asked for. What belongs to a whole source needs a scope of the whole source. */
export function covers(scope: Scope, asking: Asking): boolean {
  if (scope.workflow !== undefined && scope.workflow !== asking.workflow) return false
  if (scope.agent !== undefined && scope.agent !== asking.agent) return false
  return asking.operation === undefined
    ? scope.operation === '*' || scope.operation === `${asking.source}.*`
    : globMatches(scope.operation, asking.operation)
}

/** Whether some operation of the source may be covered. */
export function reaches({ operation }: Scope, source: string): boolean {
  const [before = ''] = operation.split('.')
  return operation.includes('.') ? globMatches(before, source) : operation.includes('*')
}

/** `*` stands for any characters, none included. Linear in the text for each star. */
export function globMatches(glob: string, text: string): boolean {
  const [first = '', ...others] = glob.split('*')
  const last = others.pop()
  if (last === undefined) return glob === text
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false
  const end = text.length - last.length
  let at = first.length
  for (const part of others) {
    const found = text.indexOf(part, at)
    if (found < 0 || found + part.length > end) return false
    at = found + part.length
  }
  return true
}

function unplaceable(message: string): VaultError {
  return new VaultError('unplaceable', message)
}
