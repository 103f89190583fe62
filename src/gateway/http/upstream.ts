/** Connections to the APIs behind the gateway. */
import { Pool } from 'undici'

/** Where an API is and how it is talked to. Times in milliseconds. */
export interface UpstreamConfig {
  /** `http:` or `https:`. A path in it stands for the base path of the description. */
  readonly url: string
  /** What is sent as `Host`; that of the URL by default. */
  readonly host?: string
  /** Certificates to trust instead of the system's, PEM. */
  readonly ca?: string
  /** Our own certificate, for APIs that ask for one, PEM. */
  readonly cert?: string
  readonly key?: string
  /** HTTP/2 where the API offers it; needs `https:`. */
  readonly http2?: boolean
  /** Until the head of an answer; 30 seconds by default. */
  readonly timeoutMs?: number
  /** Between parts of an answer; 30 seconds by default. Streams of events may be silent for as long as they like. */
  readonly idleMs?: number
  /** Until connected; 5 seconds by default. */
  readonly connectMs?: number
  /** At once, for reads and for writes each; 256 by default. */
  readonly connections?: number
}

export interface Upstream {
  readonly source: string
  readonly pool: Pool
  /**
   * For what may change something. A connection that was idle for a moment may be closed by the API just as a request is written to it,
   * and then nobody knows what became of the request: these connections are given up before.
   */
  readonly writes: Pool
  readonly host: string
  /** What stands before the base path of the description. */
  readonly prefix: string
  readonly timeoutMs: number
  readonly idleMs: number
}

/** The open connections of all sources. */
export interface Upstreams {
  of(source: string): Upstream | undefined
  /** Others from now on; calls on their way end on the connections they have. */
  reload(configs: Readonly<Record<string, UpstreamConfig>>): void
  close(): Promise<void>
}

/** @throws {TypeError} when a URL is none. */
export function openUpstreams(configs: Readonly<Record<string, UpstreamConfig>>): Upstreams {
  let open = openAll(configs, new Map())
  return {
    of: (source) => open.get(source)?.upstream,
    reload: (changed) => {
      const before = open
      open = openAll(changed, before)
      for (const [source, each] of before)
        if (open.get(source) !== each) for (const pool of poolsOf(each)) pool.close().catch(() => undefined)
    },
    close: async () => {
      await Promise.all([...open.values()].flatMap(poolsOf).map((pool) => pool.destroy()))
    },
  }
}

interface Opened {
  readonly text: string
  readonly upstream: Upstream
}

function poolsOf({ upstream: { pool, writes } }: Opened): readonly Pool[] {
  return [pool, writes]
}

function openAll(
  configs: Readonly<Record<string, UpstreamConfig>>,
  known: ReadonlyMap<string, Opened>,
): ReadonlyMap<string, Opened> {
  return new Map(
    Object.entries(configs).map(([source, config]) => {
      const text = JSON.stringify(config)
      const same = known.get(source)
      return [source, same?.text === text ? same : { text, upstream: openOne(source, config) }]
    }),
  )
}

/** Idle connections are kept for a second at most, and given up a second before the API says it closes them. */
const shortLived = { keepAliveTimeout: 1000, keepAliveMaxTimeout: 1000, keepAliveTimeoutThreshold: 1000 }

function openOne(source: string, config: UpstreamConfig): Upstream {
  const url = URL.parse(config.url)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new TypeError(`the upstream of ${source} has no HTTP address`)
  const { timeoutMs = 30_000, idleMs = 30_000, connectMs = 5000, connections = 256 } = config
  const options: Pool.Options = {
    connections,
    headersTimeout: timeoutMs,
    bodyTimeout: idleMs,
    allowH2: config.http2 === true,
    connect: {
      timeout: connectMs,
      ...(config.ca === undefined ? {} : { ca: config.ca }),
      ...(config.cert === undefined ? {} : { cert: config.cert }),
      ...(config.key === undefined ? {} : { key: config.key }),
    },
  }
  return {
    source,
    pool: new Pool(url.origin, options),
    writes: new Pool(url.origin, { ...options, ...shortLived }),
    host: config.host ?? url.host,
    prefix: url.pathname.replace(/\/+$/, ''),
    timeoutMs,
    idleMs,
  }
}

/**
 * The path a request goes to. A prefix that ends with the base path of the description stands for it.
 *
 * Undefined when the base path is not written in the request as it is in the description.
 */
export function pathAt(upstream: Upstream, basePath: string, path: string): string | undefined {
  const { prefix } = upstream
  if (prefix === '') return path
  if (basePath === '' || !prefix.endsWith(basePath)) return prefix + path
  return path.startsWith(basePath) ? prefix + path.slice(basePath.length) : undefined
}
