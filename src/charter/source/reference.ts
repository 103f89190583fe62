import { getPointer, parsePointer } from '../pointer.ts'
import type { Locate } from './description.ts'
import { isObject, listOf } from './plain.ts'

/** Longest chain of references that lead to references. */
const longestChain = 64

/** The value a reference such as `#/components/schemas/Order` points to; undefined when it points nowhere in the document. */
export function lookUpReference(document: unknown, reference: string): unknown {
  if (!reference.startsWith('#')) return undefined
  const pointer = parsePointer(decodeFragment(reference.slice(1)))
  return pointer && getPointer(document, pointer)
}

/**
 * Follows `$ref`s until a value that is none; undefined when the chain breaks or never ends.
 *
 * Members beside `$ref` are ignored: this is for parameters, bodies, responses and path items, not for schemas.
 */
export function dereference(document: unknown, value: unknown): unknown {
  let current = value
  for (let hop = 0; hop < longestChain; hop++) {
    if (!isObject(current) || typeof current['$ref'] !== 'string') return current
    current = lookUpReference(document, current['$ref'])
  }
  return undefined
}

/** Percent-encoding that is broken is taken literally, as names with a bare `%` are meant. */
function decodeFragment(fragment: string): string {
  try {
    return decodeURIComponent(fragment)
  } catch {
    return fragment
  }
}

/** The path a reference names, its escapes resolved; as written when they are broken. */
export function decodePath(path: string): string {
  try {
    return decodeURI(path)
  } catch {
    return path
  }
}

/** A `$ref` and the path of the object that holds it. */
export interface FoundReference {
  readonly holder: { $ref: string }
  readonly path: Parameters<Locate>[0]
}

/** Members that hold values, in which `$ref` is only text. */
const valueMembers = new Set(['example', 'examples', 'default', 'enum', 'const', 'value'])
/** Members whose own members are named freely, so that none of them is a keyword. */
const nameMaps = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'schemas',
  'responses',
  'headers',
  'parameters',
  'paths',
  'examples',
])

interface Visit {
  readonly value: unknown
  readonly path: Parameters<Locate>[0]
  readonly named: boolean
}

/** Every `$ref` of a document once, examples and other plain values left out. Safe for values that contain themselves. */
export function findReferences(document: unknown): FoundReference[] {
  const found: FoundReference[] = []
  const seen = new Set<unknown>()
  const pending: Visit[] = [{ value: document, path: [], named: false }]
  for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
    if (typeof visit.value !== 'object' || visit.value === null || seen.has(visit.value)) continue
    seen.add(visit.value)
    if (!visit.named && isHolder(visit.value)) found.push({ holder: visit.value, path: visit.path })
    // A list may be longer than a call may have arguments.
    for (const child of childrenOf(visit)) pending.push(child)
  }
  return found.reverse()
}

function isHolder(value: object): value is { $ref: string } {
  return '$ref' in value && typeof value.$ref === 'string'
}

function childrenOf({ value, path, named }: Visit): Visit[] {
  if (Array.isArray(value))
    return listOf(value).map((each, index) => ({ value: each, path: [...path, index], named: false }))
  if (!isObject(value)) return []
  // An operation's example objects may be references themselves; those of a schema are values.
  return Object.entries(value)
    .filter(([name, child]) => named || !valueMembers.has(name) || (name === 'examples' && isObject(child)))
    .map(([name, child]) => ({
      value: child,
      path: [...path, name],
      named: !named && nameMaps.has(name) && isObject(child),
    }))
}
