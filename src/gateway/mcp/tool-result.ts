/** The result of a tool as the guard judges it, and as it goes back when not all of it may. */
import { printLosslessJson } from '../../wire/lossless-json.ts'
import { isRecord } from '../../wire/to-http.ts'
import { besideIn, besideName, jsonInText, saidIn, textOfItem } from '../../wire/tool-result.ts'

type Result = Readonly<Record<string, unknown>>

/** The same result with another body, as `judgedBodyOf` gives it, wherever it is said. */
export function withBodyOf(result: Result, body: unknown): Result {
  const before = result['structuredContent']
  if (before !== undefined) return { ...result, ...parted(result, before, body) }
  if (Object.keys(saidIn(result)).length > 0)
    return { ...only(result, (name) => ofAnswers.has(name)), ...(isRecord(body) ? body : {}) }
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

const ofAnswers: ReadonlySet<string> = new Set(['_meta', 'resultType', 'isError', 'ttlMs', 'cacheScope'])
const ofQuestions: ReadonlySet<string> = new Set(['_meta', 'resultType', 'inputRequests', 'requestState'])
const ofTasks: ReadonlySet<string> = new Set([
  '_meta',
  'resultType',
  'task',
  'taskId',
  'status',
  'statusMessage',
  'createdAt',
  'lastUpdatedAt',
  'ttl',
  'ttlMs',
  'pollInterval',
  'pollIntervalMs',
])

/**
 * A result without what nobody judges: an answer with what `judgedBodyOf` reads of it, or the questions it asks instead; the very same where
 * there is nothing else. SECURITY: a client may read a result as another kind than we do, or a member by another name.
 */
export function knownOnly(result: Result): Result {
  if (result['resultType'] === 'input_required') return only(result, (name) => ofQuestions.has(name))
  const isOfTool = result['content'] !== undefined || result['structuredContent'] !== undefined
  const said = isOfTool ? ['content', 'structuredContent'] : Object.keys(saidIn(result))
  return only(result, (name) => ofAnswers.has(name) || said.includes(name))
}

/** What a result says of a task, and `more`; the very same where there is nothing else. */
export function taskOnly(result: Result, ...more: readonly string[]): Result {
  const known = only(result, (name) => ofTasks.has(name) || more.includes(name))
  const { task } = known
  const inner = isRecord(task) ? only(task, (name) => ofTasks.has(name)) : task
  return inner === task ? known : { ...known, task: inner }
}

/** What was left out of an answer may stand in what servers add to it. */
export function withoutMeta(result: Result): Result {
  const { _meta: meta, ...rest } = result
  const kept = isRecord(meta) ? only(meta, (name) => name.startsWith('io.modelcontextprotocol/')) : {}
  return Object.keys(kept).length === 0 ? rest : { ...rest, _meta: kept }
}

function only(value: Result, isKept: (name: string) => boolean): Result {
  const entries = Object.entries(value)
  const kept = entries.filter(([name]) => isKept(name))
  return kept.length === entries.length ? value : Object.fromEntries(kept)
}
