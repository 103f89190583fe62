/** The gateway of A2A of a guard that serves. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { JSONWebKeySet } from 'jose'
import { z } from 'zod'
import { type A2aGateway, type AgentConfig, openA2aGateway } from '../../gateway/a2a/gateway.ts'
import type { Guard } from '../../guard/guard.ts'
import type { Identifier } from '../../identity/identity.ts'
import type { GuardConfig } from './config.ts'
import type { GuardFile } from './schema.ts'
import type { Secrets } from './secrets.ts'

export interface A2aSurroundings {
  readonly guard: Guard
  readonly identifier: Identifier
  readonly secrets: Secrets
  readonly tell: (words: string) => void
}

/** Opens it; undefined when the guard file has none. @throws when a file or a secret is missing, or the port is taken. */
export async function serveA2aSection(
  { folder, file }: GuardConfig,
  { guard, identifier, secrets, tell }: A2aSurroundings,
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
  return openA2aGateway({
    guard,
    identifier,
    agents: Object.fromEntries(await Promise.all(agents)),
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
