/** The target of a request: one reading or none. */
import { malformed, type Refused } from './refused.ts'

/** A request target in origin form (RFC 9112 section 3.2.1), parts as they came. */
export interface Target {
  readonly path: string
  /** Without the question mark; undefined when there is none. */
  readonly query: string | undefined
}

/** RFC 3986 `pchar` and slashes. A bare semicolon starts parameters that some servers cut off. */
const pathShape = /^\/(?:[A-Za-z0-9._~!$&'()*+,=:@/-]|%[0-9A-Fa-f]{2})*$/
/** Browsers leave a few more characters bare in queries than RFC 3986 allows. */
const queryShape = /^(?:[A-Za-z0-9._~!$&'()*+,;=:@/?{}|^`[\]"<>-]|%[0-9A-Fa-f]{2})*$/
/** Control characters, slashes, backslashes, dots, letters, digits, `-`, `_`, and encodings within encodings. */
const doubtfulEscape =
  /%(?:[01][0-9A-Fa-f]|7[fF]|2[fFeEdD]|5[cCfF]|3[0-9]|4[1-9A-Fa-f]|5[0-9aA]|6[1-9A-Fa-f]|7[0-9aA]|25[0-9A-Fa-f]{2})/
const doubtfulSegment = /\/(?:\/|\.{1,2}(?:\/|$))/
const controlEscape = /%(?:0[0-9A-Fa-f]|1[0-9A-Fa-f]|7[fF])/

/**
 * Takes a request target apart.
 *
 * @throws {Refused} when servers are known to read it differently: encoded or doubled slashes, dot segments, needless or double
 * encodings, characters that no URL has, a form other than the origin form.
 */
export function readTarget(text: string): Target {
  const mark = text.indexOf('?')
  const path = mark < 0 ? text : text.slice(0, mark)
  const query = mark < 0 ? undefined : text.slice(mark + 1)
  const problem = pathProblem(path) ?? (query === undefined ? undefined : queryProblem(query))
  if (problem !== undefined) throw problem
  return { path, query }
}

function pathProblem(path: string): Refused | undefined {
  if (!path.startsWith('/')) return malformed('the request target is not a path')
  if (!pathShape.test(path)) return malformed('the path has characters or escapes that no URL has')
  if (doubtfulSegment.test(path)) return malformed('the path has empty segments or segments of dots')
  if (path.includes('%')) {
    if (doubtfulEscape.test(path)) return malformed('the path escapes what needs no escape, or what separates it')
    if (decode(path) === undefined) return malformed('the path is no UTF-8 text')
  }
  return undefined
}

function queryProblem(query: string): Refused | undefined {
  if (!queryShape.test(query)) return malformed('the query has characters or escapes that no URL has')
  // Some servers separate parameters at semicolons too.
  if (/;[^&]*=/.test(query)) return malformed('the query separates parameters in two ways')
  if (query.includes('%')) {
    if (controlEscape.test(query.replaceAll(/%0[9aAdD]/g, ''))) return malformed('the query has control characters')
    if (decode(query) === undefined) return malformed('the query is no UTF-8 text')
  }
  return undefined
}

/** Percent-decodes; undefined when the bytes are no UTF-8 text. */
export function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** The name-value pairs of a query or form, in order, `+` read as a space. Undefined when one of them is no UTF-8 text. */
export function readPairs(text: string): readonly (readonly [name: string, value: string])[] | undefined {
  const pairs: [string, string][] = []
  for (const part of text.split('&')) {
    if (part === '') continue
    const equals = part.indexOf('=')
    const name = formDecode(equals < 0 ? part : part.slice(0, equals))
    const value = equals < 0 ? '' : formDecode(part.slice(equals + 1))
    if (name === undefined || value === undefined) return undefined
    pairs.push([name, value])
  }
  return pairs
}

function formDecode(text: string): string | undefined {
  return decode(text.includes('+') ? text.replaceAll('+', ' ') : text)
}
