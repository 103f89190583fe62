/** The gateway as a client of a server, on a session of its own. */
import { isRecord } from '../../wire/to-http.ts'
import { askUpstream } from './ask.ts'
import { type McpHeaders, metaVersion } from './era.ts'
import type { AnswerHead, McpUpstream } from './upstream.ts'

/** Asks a server; undefined when it gave no result. */
export type Ask = (method: string, params: Readonly<Record<string, unknown>>) => Promise<unknown>

const modern = '2026-07-28'
const legacy = '2025-11-25'

/** Opens its session at the first question, in whichever era the server speaks; again when it was lost. */
export function ownClient(upstream: McpUpstream): (signal: AbortSignal) => Ask {
  let opening: Promise<McpHeaders | undefined> | undefined
  const stateless = { upstream, era: 'modern', headers: {}, meta: { [metaVersion]: modern } } as const
  const open = async (signal: AbortSignal): Promise<McpHeaders | undefined> => {
    const found = await askUpstream({ ...stateless, signal }, 'server/discover', {})
    if (isRecord(found)) return undefined
    let head: AnswerHead | undefined
    const params = { protocolVersion: legacy, capabilities: {}, clientInfo: { name: 'lockstep', version: '1' } }
    const asked = {
      upstream,
      era: 'legacy',
      headers: {},
      meta: {},
      signal,
      onHead: (came: AnswerHead): void => {
        head = came
      },
    } as const
    const result = await askUpstream(asked, 'initialize', params)
    const version = isRecord(result) ? result['protocolVersion'] : undefined
    const session = head?.headers['mcp-session-id']
    const headers = {
      ...(typeof version === 'string' ? { 'mcp-protocol-version': version } : {}),
      ...(session === undefined ? {} : { 'mcp-session-id': session }),
    }
    await askUpstream(
      { upstream, era: 'legacy', headers, meta: {}, signal, notify: true },
      'notifications/initialized',
      {},
    )
    return headers
  }
  return (signal) => async (method, params) => {
    opening ??= open(signal)
    const headers = await opening
    const result =
      headers === undefined
        ? await askUpstream({ ...stateless, signal }, method, params)
        : await askUpstream({ upstream, era: 'legacy', headers, meta: {}, signal }, method, params)
    if (result === undefined) opening = undefined
    return result
  }
}
