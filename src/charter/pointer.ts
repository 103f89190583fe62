/** A JSON Pointer (RFC 6901) as its unescaped tokens; the empty list is the whole value. */
export type Pointer = readonly string[]

/**
 * A place in a request or a response: the part of Arazzo's runtime expressions that charters and identity files use.
 *
 * Path and query exist in requests only. Header names are kept as written and compared without regard to case.
 */
export type Reference =
  | { readonly from: 'request' | 'response'; readonly in: 'body'; readonly pointer: Pointer }
  | { readonly from: 'request' | 'response'; readonly in: 'header'; readonly name: string }
  | { readonly from: 'request'; readonly in: 'path' | 'query'; readonly name: string }

/** The object is the caller's own: its key is the caller's id, which no argument carries. Written `$principal.id`. */
export interface CallerKey {
  readonly from: 'principal'
}

/** What references are evaluated against. Bodies are parsed JSON; absent parts make a reference yield nothing. */
export interface Messages {
  readonly request?: {
    readonly path?: Readonly<Record<string, unknown>>
    readonly query?: Readonly<Record<string, unknown>>
    readonly headers?: Readonly<Record<string, unknown>>
    readonly body?: unknown
  }
  readonly response?: { readonly headers?: Readonly<Record<string, unknown>>; readonly body?: unknown }
}

const arrayIndex = /^(?:0|[1-9]\d{0,9})$/
const referenceShape = /^\$(request|response)\.(?:(path|query|header)\.(.+)|body(?:#(.*))?)$/su
/** RFC 9110 section 5.6.2 (Arazzo's `token`). */
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** Reads a JSON Pointer; undefined when it neither is empty nor begins with `/`, or has a `~` that is not `~0` or `~1`. */
export function parsePointer(text: string): Pointer | undefined {
  if (text === '') return []
  if (!text.startsWith('/') || /~(?![01])/.test(text)) return undefined
  return text
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Writes a pointer so that `parsePointer` reads it back unchanged. */
export function printPointer(pointer: Pointer): string {
  return pointer.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** The value at a pointer; undefined when there is none. Sees own properties of plain objects and array elements only. */
export function getPointer(value: unknown, pointer: Pointer): unknown {
  let current = value
  for (const token of pointer) {
    if (Array.isArray(current)) current = arrayIndex.test(token) ? current[Number(token)] : undefined
    else if (isPlainObject(current) && Object.hasOwn(current, token)) current = current[token]
    else return undefined
  }
  return current
}

/**
 * A copy of `value` with `replacement` at `pointer`; `value` itself is never changed, untouched parts are shared.
 *
 * Missing objects on the way are made, a scalar on the way gives way to an object. In an array, `-` and an index beyond the end
 * append; a token that is no index leaves the array as it was.
 */
export function setPointer(value: unknown, pointer: Pointer, replacement: unknown): unknown {
  const [token, ...rest] = pointer
  if (token === undefined) return replacement
  if (Array.isArray(value)) return setElement(value, token, (element) => setPointer(element, rest, replacement))
  const members = isPlainObject(value) ? value : {}
  const previous = Object.hasOwn(members, token) ? members[token] : undefined
  // A computed key makes an own property even of `__proto__`.
  return { ...members, [token]: setPointer(previous, rest, replacement) }
}

function setElement(elements: readonly unknown[], token: string, change: (element: unknown) => unknown): unknown {
  if (token !== '-' && !arrayIndex.test(token)) return elements
  const index = token === '-' ? elements.length : Math.min(Number(token), elements.length)
  return [...elements.slice(0, index), change(elements[index]), ...elements.slice(index + 1)]
}

/** A copy of the value without what is at the pointer; list elements keep their places. */
export function removePointer(value: unknown, [token, ...rest]: Pointer): unknown {
  if (token === undefined) return null
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, token)) return value
  if (Array.isArray(value))
    return value.map((each: unknown, index) => (String(index) === token ? removePointer(each, rest) : each))
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, each]) =>
      name !== token ? [[name, each]] : rest.length === 0 ? [] : [[name, removePointer(each, rest)]],
    ),
  )
}

/** Reads a runtime expression such as `$response.body#/id` or `$request.header.X-Id`; undefined when it is none of the known ones. */
export function parseReference(text: string): Reference | undefined {
  const match = referenceShape.exec(text)
  if (match === null) return undefined
  const [, source, place, name, pointerText] = match
  const from = source === 'request' ? 'request' : 'response'
  if (name === undefined) {
    const pointer = parsePointer(pointerText ?? '')
    return pointer && { from, in: 'body', pointer }
  }
  if (place === 'header') return headerName.test(name) ? { from, in: 'header', name } : undefined
  if (from === 'response') return undefined
  return { from, in: place === 'path' ? 'path' : 'query', name }
}

/** The place in a request that a name of what is counted together spells out, as `$request.body#/week`; undefined for other names. */
export function countedPlace(scope: string): Reference | undefined {
  const reference = scope.startsWith('$') ? parseReference(scope) : undefined
  return reference?.from === 'request' ? reference : undefined
}

/** Writes a reference so that `parseReference` reads it back unchanged. */
export function printReference(reference: Reference | CallerKey): string {
  if (reference.from === 'principal') return '$principal.id'
  if (reference.in !== 'body') return `$${reference.from}.${reference.in}.${reference.name}`
  return `$${reference.from}.body${reference.pointer.length === 0 ? '' : `#${printPointer(reference.pointer)}`}`
}

/** The value a reference stands for; undefined when the messages have no such part. Total. */
export function evaluateReference(reference: Reference | CallerKey, messages: Messages): unknown {
  if (reference.from === 'principal') return undefined
  if (reference.in === 'body') return getPointer(messages[reference.from]?.body, reference.pointer)
  if (reference.in === 'header') return headerValue(messages[reference.from]?.headers, reference.name)
  const members = messages.request?.[reference.in]
  return members !== undefined && Object.hasOwn(members, reference.name) ? members[reference.name] : undefined
}

function headerValue(headers: Readonly<Record<string, unknown>> | undefined, name: string): unknown {
  const wanted = name.toLowerCase()
  return Object.entries(headers ?? {}).find(([key]) => key.toLowerCase() === wanted)?.[1]
}

/** Plain: exact numbers (`Big`) and other class instances are values, not places to look into. */
function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
