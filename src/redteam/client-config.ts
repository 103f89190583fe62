/** The configuration of an MCP client, and a copy of it in which every server is one of ours. */
import { isRecord } from './json-leaf.ts'
import type { ServerCommand } from './stdio-relay.ts'

/** How a client reaches a server. */
export type Reach = ({ readonly kind: 'command' } & ServerCommand) | { readonly kind: 'url'; readonly url: string }

/** Where clients keep their servers. */
const members = ['mcpServers', 'servers', 'context_servers'] as const

/**
 * Reads the servers of a client configuration (`mcpServers` of Claude, Cursor, Windsurf and Gemini, `servers` of VS Code, `context_servers` of Zed).
 *
 * @throws {TypeError} when there are none, or one cannot be understood.
 */
export function serversOf(config: unknown, env: Readonly<Record<string, string>>): Readonly<Record<string, Reach>> {
  const found = Object.entries(listIn(config).servers).map(([name, entry]): [string, Reach] => {
    if (!isRecord(entry)) throw new TypeError(`the server \`${name}\` is described by nothing`)
    const url = [entry['url'], entry['serverUrl'], entry['httpUrl']].find((each) => typeof each === 'string')
    if (url !== undefined) return [name, { kind: 'url', url: String(url) }]
    const { command, args = [], cwd } = entry
    if (typeof command !== 'string' || !Array.isArray(args))
      throw new TypeError(`the server \`${name}\` has neither a \`url\` nor a \`command\``)
    const own = isRecord(entry['env']) ? entry['env'] : {}
    const given = Object.fromEntries(Object.entries(own).map(([key, value]) => [key, String(value)]))
    const place = typeof cwd === 'string' ? { cwd } : {}
    return [name, { kind: 'command', command, args: args.map(String), env: { ...env, ...given }, ...place }]
  })
  if (found.length === 0) throw new TypeError('the configuration has no servers')
  return Object.fromEntries(found)
}

/** The same configuration with other ways to its servers; all that is said of them beside is kept. */
export function withReaches(
  config: unknown,
  reaches: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): unknown {
  const { member, servers } = listIn(config)
  const changed = Object.entries(servers).map(([name, entry]) => {
    const kept = isRecord(entry)
      ? Object.fromEntries(
          Object.entries(entry).filter(
            ([key]) => !['url', 'serverUrl', 'httpUrl', 'command', 'args', 'env', 'cwd', 'type'].includes(key),
          ),
        )
      : {}
    return [name, { ...kept, ...reaches[name] }]
  })
  return { ...(isRecord(config) ? config : {}), [member]: Object.fromEntries(changed) }
}

function listIn(config: unknown): { readonly member: string; readonly servers: Readonly<Record<string, unknown>> } {
  for (const member of members) {
    const servers = isRecord(config) ? config[member] : undefined
    if (isRecord(servers)) return { member, servers }
  }
  throw new TypeError(`the configuration has none of ${members.map((each) => `\`${each}\``).join(', ')}`)
}
