import { type Pointer, printPointer } from '../../charter/pointer.ts'
import { parseText } from './parse-text.ts'

/** One text, number or truth value of an answer, or the name of a member, with its place. */
export interface Leaf {
  readonly at: string
  readonly value: string | number
  readonly trusted: boolean
  /** It names a member and is no value. */
  readonly key: boolean
}

/** Places only a system of record writes: all of an answer, or pointers in which `*` stands for each item or member. */
export type Places = true | readonly Pointer[]

const maxDepth = 64

/**
 * Every value of an answer. Text that has a structure, be it the answer itself or a text block of it, is read as that structure where a
 * trusted place lies inside; `at` then goes on into it.
 */
export function leavesOf(content: unknown, trusted: Places): readonly Leaf[] {
  const leaves: Leaf[] = []
  walk({ leaves, names: new Set() }, content, [], trusted === true ? [[]] : trusted)
  return leaves
}

interface Walk {
  readonly leaves: Leaf[]
  readonly names: Set<string>
}

/** `patterns` are what is left of the trusted places that lead here; an empty one means that this is one. */
function walk(all: Walk, value: unknown, path: readonly string[], patterns: readonly Pointer[]): void {
  if (typeof value === 'string') walkText(all, value, path, patterns)
  else if (typeof value === 'number') add(all, value, path, patterns)
  else if (typeof value !== 'object' || value === null || path.length > maxDepth) return
  else if (Array.isArray(value)) {
    value.forEach((each, index) => {
      walk(all, each, [...path, String(index)], inside(patterns, String(index)))
    })
  } else
    for (const [name, each] of Object.entries(value)) {
      addName(all, name, path, patterns)
      walk(all, each, [...path, name], inside(patterns, name))
    }
}

function walkText(all: Walk, text: string, path: readonly string[], patterns: readonly Pointer[]): void {
  const reaches = patterns.length > 0 && (path.length === 0 || patterns.some((pattern) => pattern.length > 0))
  const read = reaches || path.length === 0 ? parseText(text) : text
  if (typeof read === 'object' && read !== null) walk(all, read, path, patterns)
  else add(all, text, path, patterns)
}

function inside(patterns: readonly Pointer[], name: string): readonly Pointer[] {
  if (patterns.length === 0) return patterns
  // A trusted place is trusted with all that is in it.
  return patterns.flatMap((pattern) =>
    pattern.length === 0 ? [pattern] : pattern[0] === '*' || pattern[0] === name ? [pattern.slice(1)] : [],
  )
}

function add({ leaves }: Walk, value: string | number, path: readonly string[], patterns: readonly Pointer[]): void {
  leaves.push({ at: printPointer(path), value, trusted: isTrusted(patterns), key: false })
}

/** Names are told once: in a list they repeat for every item. */
function addName({ leaves, names }: Walk, name: string, path: readonly string[], patterns: readonly Pointer[]): void {
  if (names.has(name)) return
  names.add(name)
  leaves.push({ at: printPointer(path), value: name, trusted: isTrusted(patterns), key: true })
}

function isTrusted(patterns: readonly Pointer[]): boolean {
  return patterns.some((pattern) => pattern.length === 0)
}
