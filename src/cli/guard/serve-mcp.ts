/** The MCP gateway of a guard that serves. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { McpEvent } from '../../gateway/mcp/event.ts'
import { type McpGateway, type McpServerConfig, openMcpGateway } from '../../gateway/mcp/gateway.ts'
import { environmentOf } from '../../gateway/mcp/secrets.ts'
import type { Guard } from '../../guard/guard.ts'
import type { Identifier } from '../../identity/identity.ts'
import type { Injector } from '../../vault/injector.ts'
import { headOf, linesOf } from '../mcp/tool-words.ts'
import type { GuardConfig } from './config.ts'
import type { McpFile } from './mcp-schema.ts'
import type { Secrets } from './secrets.ts'

export interface McpSurroundings {
  readonly guard: Guard
  readonly identifier: Identifier
  readonly secrets: Secrets
  /** Seals what clients carry for us. */
  readonly key: Buffer
  /** Where secrets for servers come from, beside those the guard file names. */
  readonly vault?: Injector | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly tell: (words: string) => void
}

/** Opens it; undefined when the guard file has none. @throws when a file or a secret is missing, or the port is taken. */
export async function serveMcpSection(
  { folder, file }: GuardConfig,
  { guard, identifier, secrets, key, vault, env, tell }: McpSurroundings,
): Promise<McpGateway | undefined> {
  const { mcp, limits } = file
  if (mcp === undefined) return undefined
  const servers = Object.entries(mcp.servers).map(
    async ([source, server]) =>
      [
        source,
        await serverOf(folder, server, secrets, (configured) => environmentOf(vault, source, configured)),
      ] as const,
  )
  const { host, port, hosts, origins, scopes, anonymous, url, tls } = mcp
  const listening =
    tls === undefined ? {} : { tls: { cert: await readPem(folder, tls.cert), key: await readPem(folder, tls.key) } }
  return openMcpGateway({
    guard,
    identifier,
    key,
    servers: Object.fromEntries(await Promise.all(servers)),
    listen: { host, port, ...listening },
    limits: {
      bodyBytes: limits.body,
      jsonDepth: limits.depth,
      headerBytes: limits.headers,
      responseBytes: limits.response,
    },
    origins,
    resource: {
      authorizationServers: mcp['authorization-servers'],
      scopes,
      ...(anonymous === undefined ? {} : { anonymous }),
      ...(url === undefined ? {} : { url }),
    },
    environment: env,
    ...(vault === undefined ? {} : { vault }),
    onEvent: (event) => tell(wordsFor(event)),
    ...(hosts === undefined ? {} : { hosts }),
  })
}

async function serverOf(
  folder: string,
  server: McpFile['servers'][string],
  secrets: Secrets,
  withVault: (env: Readonly<Record<string, string>>) => Promise<Readonly<Record<string, string>>>,
): Promise<McpServerConfig> {
  if ('command' in server) {
    const { command, args, cwd } = server
    const env = await withVault(await filled(server.env, secrets))
    return { stdio: { command, args, env, ...(cwd === undefined ? {} : { cwd: resolve(folder, cwd) }) } }
  }
  const { url, timeout, ca } = server
  // What is missing is said at the start, not at the first call.
  await filled(server.headers, secrets)
  const http = { url, timeoutMs: timeout, ...(ca === undefined ? {} : { ca: await readPem(folder, ca) }) }
  return { http, headers: () => filled(server.headers, secrets) }
}

async function filled(
  templates: Readonly<Record<string, string>>,
  secrets: Secrets,
): Promise<Readonly<Record<string, string>>> {
  const entries = Object.entries(templates).map(async ([name, text]) => [name, await secrets.fill(text)] as const)
  return Object.fromEntries(await Promise.all(entries))
}

function readPem(folder: string, path: string): Promise<string> {
  return readFile(resolve(folder, path), 'utf8')
}

/** What an operator is told. */
export function wordsFor(event: McpEvent): string {
  if (event.kind === 'failed') return event.why
  const { held, ...seen } = event.sight
  const after = held ? '; it is held: `lockstep mcp held`' : ''
  return [`${headOf(seen)}${after}`, ...linesOf(seen)].join('\n')
}
