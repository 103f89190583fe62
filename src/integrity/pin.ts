import Big from 'big.js'
import canonicalize from 'canonicalize'
import { memberOf, type Tool } from './tool.ts'
import { excerptOf, writtenOut } from './visible.ts'

/** What is pinned of a tool: what a model reads of it, and what decides how it is called. */
export const pinnedMembers = ['name', 'title', 'description', 'inputSchema', 'outputSchema', 'annotations'] as const

/**
 * What identifies a tool as it was approved: the digest of the canonical text (RFC 8785) of its pinned members, absent ones as null.
 *
 * @param sha256 - The digest of a text in UTF-8, as text.
 */
export function pinOf(tool: Readonly<Record<string, unknown>>, sha256: (text: string) => string): string {
  return sha256(pinnedText(tool))
}

const pinnedText = (tool: Readonly<Record<string, unknown>>): string =>
  canonicalize(plainOf(Object.fromEntries(pinnedMembers.map((name) => [name, tool[name] ?? null])))) ?? ''

/** A value with doubles for its numbers, as whoever reads a list plainly has them: RFC 8785 knows no others. */
export function plainOf(value: unknown): unknown {
  if (value instanceof Big) return value.toNumber()
  if (Array.isArray(value)) return value.map(plainOf)
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plainOf(member)]))
}

/** One tool that is described in another way than when it was approved. */
export interface ChangedTool {
  readonly tool: string
  /** One line each, for whoever decides whether to approve it again. */
  readonly differences: readonly string[]
}

/** How a list of tools differs from the approved one. */
export interface ToolChanges {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly ChangedTool[]
  /** Names that stand twice in the live list: neither description is believed. */
  readonly twice: readonly string[]
}

/** Compares what a server lists now with what was approved. Order does not count. */
export function comparePins(approved: readonly Tool[], live: readonly Tool[]): ToolChanges {
  const before = new Map(approved.map((tool) => [tool.name, tool]))
  const now = new Map(live.map((tool) => [tool.name, tool]))
  const names = live.map(({ name }) => name)
  return {
    added: [...now.keys()].filter((name) => !before.has(name)),
    removed: [...before.keys()].filter((name) => !now.has(name)),
    changed: [...now.values()].flatMap((tool) => {
      const old = before.get(tool.name)
      return old === undefined || pinnedText(old) === pinnedText(tool)
        ? []
        : [{ tool: tool.name, differences: differencesOf(old, tool) }]
    }),
    twice: [...new Set(names.filter((name, index) => names.indexOf(name) !== index))],
  }
}

/** Every difference of two tools in what is pinned, as readable lines: place, before, after. Hidden characters are written out. */
export function differencesOf(before: Tool, after: Tool): readonly string[] {
  return pinnedMembers
    .flatMap((name) => [...differ(before[name], after[name], name)])
    .map(({ at, before: old, after: now }) => change(old, now, at))
    .slice(0, mostLines)
}

/** One place in which a tool is another one: the whole of what stood there, and of what stands there now; absent where nothing does. */
export interface ToolChange {
  readonly at: string
  readonly before?: string
  readonly now?: string
}

/** Every difference of two tools in what is pinned, whole; hidden characters are written out. Of a tool that is new, all of it. */
export function changesOf(before: Tool | undefined, after: Tool): readonly ToolChange[] {
  return pinnedMembers
    .flatMap((name) => [...differ(before?.[name], after[name], name)])
    .map(({ at, before: old, after: now }) => ({
      at,
      ...(old === undefined ? {} : { before: whole(old) }),
      ...(now === undefined ? {} : { now: whole(now) }),
    }))
}

function whole(value: unknown): string {
  return writtenOut(typeof value === 'string' ? value : canonicalText(value))
}

interface Difference {
  readonly at: string
  readonly before: unknown
  readonly after: unknown
}

const mostLines = 100
const deepest = 60

function* differ(before: unknown, after: unknown, at: string, depth = 0): Generator<Difference> {
  if (canonicalText(before) === canonicalText(after)) return
  if (!isRecord(before) || !isRecord(after) || depth > deepest) {
    yield { at, before, after }
    return
  }
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    yield* differ(memberOf(before, name), memberOf(after, name), `${at}/${name}`, depth + 1)
  }
}

function change(before: unknown, after: unknown, at: string): string {
  if (before === undefined) return `${at}: added ${told(after)}`
  if (after === undefined) return `${at}: removed ${told(before)}`
  if (typeof before === 'string' && typeof after === 'string') return `${at}: ${textChange(before, after)}`
  return `${at}: ${told(before)} → ${told(after)}`
}

/** Of two long texts, the part that differs. */
function textChange(before: string, after: string): string {
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start++
  let end = 0
  const most = Math.min(before.length, after.length) - start
  while (end < most && before.at(-1 - end) === after.at(-1 - end)) end++
  const [old, now] = [before.slice(start, before.length - end), after.slice(start, after.length - end)]
  if (old === '') return `added “${excerptOf(now, 20, now.length)}”`
  return now === ''
    ? `removed “${excerptOf(old, 20, old.length)}”`
    : `“${excerptOf(old, 20, old.length)}” → “${excerptOf(now, 20, now.length)}”`
}

const told = (value: unknown): string => excerptOf(canonicalText(value), 20, 200)
const canonicalText = (value: unknown): string =>
  value === undefined ? 'nothing' : (canonicalize(plainOf(value)) ?? 'nothing')

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
