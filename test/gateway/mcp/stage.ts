// A gateway before an MCP server, for tests.
import type { Charter } from '../../../src/charter/charter.ts'
import { linkCharter } from '../../../src/charter/link.ts'
import { parseCharter } from '../../../src/charter/parse.ts'
import { readToolList } from '../../../src/charter/source/tools.ts'
import { type McpGateway, type McpGatewayOptions, openMcpGateway } from '../../../src/gateway/mcp/gateway.ts'
import { mcpTruth } from '../../../src/gateway/mcp/truth.ts'
import { createGuard, type Guard, type GuardOptions } from '../../../src/guard/guard.ts'
import type { GuardEvent } from '../../../src/guard/journal.ts'
import { blind } from '../../../src/guard/truth.ts'
import type { Identifier } from '../../../src/identity/identity.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open.ts'

/** A charter of the given words over approved tool lists, by source; `more` is said of a source besides. */
export function toolCharter(
  words: Readonly<Record<string, unknown>>,
  lists: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, object>> = {},
): Charter {
  const sources = Object.keys(lists).map((name) => ({
    name,
    type: 'mcp',
    url: `./${name}.tools.json`,
    ...more[name],
  }))
  const raw = { lockstep: 1, name: 'tools', sources, ...words }
  const parsed = parseCharter([{ file: 'tools.yaml', text: JSON.stringify(raw) }])
  if (parsed.charter === undefined) throw new Error(JSON.stringify(parsed.diagnostics))
  const described = Object.entries(lists).map(([name, document]) => {
    const { description } = readToolList(name, document, () => ({ file: `${name}.tools.json`, line: 1, column: 1 }))
    if (description === undefined) throw new Error('no description')
    return [name, description] as const
  })
  const { charter, diagnostics } = linkCharter(parsed.charter, new Map(described))
  const errors = diagnostics.filter((each) => each.severity === 'error')
  if (errors.length > 0) throw new Error(JSON.stringify(errors))
  return charter
}

/** A charter that knows none of the servers, and lets through what it does not know. */
export function openCharter(): Charter {
  return toolCharter(
    { undescribed: { reads: 'allow', writes: 'allow' }, actors: { clerk: {} } },
    { other: { tools: [] } },
  )
}

/** Callers are who their token says: `Bearer NAME`. */
export const named: Identifier = {
  identify: async ({ headers }) => {
    const { authorization } = headers
    const [, id] = /^Bearer ([a-z-]+)/.exec(String(authorization ?? '')) ?? []
    if (authorization === undefined) return { ok: true, principal: { actors: [] } }
    if (id === undefined)
      return { ok: false, code: 'unknown', why: 'the token is not known', challenge: 'Bearer error="invalid_token"' }
    return { ok: true, principal: { id, kind: 'user', actors: [id.replace(/-.*$/, '')], scopes: ['tools'] } }
  },
  close: async () => undefined,
}

export interface Stage {
  readonly gateway: McpGateway
  readonly guard: Guard
  readonly events: readonly GuardEvent[]
  readonly url: string
  close(): Promise<void>
}

export type StageOptions = Pick<McpGatewayOptions, 'servers'> &
  Partial<Omit<McpGatewayOptions, 'guard'>> & { readonly charter?: Charter; readonly on?: Partial<GuardOptions> }

/** Opens a guard and a gateway on a free port of 127.0.0.1. */
export async function openStage({ charter = openCharter(), on, ...options }: StageOptions): Promise<Stage> {
  const events: GuardEvent[] = []
  const store = openSqliteStore(':memory:')
  const journal = { append: async (event: GuardEvent) => void events.push(event) }
  const truth = mcpTruth(
    () => charter,
    () => gateway?.lookers,
    blind,
    2000,
  )
  let gateway: McpGateway | undefined
  const guard = await createGuard(charter, { version: '1', store, journal, truth, ...on })
  gateway = await openMcpGateway({ guard, identifier: named, listen: { host: '127.0.0.1', port: 0 }, ...options })
  return {
    gateway,
    guard,
    events,
    url: `${gateway.address.url}/mcp`,
    close: async () => {
      await gateway.close(100)
      await guard.close()
      await store.close()
    },
  }
}
