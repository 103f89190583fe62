import type { OperationShape } from './description.ts'
import { parsePathTemplate, pathOf, type Segment } from './path-template.ts'
import { bareRecord } from './plain.ts'

/** The operation a request is for, and the decoded values of its path parameters. */
export interface OperationMatch {
  readonly operation: OperationShape
  readonly pathParameters: Readonly<Record<string, string>>
}

/** Operations arranged for look-up; made once by `compileMatcher`. */
export interface OperationMatcher {
  readonly root: Branch
}

interface Leaf {
  readonly operation: OperationShape
  readonly names: readonly string[]
}

interface Branch {
  readonly literals: Map<string, Branch>
  /** Segments that mix text and parameters, most literal text first. */
  readonly mixed: { readonly segment: Segment; readonly weight: number; readonly branch: Branch }[]
  parameter?: Branch
  /** By method. */
  readonly leaves: Map<string, Leaf>
}

/** Arranges operations of one or several descriptions. Of two that match the same requests the first one counts. */
export function compileMatcher(operations: Iterable<OperationShape>): OperationMatcher {
  const root = emptyBranch()
  for (const operation of operations) {
    const template = parsePathTemplate(operation.basePath + operation.path)
    if (template.problem !== undefined) continue
    const end = template.segments.reduce(descend, root)
    if (!end.leaves.has(operation.method)) end.leaves.set(operation.method, { operation, names: template.parameters })
  }
  return { root }
}

/**
 * Finds the operation of a request by method and path (`basePath + path`; query and fragment are ignored).
 *
 * Text goes before parameters, segment by segment from the left; a template that lacks the method gives way to the next. A
 * trailing slash too many is overlooked. Segments are compared percent-decoded. Undefined when nothing matches, and for paths
 * that another reader could take differently: `.` and `..` segments and broken percent-encoding.
 */
export function matchOperation(matcher: OperationMatcher, method: string, path: string): OperationMatch | undefined {
  const segments = decodeSegments(path)
  if (segments === undefined) return undefined
  const found = search(matcher.root, segments, 0, method.toUpperCase(), [])
  if (found !== undefined || segments.length < 2 || segments.at(-1) !== '') return found
  return search(matcher.root, segments.slice(0, -1), 0, method.toUpperCase(), [])
}

function emptyBranch(): Branch {
  return { literals: new Map(), mixed: [], leaves: new Map() }
}

function descend(branch: Branch, segment: Segment): Branch {
  const [only] = segment
  if (segment.length === 0 || (segment.length === 1 && only !== undefined && 'literal' in only)) {
    const text = only !== undefined && 'literal' in only ? (decode(only.literal) ?? only.literal) : ''
    const next = branch.literals.get(text) ?? emptyBranch()
    branch.literals.set(text, next)
    return next
  }
  if (segment.length === 1) {
    branch.parameter ??= emptyBranch()
    return branch.parameter
  }
  return descendMixed(branch, segment)
}

function descendMixed(branch: Branch, segment: Segment): Branch {
  const shape = (each: Segment): string => each.map((part) => ('literal' in part ? part.literal : '{}')).join('')
  const known = branch.mixed.find((each) => shape(each.segment) === shape(segment))
  if (known !== undefined) return known.branch
  const weight = segment.reduce((sum, part) => sum + ('literal' in part ? part.literal.length : 0), 0)
  const next = emptyBranch()
  branch.mixed.push({ segment, weight, branch: next })
  branch.mixed.sort((left, right) => right.weight - left.weight)
  return next
}

function search(
  branch: Branch,
  segments: readonly string[],
  index: number,
  method: string,
  values: readonly string[],
): OperationMatch | undefined {
  const segment = segments[index]
  if (segment === undefined) return finish(branch.leaves.get(method), values)
  const literal = branch.literals.get(segment)
  const found = literal && search(literal, segments, index + 1, method, values)
  if (found !== undefined) return found
  for (const each of branch.mixed) {
    const parts = matchMixed(each.segment, 0, segment)
    const deeper = parts && search(each.branch, segments, index + 1, method, [...values, ...parts])
    if (deeper !== undefined) return deeper
  }
  if (branch.parameter === undefined || segment === '') return undefined
  return search(branch.parameter, segments, index + 1, method, [...values, segment])
}

function finish(leaf: Leaf | undefined, values: readonly string[]): OperationMatch | undefined {
  if (leaf === undefined) return undefined
  return {
    operation: leaf.operation,
    pathParameters: bareRecord(leaf.names.map((name, at) => [name, values[at] ?? ''])),
  }
}

/** Every parameter takes at least one character, the leftmost as few as the rest allows. */
function matchMixed(parts: Segment, index: number, text: string): string[] | undefined {
  const part = parts[index]
  if (part === undefined) return text === '' ? [] : undefined
  if ('literal' in part)
    return text.startsWith(part.literal) ? matchMixed(parts, index + 1, text.slice(part.literal.length)) : undefined
  const next = parts[index + 1]
  if (next === undefined || !('literal' in next)) return text === '' ? undefined : [text]
  for (let end = text.indexOf(next.literal, 1); end > 0; end = text.indexOf(next.literal, end + 1)) {
    const rest = matchMixed(parts, index + 1, text.slice(end))
    if (rest !== undefined) return [text.slice(0, end), ...rest]
  }
  return undefined
}

function decodeSegments(path: string): string[] | undefined {
  const decoded: string[] = []
  for (const segment of pathOf(path).slice(1).split('/')) {
    const text = decode(segment)
    if (text === undefined || text === '.' || text === '..') return undefined
    decoded.push(text)
  }
  return decoded
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
