/** The result of a tool as the guard judges it, and as it goes back when not all of it may. */
import { printLosslessJson } from '../../wire/lossless-json.ts'
import { isRecord } from '../../wire/to-http.ts'
import { besideIn, besideName, jsonInText, textOfItem } from '../../wire/tool-result.ts'

type Result = Readonly<Record<string, unknown>>

/** The same result with another body, as `judgedBodyOf` gives it, wherever it is said. */
export function withBodyOf(result: Result, body: unknown): Result {
  const before = result['structuredContent']
  if (before !== undefined) return { ...result, ...parted(result, before, body) }
  if (jsonInText(result) !== undefined) return { ...result, content: [{ type: 'text', text: printLosslessJson(body) }] }
  return isRecord(body) && Array.isArray(body['content'])
    ? { ...result, content: body['content'] }
    : { ...result, content: [] }
}

/** What was put together to be judged, apart again. A text that repeats the data repeats what is left; no other text keeps what was left out. */
function parted(result: Result, before: unknown, body: unknown): Result {
  const { content } = result
  if (!Array.isArray(content)) return { structuredContent: body }
  const beside = besideIn(result)
  const again = (data: unknown): readonly unknown[] =>
    content.length > beside.length ? [{ type: 'text', text: printLosslessJson(data) }] : []
  if (!isRecord(before) || !isRecord(body) || beside.length === 0)
    return { structuredContent: body, content: again(body) }
  const { [besideName(before)]: judged, ...data } = body
  const gone = goneFrom(before, data)
  const kept = Array.isArray(judged) ? judged.flatMap((item: unknown) => without(item, gone)) : []
  return { structuredContent: data, content: [...again(data), ...kept] }
}

/** What is no text cannot be told apart from what was left out. */
function without(item: unknown, gone: readonly string[]): readonly unknown[] {
  const text = textOfItem(item)
  if (gone.length === 0) return [item]
  if (text === undefined || !isRecord(item)) return []
  return [{ ...item, text: gone.reduce((said, value) => said.replaceAll(value, '[left out]'), text) }]
}

/** The texts that were in a value and are no longer, the longest first. */
function goneFrom(before: unknown, after: unknown): readonly string[] {
  const kept = new Set(leavesOf(after))
  return [...new Set(leavesOf(before))]
    .filter((each) => each !== '' && !kept.has(each))
    .sort((a, b) => b.length - a.length)
}

function leavesOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value === 'number') return [String(value)]
  if (Array.isArray(value)) return value.flatMap(leavesOf)
  if (isRecord(value)) return Object.values(value).flatMap(leavesOf)
  return typeof value === 'object' && value !== null ? [printLosslessJson(value)] : []
}

/** The same result without what nobody judged: texts beside structured content that is no object. Undefined where there are none. */
export function judgedOnly(result: Result): Result | undefined {
  const { structuredContent } = result
  return isRecord(structuredContent) || besideIn(result).length === 0
    ? undefined
    : withBodyOf(result, structuredContent)
}
