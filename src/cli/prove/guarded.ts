/** A guard in front of the targets of a proof: the same charter, enforced, with a memory that lasts as long as the proof. */
import { randomBytes } from 'node:crypto'
import { openHttpGateway } from '../../gateway/http/gateway.ts'
import type { McpGateway } from '../../gateway/mcp/gateway.ts'
import { mcpTruth } from '../../gateway/mcp/truth.ts'
import { createGuard, type Guard } from '../../guard/guard.ts'
import type { Journal } from '../../guard/journal.ts'
import type { Store } from '../../guard/store.ts'
import { makeReplayMemory } from '../../identity/replay-memory.ts'
import { openSqliteStore } from '../../store/open.ts'
import type { GuardConfig, ReadyCharter } from '../guard/config.ts'
import { loadOrRefuse } from '../guard/load-or-refuse.ts'
import { listenOptions, openCallers, openOutside } from '../guard/outside.ts'
import { openSecrets } from '../guard/secrets.ts'
import { serveMcpSection } from '../guard/serve-mcp.ts'
import type { Terminal } from '../terminal.ts'
import type { GuardBy, Guarded, ReachOptions } from './options.ts'

export interface GuardedOptions {
  /** Who callers are, whose eyes the guard looks with, and its limits; addresses are those of the proof. */
  readonly config: GuardConfig & ReadyCharter
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where decisions are recorded; nowhere by default. */
  readonly journal?: Journal
}

const nowhere: Journal = { append: () => Promise.resolve() }

/** Options with the guard that `--guard` names; undefined when something is wrong with its file, which was said. */
export async function withGuard<T extends ReachOptions>(terminal: Terminal, options: T): Promise<T | undefined> {
  if (options.guard === undefined) return options
  const config = await loadOrRefuse(terminal, options.guard)
  return config === undefined ? undefined : { ...options, guardBy: guardWith({ config, env: terminal.env }) }
}

/** Makes the way `lockstep prove --guard` guards its targets. */
export function guardWith({ config, env, journal = nowhere }: GuardedOptions): GuardBy {
  return async (targets, now): Promise<Guarded> => {
    const { charter, version } = config
    const here = { ...config, file: { ...config.file, ...serversAt(config, targets) } }
    const secrets = openSecrets(env, config.folder)
    const replays = makeReplayMemory(now)
    const { truth, identifier, upstreams } = await openOutside(here, secrets, { charter: () => charter, replays })
    const limits = { busyMs: config.file.limits.busy, doubtMs: config.file.limits.doubt }
    let callers = identifier
    let mcp: McpGateway | undefined
    const eyes = mcpTruth(
      () => charter,
      () => mcp?.lookers,
      truth,
      config.file.limits.look,
    )
    const open = async (): Promise<{ guard: Guard; store: Store }> => {
      const store = await openSqliteStore(':memory:')
      return { store, guard: await createGuard(charter, { version, store, journal, truth: eyes, now, limits }) }
    }
    const shut = async ({ guard, store }: { guard: Guard; store: Store }): Promise<void> => {
      await guard.close()
      await store.close()
    }
    let current = await open()
    const guard = following(() => current.guard)
    const whose = {
      identify: (presented) => callers.identify(presented),
      close: () => callers.close(),
    } satisfies typeof callers
    mcp = await serveMcpSection(here, {
      guard,
      identifier: whose,
      secrets,
      key: randomBytes(32),
      env,
      tell: () => undefined,
    })
    const gateway = await openHttpGateway({
      ...listenOptions(config.file, undefined),
      listen: { host: '127.0.0.1', port: 0 },
      guard,
      identifier: whose,
      upstreams,
    })
    const addressOf = (source: string): string =>
      here.file.mcp?.servers[source] === undefined ? gateway.address.url : `${mcp?.address.url ?? ''}/mcp/${source}`
    return {
      targets: Object.fromEntries(Object.keys(targets).map((source) => [source, addressOf(source)])),
      renew: async () => {
        const before = current
        current = await open()
        await shut(before)
        // What the API said of callers was about how things stood before.
        const known = callers
        callers = await openCallers(here, secrets, replays)
        await known.close()
      },
      close: async () => {
        await gateway.close(1000)
        await mcp?.close(1000)
        await shut(current)
        await callers.close()
        await truth.close()
      },
    }
  }
}

/**
 * Where everything is, by the proof's own addresses: APIs, and MCP servers, which the gateway signs in to as the guard file says.
 *
 * @throws when a source of the proof is none of the guard file.
 */
function serversAt(
  { file }: GuardConfig,
  targets: Readonly<Record<string, string>>,
): Pick<GuardConfig['file'], 'upstreams' | 'mcp'> {
  const upstreams: GuardConfig['file']['upstreams'] = {}
  const servers: NonNullable<GuardConfig['file']['mcp']>['servers'] = {}
  for (const [source, url] of Object.entries(targets)) {
    const known = file.upstreams[source]
    const server = file.mcp?.servers[source]
    if (server !== undefined && 'command' in server)
      throw new Error(
        `the MCP server \`${source}\` is a program: only servers with an address can be proven behind a guard`,
      )
    if (known !== undefined) upstreams[source] = { ...known, url }
    else if (server !== undefined) servers[source] = { ...server, url }
    else throw new Error(`the guard file has neither an upstream nor an MCP server \`${source}\``)
  }
  const { mcp } = file
  return mcp === undefined || Object.keys(servers).length === 0
    ? { upstreams, mcp: undefined }
    : {
        upstreams,
        mcp: { ...mcp, host: '127.0.0.1', port: 0, tls: undefined, url: undefined, hosts: undefined, servers },
      }
}

/** A guard that is whichever is current. */
function following(current: () => Guard): Guard {
  return new Proxy(current(), {
    get: (_, member) => {
      const guard = current()
      const value: unknown = Reflect.get(guard, member, guard)
      return typeof value === 'function' ? value.bind(guard) : value
    },
  })
}
