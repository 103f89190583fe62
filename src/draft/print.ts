import { Document, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml'
import { Claim, withoutReasons } from './claim.ts'
import type { Draft } from './draft.ts'

/** Lists and maps without claims inside that are no longer than this stand on one line. */
const widest = 100

type Made = Scalar | YAMLMap | YAMLSeq

/**
 * Writes a draft as YAML. Certain statements stand alone; behind every other one is a comment, `# guessed: because …` or
 * `# seen: …`, on its own line.
 *
 * @param preface - Lines of a comment at the top.
 */
export function printDraft(draft: Draft, preface: readonly string[] = []): string {
  const root = mapOf(draft, 0)
  const document = new Document(root)
  if (preface.length > 0) document.commentBefore = preface.map((line) => ` ${line}`).join('\n')
  return document.toString({ lineWidth: 0 })
}

function nodeOf(value: unknown, depth: number): Made {
  if (value instanceof Claim) {
    const node = flat(value.value) ? flowOf(value.value) : nodeOf(value.value, depth)
    node.comment = ` ${value.basis === 'guessed' ? 'guessed: because' : 'seen:'} ${value.because.replaceAll(/\s+/g, ' ')}`
    return node
  }
  if (typeof value !== 'object' || value === null) return new Scalar(value)
  if (depth > 1 && flat(value) && !(depth === 3 && alwaysOpen(value))) return flowOf(value)
  return Array.isArray(value) ? listOf(value, depth) : mapOf(value, depth)
}

/** Maps of maps, such as fields, are lists to a reader: one entry a line. */
function alwaysOpen(value: object): boolean {
  return (
    !Array.isArray(value) &&
    Object.values(value).some((member) => typeof member === 'object' && member !== null && !Array.isArray(member))
  )
}

/** Whether a value is short enough for one line and holds no claim, whose comment would need a line of its own. */
function flat(value: unknown): boolean {
  return !holdsClaim(value) && JSON.stringify(withoutReasons(value)).length <= widest
}

function holdsClaim(value: unknown): boolean {
  if (value instanceof Claim) return true
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsClaim)
}

function flowOf(value: unknown): Made {
  if (Array.isArray(value)) {
    const list = new YAMLSeq()
    list.items = value.map(flowOf)
    list.flow = true
    return list
  }
  if (typeof value !== 'object' || value === null) return new Scalar(value)
  const map = new YAMLMap()
  map.items = present(value).map(([name, member]) => new Pair(new Scalar(name), flowOf(member)))
  map.flow = true
  return map
}

function mapOf(value: object, depth: number): YAMLMap {
  const map = new YAMLMap()
  map.items = present(value).map(([name, member], index) => pairOf({ name, member, depth, first: index === 0 }))
  return map
}

function pairOf({
  name,
  member,
  depth,
  first,
}: {
  name: string
  member: unknown
  depth: number
  first: boolean
}): Pair {
  const key = new Scalar(name)
  const node = nodeOf(member, depth + 1)
  // The comment of a block belongs above it: behind its last line it would seem to speak of that line.
  if (!(node instanceof Scalar) && node.flow !== true && node.comment) {
    key.commentBefore = node.comment
    node.comment = null
  }
  const block = !(node instanceof Scalar) && node.flow !== true
  key.spaceBefore = !first && block && (depth === 0 || name === 'transitions' || (depth === 1 && size(member) > 3))
  return new Pair(key, node)
}

function size(value: unknown): number {
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0
}

function listOf(value: readonly unknown[], depth: number): YAMLSeq {
  const list = new YAMLSeq()
  list.items = value.map((item) => nodeOf(item, depth + 1))
  return list
}

function present(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, member]) => member !== undefined)
}
