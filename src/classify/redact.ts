import { printPointer } from '../charter/pointer.ts'
import type { Finding } from './finding.ts'
import { isNumber } from './leaf.ts'

/** What stands for something taken out of a text. */
export type Mark = (finding: Finding, taken: string) => string

/** Says what was there, and nothing of it. */
export const plainMark: Mark = (finding) => `[${finding.class}]`

interface Edit {
  readonly start: number
  readonly end: number
  readonly finding: Finding
}

/**
 * A copy of a value with every finding replaced by its mark. What has no finding is the very same value; in a text, every other
 * character stays; a number becomes a text, a member's name another name.
 *
 * Overlapping findings are one, marked as the one that begins first, or the longer of two that begin together.
 */
export function redact(value: unknown, findings: readonly Finding[], mark: Mark = plainMark): unknown {
  const places = new Map<string, Finding[]>()
  for (const finding of findings) {
    const key = keyOf(finding.at, finding.in === 'name')
    places.set(key, [...(places.get(key) ?? []), finding])
  }
  return places.size === 0 ? value : copy(value, [], { places, mark })
}

interface Task {
  readonly places: ReadonlyMap<string, readonly Finding[]>
  readonly mark: Mark
}

const keyOf = (at: string, name: boolean): string => `${name ? 'n' : 'v'}${at}`

function copy(value: unknown, at: readonly string[], task: Task): unknown {
  if (typeof value === 'string' || isNumber(value)) {
    const found = task.places.get(keyOf(printPointer(at), false))
    return found === undefined ? value : edited(typeof value === 'string' ? value : value.toString(), found, task.mark)
  }
  if (Array.isArray(value)) {
    const items = value.map((each: unknown, index) => copy(each, [...at, String(index)], task))
    return items.every((each, index) => each === value[index]) ? value : items
  }
  if (typeof value !== 'object' || value === null) return value
  return copyMembers(value, at, task)
}

function copyMembers(value: object, at: readonly string[], task: Task): object {
  let changed = false
  const members: [string, unknown][] = []
  for (const [name, member] of Object.entries(value)) {
    const inner = [...at, name]
    const found = task.places.get(keyOf(printPointer(inner), true))
    const renamed = found === undefined ? name : edited(name, found, task.mark)
    const next = copy(member, inner, task)
    if (renamed !== name || next !== member) changed = true
    members.push([renamed, next])
  }
  return changed ? Object.fromEntries(distinct(members)) : value
}

/** Names that became the same stay apart. */
function distinct(members: readonly [string, unknown][]): [string, unknown][] {
  const taken = new Set<string>()
  return members.map(([name, member]) => {
    let own = name
    for (let count = 2; taken.has(own); count++) own = `${name}-${'x'.repeat(count - 1)}`
    taken.add(own)
    return [own, member]
  })
}

function edited(text: string, findings: readonly Finding[], mark: Mark): string {
  let result = ''
  let from = 0
  for (const { start, end, finding } of merged(text, findings)) {
    result += text.slice(from, start) + mark(finding, text.slice(start, end))
    from = end
  }
  return result + text.slice(from)
}

function merged(text: string, findings: readonly Finding[]): Edit[] {
  const edits: Edit[] = []
  const sorted = findings
    .map((finding) => ({ start: Math.max(0, finding.start), end: Math.min(text.length, finding.end), finding }))
    .filter(({ start, end }) => end > start)
    .sort((a, b) => a.start - b.start || b.end - a.end)
  for (const edit of sorted) {
    const last = edits.at(-1)
    if (last === undefined || edit.start >= last.end) edits.push(edit)
    else if (edit.end > last.end) edits[edits.length - 1] = { ...last, end: edit.end }
  }
  return edits
}

/** How often what is left is looked at again before whole texts are taken out. */
const rounds = 3

/**
 * Redacts until nothing is found any more: what was cut out of a disguise may show another one. What still shows after a few rounds is
 * taken out whole.
 */
export function redactAll(
  value: unknown,
  find: (value: unknown) => readonly Finding[],
  mark: Mark = plainMark,
): unknown {
  let current = value
  for (let round = 0; round < rounds; round++) {
    const findings = find(current)
    if (findings.length === 0) return current
    current = redact(current, findings, mark)
  }
  const left = find(current).map((finding) => ({ ...finding, start: 0, end: Number.POSITIVE_INFINITY }))
  return redact(current, left, mark)
}
