/** Values with a structure as lists of what stands where. Pure. */
import Big from 'big.js'
import { printPointer } from '../../../charter/pointer.ts'
import { printLosslessJson } from '../../../wire/lossless-json.ts'

/** One value that has no parts, as people read it; texts without quotes. */
export interface Leaf {
  readonly at: string
  readonly text: string
  readonly kind: 'text' | 'number' | 'other'
}

const most = 300
const deepest = 32

/** The first 300 of them, in their order. What lies deeper than 32 levels is shown as JSON. */
export function leavesOf(value: unknown): readonly Leaf[] {
  const leaves: Leaf[] = []
  walk(value, [], leaves)
  return leaves
}

function walk(value: unknown, path: readonly string[], leaves: Leaf[]): void {
  if (leaves.length >= most || value === undefined) return
  const parts = path.length < deepest ? partsOf(value) : []
  for (const [name, part] of parts) walk(part, [...path, name], leaves)
  if (parts.length === 0) leaves.push({ at: printPointer(path), ...shownAs(value) })
}

function partsOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value !== 'object' || value === null || value instanceof Big ? [] : Object.entries(value)
}

function shownAs(value: unknown): Pick<Leaf, 'text' | 'kind'> {
  if (typeof value === 'string') return { text: value, kind: 'text' }
  return {
    text: printLosslessJson(value),
    kind: typeof value === 'number' || value instanceof Big ? 'number' : 'other',
  }
}
