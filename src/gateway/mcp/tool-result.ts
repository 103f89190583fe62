/** The result of a tool as the guard judges it, and as it goes back when not all of it may. */
import { parseLosslessJson, printLosslessJson } from '../../wire/lossless-json.ts'
import { isRecord } from '../../wire/to-http.ts'
import { jsonInText, textOfItem } from '../../wire/tool-result.ts'

type Result = Readonly<Record<string, unknown>>

/** The same result with another body, wherever it is said: a text that repeats what was left out does not keep it. */
export function withBodyOf(result: Result, body: unknown): Result {
  if (Object.hasOwn(result, 'structuredContent')) {
    const before = result['structuredContent']
    const gone = goneFrom(before, body)
    return { ...result, structuredContent: body, ...contentWith(result, (text) => retold(text, before, body, gone)) }
  }
  if (jsonInText(result) !== undefined) return { ...result, ...contentWith(result, () => printLosslessJson(body)) }
  return isRecord(body) && Array.isArray(body['content'])
    ? { ...result, content: body['content'] }
    : { ...result, content: [] }
}

function contentWith({ content }: Result, change: (text: string) => string): { readonly content?: readonly unknown[] } {
  if (!Array.isArray(content)) return {}
  const items: readonly unknown[] = content
  return {
    content: items.flatMap((item) => {
      const text = textOfItem(item)
      // What is no text cannot be told apart from what was left out.
      return text === undefined || !isRecord(item) ? [] : [{ ...item, text: change(text) }]
    }),
  }
}

function retold(text: string, before: unknown, after: unknown, gone: readonly string[]): string {
  const json = parseLosslessJson(text)
  if (json !== undefined && printLosslessJson(json) === printLosslessJson(before)) return printLosslessJson(after)
  return gone.reduce((said, value) => said.replaceAll(value, '[left out]'), text)
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
