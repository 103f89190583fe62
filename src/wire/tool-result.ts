import { parseLosslessJson, printLosslessJson } from './lossless-json.ts'
import { isRecord } from './to-http.ts'

/**
 * What the result of an MCP tool says, as data: its structured content, else its only text where that is JSON, else its content. Of a
 * resource, a prompt or a completion, what those have in its place.
 */
export function bodyOfResult(result: Readonly<Record<string, unknown>>): unknown {
  if (Object.hasOwn(result, 'structuredContent')) return result['structuredContent']
  const said = saidIn(result)
  return Object.keys(said).length > 0 ? said : (jsonInText(result) ?? { content: result['content'] ?? [] })
}

const sayings: readonly string[] = ['contents', 'messages', 'description', 'completion']

/** What results have in the place of `content`; nothing where they have that. */
export function saidIn(result: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (result['content'] !== undefined) return {}
  return Object.fromEntries(sayings.flatMap((name) => (Object.hasOwn(result, name) ? [[name, result[name]]] : [])))
}

/**
 * The same, with whatever stands beside the structured content and says something else: an agent reads that too. It is in a member `content`,
 * or one of a longer name where the data has that itself. Beside structured content that is no object, nothing else is judged: see `besideIn`.
 */
export function judgedBodyOf(result: Readonly<Record<string, unknown>>): unknown {
  const body = bodyOfResult(result)
  const beside = besideIn(result)
  return beside.length === 0 || !isRecord(body) ? body : { ...body, [besideName(body)]: beside }
}

/** The items of content that are not the structured content once more; none where there is no structured content. */
export function besideIn(result: Readonly<Record<string, unknown>>): readonly unknown[] {
  const { structuredContent, content } = result
  if (structuredContent === undefined || !Array.isArray(content)) return []
  const printed = printLosslessJson(structuredContent)
  return content.filter((item) => !repeats(item, printed))
}

function repeats(item: unknown, printed: string): boolean {
  const text = textOfItem(item)
  if (text === undefined) return false
  if (text === printed) return true
  const json = parseLosslessJson(text)
  return json !== undefined && printLosslessJson(json) === printed
}

/** The member in which `judgedBodyOf` puts what stands beside. */
export function besideName(body: Readonly<Record<string, unknown>>): string {
  let name = 'content'
  while (Object.hasOwn(body, name)) name = `${name} beside`
  return name
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
