/** The gateway of A2A of a guard that serves. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { JSONWebKeySet } from 'jose'
import { z } from 'zod'
import { delegating, type NextAgent } from '../../gateway/a2a/delegating.ts'
import { type A2aGateway, type AgentConfig, openA2aGateway } from '../../gateway/a2a/gateway.ts'
import type { A2aHooks } from '../../gateway/a2a/hooks.ts'
import type { Guard } from '../../guard/guard.ts'
import type { Identifier } from '../../identity/identity.ts'
import type { RunTokens } from '../../identity/run-token.ts'
import type { GuardConfig } from './config.ts'
import type { GuardFile } from './schema.ts'
import type { Secrets } from './secrets.ts'

export interface A2aSurroundings {
  readonly guard: Guard
  readonly identifier: Identifier
  readonly secrets: Secrets
  /** What makes tokens of runs, where the guard file names their issuer. */
  readonly tokens?: RunTokens | undefined
  readonly tell: (words: string) => void
}

/** Opens it; undefined when the guard file has none. @throws when a file or a secret is missing, or the port is taken. */
export async function serveA2aSection(
  { folder, file }: GuardConfig,
  { guard, identifier, secrets, tokens, tell }: A2aSurroundings,
): Promise<A2aGateway | undefined> {
  const { a2a, limits } = file
  if (a2a === undefined) return undefined
  const { host, port, tls, url, believed } = a2a
  const own = url === undefined ? [] : [new URL(url).host, new URL(url).hostname]
  const listening =
    tls === undefined ? {} : { tls: { cert: await textOf(folder, tls.cert), key: await textOf(folder, tls.key) } }
  const agents = Object.entries(a2a.agents).map(
    async ([source, said]) => [source, await agentOf(folder, said, secrets)] as const,
  )
  const configs = Object.fromEntries(await Promise.all(agents))
  const delegate = delegateOf(file, { guard, tokens, configs })
  return openA2aGateway({
    guard,
    identifier,
    agents: configs,
    ...(delegate === undefined ? {} : { hooks: { delegate } }),
    listen: { host, port, ...listening },
    hosts: a2a.hosts ?? ['localhost', '127.0.0.1', '[::1]', host, ...own],
    believedMs: believed,
    limits: {
      bodyBytes: limits.body,
      jsonDepth: limits.depth,
      headerBytes: limits.headers,
      responseBytes: limits.response,
    },
    onDrift: ({ source, why, members }) =>
      tell(
        why === 'changed'
          ? `the agent \`${source}\` is not as it was approved: ${members.join(', ')}`
          : `the card of the agent \`${source}\` is ${why === 'unsigned' ? 'not signed' : 'not signed by a key of ours'}`,
      ),
    ...(url === undefined ? {} : { url: url.replace(/\/+$/, '') }),
  })
}

interface Passing {
  readonly guard: Guard
  readonly tokens: RunTokens | undefined
  readonly configs: Readonly<Record<string, AgentConfig>>
}

/** @throws when agents are to be given tokens, and nothing makes any. */
function delegateOf({ a2a, runs }: GuardFile, { guard, tokens, configs }: Passing): A2aHooks['delegate'] {
  const named = Object.entries(a2a?.agents ?? {}).flatMap(([source, { as }]) => {
    if (as === undefined) return []
    const { name, roles, tenant, audience } = as
    const headers = configs[source]?.headers ?? {}
    const next: NextAgent = {
      name,
      audience,
      headers,
      ...(roles === undefined ? {} : { roles }),
      ...(tenant === undefined ? {} : { tenant }),
    }
    return [[source, next] as const]
  })
  if (named.length === 0) return undefined
  if (tokens === undefined) throw new Error('agents are to be given tokens, and `runs` names no issuer')
  return delegating({ guard, tokens, agents: Object.fromEntries(named), lifetimeMs: runs.lifetime })
}

type Said = NonNullable<GuardFile['a2a']>['agents'][string]

async function agentOf(folder: string, said: Said, secrets: Secrets): Promise<AgentConfig> {
  const { headers, card, keys, callbacks, ca, timeout } = said
  const filled = Object.entries(headers).map(
    async ([name, text]) => [name.toLowerCase(), await secrets.fill(text)] as const,
  )
  return {
    headers: Object.fromEntries(await Promise.all(filled)),
    callbacks,
    timeoutMs: timeout,
    card: {
      ...(card === undefined ? {} : { url: card }),
      ...(keys === undefined ? {} : { keys: await keysOf(folder, keys) }),
    },
    ...(ca === undefined ? {} : { ca: await textOf(folder, ca) }),
  }
}

const keySet: z.ZodType<JSONWebKeySet> = z.looseObject({
  keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })),
})

async function keysOf(folder: string, path: string): Promise<JSONWebKeySet> {
  const parsed = keySet.safeParse(JSON.parse(await textOf(folder, path)))
  if (!parsed.success) throw new Error(`${path} is no set of keys that have ids`)
  return parsed.data
}

function textOf(folder: string, path: string): Promise<string> {
  return readFile(resolve(folder, path), 'utf8')
}
