/** The console of a serving guard: its API and its pages. */
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Teller } from '../../api/notice/teller.ts'
import { readPages } from '../../api/pages.ts'
import { serveConsole } from '../../api/serve.ts'
import { openOverview } from '../../overview/overview.ts'
import { openShelf } from '../../store/shelf/open.ts'
import type { GuardConfig, ReadyCharter } from './config.ts'
import { areas } from './console-areas.ts'
import { openChanges } from './console-changes.ts'
import { type ConsoleFile, consoleSchema } from './console-schema.ts'
import { linkTo, openSignIn, tellPlace } from './console-sign-in.ts'
import type { Core } from './core.ts'
import { serveFindings } from './findings.ts'
import { ledgerStorage, shelfPlace } from './places.ts'
import type { Secrets } from './secrets.ts'
import type { ServingVault } from './serve-vault.ts'

/** A console that is shown. */
export interface Console {
  readonly url: string
  /** Makes a link that signs in once as the local administrator. */
  link(): Promise<string>
  close(): Promise<void>
}

export interface ConsoleOptions {
  readonly core: Core
  readonly secrets: Secrets
  /** Absent when nobody is told of anything. */
  readonly notices?: Teller | undefined
  readonly vault?: Pick<ServingVault, 'report'> | undefined
  /** What is in force now: files may change while it runs. */
  readonly ready: () => GuardConfig & ReadyCharter
  readonly env: Readonly<Record<string, string | undefined>>
  /** The guard file. */
  readonly file: string
  readonly fail: (why: string) => void
}

/** How often what expired is dropped. */
const forgetMs = 60 * 60_000
const built = fileURLToPath(new URL('../../../dist/console', import.meta.url))

/** @throws when the console was not built, its port is taken, or its shelf cannot be opened. */
export async function openConsole(config: GuardConfig & ReadyCharter, options: ConsoleOptions): Promise<Console> {
  const settings = config.file.console ?? consoleSchema.parse({})
  const pages = await readPages(built)
  const shelf = await openShelf(await shelfPlace(config, options.secrets))
  const overview = openOverview(await overviewConfig(config, options), options.fail)
  const changes = openChanges(shelf, options)
  const findings = serveFindings(config, { ...options, shelf, guard: options.core.guard })
  const closing = new AbortController()
  const forget = setInterval(() => void shelf.forget(Date.now()).catch(() => undefined), forgetMs).unref()
  const close = async (): Promise<void> => {
    closing.abort()
    clearInterval(forget)
    await changes.close()
    await findings.close()
    await overview.close()
    await shelf.close()
  }
  try {
    let origins: readonly string[] = []
    const onError = (error: unknown): void =>
      options.fail(error instanceof Error ? error.message : 'the console failed')
    const signIn = await openSignIn(settings, {
      shelf,
      guard: options.core.guard,
      secrets: options.secrets,
      origins: () => origins,
      closing: closing.signal,
      onError,
    })
    const parts = { ...options, shelf, overview, signIn, origin: () => origins[0] ?? '' }
    const endpoints = [...areas(parts), ...changes.area, ...findings.area]
    const listener = serveConsole({ endpoints, pages, door: signIn.door, origins: () => origins, onError })
    const server = await listen(config.folder, settings, listener)
    origins = originsOf(settings, server)
    const url = origins[0] ?? ''
    await tellPlace(shelf, url)
    return {
      url,
      link: () => linkTo(shelf, url, settings),
      close: async () => {
        await closeServer(server)
        await signIn.close().catch(onError)
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Each node has an overview of its own, made from the ledger that all of them share. */
async function overviewConfig(
  config: GuardConfig & ReadyCharter,
  { core, secrets }: Pick<ConsoleOptions, 'core' | 'secrets'>,
): Promise<Parameters<typeof openOverview>[0]> {
  const { store } = config.file
  const folder = resolve(config.folder, 'sqlite' in store ? store.sqlite : '.lockstep/guard')
  return {
    file: join(folder, 'overview.db'),
    storage: await ledgerStorage(config, secrets),
    ledger: core.ledger.publicKey,
  }
}

async function listen(
  folder: string,
  { host, port, tls }: ConsoleFile,
  listener: Parameters<typeof createServer>[1] & object,
): Promise<Server> {
  const limits = { requestTimeout: 30_000, headersTimeout: 10_000 }
  const server: Server =
    tls === undefined
      ? createServer(limits, listener)
      : createTlsServer(
          {
            ...limits,
            cert: await readFile(resolve(folder, tls.cert), 'utf8'),
            key: await readFile(resolve(folder, tls.key), 'utf8'),
          },
          listener,
        )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return server
}

/** The one that is printed comes first: passkeys are bound to a name, and an address is none. */
function originsOf({ host, tls, url }: ConsoleFile, server: Server): readonly string[] {
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  const scheme = tls === undefined ? 'http' : 'https'
  const loopback = ['localhost', '127.0.0.1', '[::1]'].map((name) => `${scheme}://${name}:${port}`)
  const isLoopback = ['127.0.0.1', '::1', 'localhost'].includes(host)
  const named = host.includes(':') ? `[${host}]` : host
  const own = isLoopback ? loopback : [`${scheme}://${named}:${port}`, ...loopback]
  return url === undefined ? own : [new URL(url).origin, ...own]
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    // Streams of news never end by themselves.
    server.closeAllConnections()
  })
}
