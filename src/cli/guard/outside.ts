/** What a guard file says of the world outside: upstreams, certificates, readers, who callers are. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Charter } from '../../charter/charter.ts'
import type { HttpGatewayOptions } from '../../gateway/http/gateway.ts'
import type { TlsConfig } from '../../gateway/http/listener.ts'
import { type HttpTruth, httpTruth, type Reader } from '../../gateway/http/truth.ts'
import type { UpstreamConfig } from '../../gateway/http/upstream.ts'
import type { Truth } from '../../guard/truth.ts'
import type { Identifier } from '../../identity/identity.ts'
import { openIdentifier } from '../../identity/open-identifier.ts'
import type { ReplayMemory } from '../../identity/replay-memory.ts'
import type { RunsKnown } from '../../identity/run-provider.ts'
import type { Injector } from '../../vault/injector.ts'
import type { GuardConfig } from './config.ts'
import type { GuardFile } from './schema.ts'
import type { Secrets } from './secrets.ts'

/** Everything outside, ready to use. */
export interface Outside {
  readonly upstreams: Readonly<Record<string, UpstreamConfig>>
  readonly tls?: TlsConfig
  readonly identifier: Identifier
  readonly truth: HttpTruth
}

export interface OutsideOptions {
  readonly charter: () => Charter
  /** Where secrets for looks come from, once it is open. */
  readonly vault?: () => Injector | undefined
  /** Which proofs were used, on any node. */
  readonly replays: ReplayMemory
  /** Tokens of ours, where any are given out. */
  readonly runs?: RunsKnown
}

/** How long a reader's secrets are used before they are read again. */
const readAgainMs = 2000

/**
 * Reads what the file names.
 *
 * @throws when a file or a secret is missing; the message says which.
 */
export async function openOutside(
  { folder, file }: GuardConfig,
  secrets: Secrets,
  { charter, replays, runs, vault = () => undefined }: OutsideOptions,
): Promise<Outside> {
  const upstreams = await upstreamsOf(folder, file)
  const readers = await readersOf(file, secrets)
  const { tls } = file.listen
  const listening = tls === undefined ? undefined : await tlsOf(folder, tls)
  const identifier = await openCallers({ folder, file }, secrets, replays, runs)
  const truth = httpTruth({ charter, upstreams, readers, vault, timeoutMs: file.limits.look })
  return { upstreams, identifier, truth, ...(listening === undefined ? {} : { tls: listening }) }
}

/** Who callers are, with nothing remembered of any of them. @throws as `openOutside`. */
export function openCallers(
  { folder, file }: Pick<GuardConfig, 'folder' | 'file'>,
  secrets: Secrets,
  replays: ReplayMemory,
  runs?: RunsKnown,
): Promise<Identifier> {
  return openIdentifier(file.identity, {
    now: Date.now,
    directory: folder,
    upstreams: Object.fromEntries(Object.entries(file.upstreams).map(([source, { url }]) => [source, url])),
    readSecret: ({ from, name }) => secrets.read(from, name),
    replays,
    ...(runs === undefined ? {} : { runs }),
  })
}

/** The listener and the bounds of a gateway. */
export function listenOptions(
  { listen, limits, runs }: GuardFile,
  tls: TlsConfig | undefined,
): Pick<HttpGatewayOptions, 'listen' | 'limits' | 'hosts' | 'trustedProxies' | 'resource'> {
  const { host, port, hosts, resource, 'trusted-proxies': trustedProxies } = listen
  return {
    listen: { host, port, ...(tls === undefined ? {} : { tls }) },
    limits: {
      bodyBytes: limits.body,
      responseBytes: limits.response,
      headerBytes: limits.headers,
      jsonDepth: limits.depth,
    },
    ...(hosts === undefined ? {} : { hosts }),
    ...(resource === undefined
      ? {}
      : { resource: { url: resource, issuers: runs.issuer === undefined ? [] : [runs.issuer] } }),
    ...(trustedProxies === undefined ? {} : { trustedProxies }),
  }
}

/** Eyes that can be exchanged while calls look through them. */
export function exchangeable(first: HttpTruth): Truth & { exchange(next: HttpTruth): void; close(): Promise<void> } {
  let current = first
  return {
    read: (object, call) => current.read(object, call),
    search: (type, sought, call) => current.search(type, sought, call),
    exchange: (next) => {
      const before = current
      current = next
      // Looks are bounded in time; those on their way end before this.
      setTimeout(() => void before.close().catch(() => undefined), closeLaterMs).unref()
    },
    close: () => current.close(),
  }
}

const closeLaterMs = 30_000

async function upstreamsOf(folder: string, file: GuardFile): Promise<Record<string, UpstreamConfig>> {
  const pem = (path: string | undefined): Promise<string> | undefined =>
    path === undefined ? undefined : readPem(folder, path)
  const entries = Object.entries(file.upstreams).map(async ([source, each]) => {
    const [ca, cert, key] = [await pem(each.ca), await pem(each.cert), await pem(each.key)]
    const config: UpstreamConfig = {
      url: each.url,
      http2: each.http2,
      timeoutMs: each.timeout,
      idleMs: each.idle,
      connectMs: each.connect,
      connections: each.connections,
      ...(each.host === undefined ? {} : { host: each.host }),
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    }
    return [source, config] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

async function tlsOf(folder: string, tls: NonNullable<GuardFile['listen']['tls']>): Promise<TlsConfig> {
  const authority = tls['client-ca']
  return {
    cert: await readPem(folder, tls.cert),
    key: await readPem(folder, tls.key),
    clientCertificate: tls['client-certificate'],
    http2: tls.http2,
    ...(authority === undefined ? {} : { clientCa: await readPem(folder, authority) }),
  }
}

async function readPem(folder: string, path: string): Promise<string> {
  try {
    return await readFile(resolve(folder, path), 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw new Error(`cannot read \`${path}\`: ${code}`)
  }
}

async function readersOf(file: GuardFile, secrets: Secrets): Promise<Record<string, readonly Reader[]>> {
  const entries = Object.entries(file.readers).map(async ([source, readers]) => {
    const opened = readers.map(({ headers }) => readerOf(headers, secrets))
    // What is missing is said at the start, not at the first look.
    await Promise.all(opened.map((reader) => reader()))
    return [source, opened] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

function readerOf(headers: Readonly<Record<string, string>>, secrets: Secrets): Reader {
  let known: { readonly at: number; readonly headers: Readonly<Record<string, string>> } | undefined
  return async () => {
    const now = performance.now()
    if (known === undefined || now - known.at > readAgainMs) {
      const filled = Object.entries(headers).map(async ([name, text]) => [name, await secrets.fill(text)] as const)
      known = { at: now, headers: Object.fromEntries(await Promise.all(filled)) }
    }
    return known.headers
  }
}
