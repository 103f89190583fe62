import { parseLosslessJson } from './lossless-json.ts'
import { isRecord } from './to-http.ts'

/** What the result of an MCP tool says, as data: its structured content, else its only text where that is JSON, else its content. */
export function bodyOfResult(result: Readonly<Record<string, unknown>>): unknown {
  if (Object.hasOwn(result, 'structuredContent')) return result['structuredContent']
  return jsonInText(result) ?? { content: result['content'] ?? [] }
}

/** The JSON that the only text of a result is; undefined where it is none. */
export function jsonInText({ content }: Readonly<Record<string, unknown>>): object | undefined {
  if (!Array.isArray(content) || content.length !== 1) return undefined
  const [only]: readonly unknown[] = content
  const text = textOfItem(only)
  const json = text === undefined ? undefined : parseLosslessJson(text)
  return typeof json === 'object' && json !== null ? json : undefined
}

/** The text of one item of content. */
export function textOfItem(item: unknown): string | undefined {
  return isRecord(item) && item['type'] === 'text' && typeof item['text'] === 'string' ? item['text'] : undefined
}
