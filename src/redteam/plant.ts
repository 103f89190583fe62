import type { Pattern, Trusted } from '../charter/agent.ts'
import { isRecord, parseJson, type TextLeaf, textLeaves, withValueAt } from './json-leaf.ts'
import type { Place } from './payload.ts'

type Result = Readonly<Record<string, unknown>>

const names = /name|title|subject|label|channel|file|heading/i
const files = /file|attachment|channel|folder|document|title|name/i
const texts = /text|body|content|description|message|note|comment|summary|subject|about|answer/i
const ids = /(^|_)(id|ids|sku|key|status|state|tenant|currency|type|kind)$/i

/**
 * Puts a text into the result of a tool, in its structured content and in the text that repeats it.
 *
 * @param trusted - What of the answer nobody but the system writes: nothing is planted there.
 * @returns undefined when there is no place for it.
 */
export function plantInResult(result: Result, text: string, place: Place, trusted?: Trusted): Result | undefined {
  if (place === 'error') return { content: [{ type: 'text', text }], isError: true }
  const { content, structuredContent } = result
  if (result['isError'] === true) return undefined
  if (structuredContent !== undefined) {
    const planted = plantInValue(structuredContent, text, place, trusted)
    return planted === undefined
      ? undefined
      : { ...result, structuredContent: planted, content: retold(content, structuredContent, planted) }
  }
  if (!Array.isArray(content)) return undefined
  const items: readonly unknown[] = content
  for (const [index, item] of items.entries()) {
    const own = isRecord(item) && typeof item['text'] === 'string' ? item['text'] : undefined
    if (own === undefined) continue
    const parsed = parseJson(own)
    const planted = typeof parsed === 'object' ? plantInValue(parsed, text, place, trusted) : undefined
    const changed = planted === undefined ? inPlainText(own, text, place, trusted) : JSON.stringify(planted)
    if (changed === undefined) continue
    return {
      ...result,
      content: items.map((each, at) => (at === index && isRecord(each) ? { ...each, text: changed } : each)),
    }
  }
  return undefined
}

function inPlainText(own: string, text: string, place: Place, trusted: Trusted | undefined): string | undefined {
  return trusted !== 'all' && (place === 'text' || place === 'two-texts' || place === 'memory')
    ? `${own}\n${text}`
    : undefined
}

/** A text that says the same as the structured content says the new one then. */
function retold(content: unknown, before: unknown, after: unknown): unknown {
  if (!Array.isArray(content)) return content
  const told = JSON.stringify(before)
  const items: readonly unknown[] = content
  return items.map((item) => {
    if (!isRecord(item) || typeof item['text'] !== 'string') return item
    return JSON.stringify(parseJson(item['text'])) === told ? { ...item, text: JSON.stringify(after) } : item
  })
}

function plantInValue(value: unknown, text: string, place: Place, trusted: Trusted | undefined): unknown {
  const open = textLeaves(value).filter(({ at }) => isOpen(at, trusted))
  const leaf = chosen(open, place)
  if (leaf === undefined) return undefined
  const whole = place === 'field' || place === 'name'
  return withValueAt(value, leaf.at, whole ? text : leaf.text === '' ? text : `${leaf.text}\n${text}`)
}

function chosen(open: readonly TextLeaf[], place: Place): TextLeaf | undefined {
  const last = ({ at }: TextLeaf): string => at.at(-1) ?? ''
  if (place === 'field') return open.find((each) => names.test(last(each)))
  if (place === 'name')
    return (
      open.find(({ at }) => at.length > 1 && files.test(at.join('/'))) ?? open.find((each) => files.test(last(each)))
    )
  // Free text: what has blanks, or is called so. An account that the agent passes on is no place for an order.
  const free = open.filter((each) => /\s/.test(each.text) || texts.test(last(each)))
  return free.toSorted((left, right) => right.text.length - left.text.length)[0]
}

/** Whether anybody but the system of record may have written what stands there. */
function isOpen(at: readonly string[], trusted: Trusted | undefined): boolean {
  if (trusted === 'all') return false
  if (trusted !== undefined) return !trusted.some((pattern) => isUnder(pattern, at))
  return !ids.test(at.at(-1) ?? '')
}

function isUnder(pattern: Pattern, at: readonly string[]): boolean {
  return pattern.length <= at.length && pattern.every((step, index) => step === '*' || step === at[index])
}

/** Puts a secret in the places that a label names. */
export function plantSecret(result: Result, at: Pattern, secret: string): Result {
  const { structuredContent: before } = result
  const leaf = textLeaves(before).find((each) => isUnder(at, each.at))
  if (before === undefined || leaf === undefined) return result
  const after = withValueAt(before, leaf.at, secret)
  return { ...result, structuredContent: after, content: retold(result['content'], before, after) }
}

/** Adds a text to the description of the first tool that has one and is not the one to be called. */
export function plantInTools(result: Result, text: string, notThis: string): Result | undefined {
  const { tools } = result
  if (!Array.isArray(tools)) return undefined
  const all: readonly unknown[] = tools
  const index = all.findIndex(
    (each) => isRecord(each) && each['name'] !== notThis && typeof each['description'] === 'string',
  )
  if (index < 0) return undefined
  const planted = all.map((each, at) =>
    at === index && isRecord(each) ? { ...each, description: `${String(each['description'])}${text}` } : each,
  )
  return { ...result, tools: planted }
}
