/** Where a member stands in JSON text, so that it can be exchanged and all else stays as it came. Pure. */

/** Start and end of the value at a path of member names; undefined when there is none. The text must be well-formed JSON. */
export function spanAt(text: string, path: readonly string[]): readonly [start: number, end: number] | undefined {
  let at = skipSpace(text, 0)
  for (const name of path) {
    const found = memberAt(text, at, name)
    if (found === undefined) return undefined
    at = found
  }
  return [at, endOfValue(text, at)]
}

/** The text with another value there; as it was when there is none. */
export function exchangeAt(text: string, path: readonly string[], value: string): string {
  const span = spanAt(text, path)
  return span === undefined ? text : text.slice(0, span[0]) + value + text.slice(span[1])
}

/** Where the value of a member of the object at `at` begins. */
function memberAt(text: string, at: number, name: string): number | undefined {
  if (text[at] !== '{') return undefined
  let next = skipSpace(text, at + 1)
  while (text[next] === '"') {
    const end = endOfString(text, next)
    const found: unknown = JSON.parse(text.slice(next, end))
    const value = skipSpace(text, skipSpace(text, end) + 1)
    if (found === name) return value
    next = skipSpace(text, endOfValue(text, value))
    if (text[next] !== ',') return undefined
    next = skipSpace(text, next + 1)
  }
  return undefined
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (at < text.length && ' \t\r\n'.includes(text[at] ?? '.')) at += 1
  return at
}

function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1
    else if (text[at] === '"') return at + 1
  }
  return text.length
}

function endOfValue(text: string, from: number): number {
  const first = text[from]
  if (first === '"') return endOfString(text, from)
  if (first !== '{' && first !== '[') {
    const rest = /[\s,}\]]/.exec(text.slice(from))
    return rest === null ? text.length : from + rest.index
  }
  let depth = 0
  for (let at = from; at < text.length; at += 1) {
    const each = text[at]
    if (each === '"') at = endOfString(text, at) - 1
    else if (each === '{' || each === '[') depth += 1
    else if (each === '}' || each === ']') {
      depth -= 1
      if (depth === 0) return at + 1
    }
  }
  return text.length
}
