import type { Pattern, Trusted } from '../../../charter/agent.ts'
import { printPointer } from '../../../charter/pointer.ts'
import { parseText } from './parse-text.ts'

/** One text, number or truth value of an answer, or the name of a member, with its place. */
export interface Leaf {
  readonly at: string
  readonly value: string | number
  readonly trusted: boolean
  /** It names a member and is no value. */
  readonly key: boolean
}

const maxDepth = 64

/**
 * Every value of an answer. Text that has a structure, be it the answer itself or a text block of it, is read as that structure where a
 * trusted place lies inside; `at` then goes on into it. One text block alone is the text in it.
 */
export function leavesOf(content: unknown, trusted: Trusted = []): readonly Leaf[] {
  const leaves: Leaf[] = []
  walk({ leaves, names: new Set(), reads: true }, unwrapped(content), [], trusted === 'all' ? [[]] : trusted)
  return leaves
}

/** The text of an answer that is one block of text and nothing else, as tools without structured answers give it. */
function unwrapped(content: unknown): unknown {
  if (typeof content !== 'object' || content === null || !('content' in content)) return content
  const { content: blocks, ...rest } = content
  if (!Array.isArray(blocks) || blocks.length !== 1 || Object.keys(rest).some((name) => name !== 'isError'))
    return content
  const block: unknown = blocks[0]
  const isText = typeof block === 'object' && block !== null && 'type' in block && block.type === 'text'
  return isText && 'text' in block && typeof block.text === 'string' ? block.text : content
}

/** Every text and number of arguments, as they stand. */
export function argumentLeaves(value: unknown): readonly Leaf[] {
  const leaves: Leaf[] = []
  walk({ leaves, names: new Set(), reads: false }, value, [], [])
  return leaves.filter(({ key, value: text }) => !key && text !== '')
}

interface Walk {
  /** Text with a structure is read as that. */
  readonly reads: boolean
  readonly leaves: Leaf[]
  readonly names: Set<string>
}

/** `patterns` are what is left of the trusted places that lead here; an empty one means that this is one. */
function walk(all: Walk, value: unknown, path: readonly string[], patterns: readonly Pattern[]): void {
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

function walkText(all: Walk, text: string, path: readonly string[], patterns: readonly Pattern[]): void {
  const reaches =
    all.reads && patterns.length > 0 && (path.length === 0 || patterns.some((pattern) => pattern.length > 0))
  const read = reaches || (all.reads && path.length === 0) ? parseText(text) : text
  if (typeof read === 'object' && read !== null) walk(all, read, path, patterns)
  else add(all, text, path, patterns)
}

function inside(patterns: readonly Pattern[], name: string): readonly Pattern[] {
  if (patterns.length === 0) return patterns
  // A trusted place is trusted with all that is in it.
  return patterns.flatMap((pattern) =>
    pattern.length === 0 ? [pattern] : pattern[0] === '*' || pattern[0] === name ? [pattern.slice(1)] : [],
  )
}

function add({ leaves }: Walk, value: string | number, path: readonly string[], patterns: readonly Pattern[]): void {
  leaves.push({ at: printPointer(path), value, trusted: isTrusted(patterns), key: false })
}

/** Names are told once: in a list they repeat for every item. */
function addName({ leaves, names }: Walk, name: string, path: readonly string[], patterns: readonly Pattern[]): void {
  const trusted = isTrusted(patterns)
  const known = `${trusted ? 'trusted' : 'any'} ${name}`
  if (names.has(known)) return
  names.add(known)
  leaves.push({ at: printPointer(path), value: name, trusted, key: true })
}

function isTrusted(patterns: readonly Pattern[]): boolean {
  return patterns.some((pattern) => pattern.length === 0)
}
