/** All tools of a server, page by page. */
import { isRecord } from '../../wire/to-http.ts'
import type { Ask } from './own-client.ts'

const mostPages = 100

/** What a server lists; undefined when it does not answer with a list. */
export async function allTools(ask: Ask): Promise<readonly Readonly<Record<string, unknown>>[] | undefined> {
  const tools: Readonly<Record<string, unknown>>[] = []
  let cursor: unknown
  for (let page = 0; page < mostPages; page += 1) {
    const result = await ask('tools/list', cursor === undefined ? {} : { cursor })
    if (!isRecord(result) || !Array.isArray(result['tools'])) return undefined
    const listed: readonly unknown[] = result['tools']
    tools.push(...listed.filter(isRecord))
    cursor = result['nextCursor']
    if (cursor === undefined) return tools
  }
  return undefined
}
