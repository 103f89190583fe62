import { type Connection, openConnection } from './connect.ts'
import { type Deadline, startDeadline } from './deadline.ts'
import type { Exchange, HttpRequest } from './exchange.ts'
import { holdLastByte } from './race-http1.ts'
import { holdLastFrames } from './race-http2.ts'
import type { Target } from './scope.ts'
import type { WireOptions } from './send.ts'

/** The most requests one race may release; more would test the target's queue, not its checks. */
export const maxRaceWidth = 50

/** A request sent but for its very end. */
export interface Racer {
  /** Sends the end; must not wait for anything. */
  release(): void
  /** Reads the answer; called once, after the release. */
  finish(startedAt: number): Promise<Exchange>
}

/** What both protocols need besides the request. */
export interface RaceWire {
  readonly deadline: Deadline
  readonly maxBodyBytes: number
  readonly now: () => number
}

/** A request that passed scope and budget. */
export interface Entrant {
  readonly request: HttpRequest
  readonly target: Target
}

/** How a race is run: `h2c` speaks HTTP/2 to plain-text targets without asking (RFC 9113 section 3.3). */
export interface RaceOptions extends WireOptions {
  readonly h2c: boolean
  readonly trusted?: string[] | undefined
}

/**
 * Sends requests so that they become complete at the same moment: every connection is opened and everything but the last byte (or
 * frame) flushed first, then all ends are written in one tick. An entrant that cannot be readied fails alone; the others still race.
 */
export async function runRace(entrants: readonly Entrant[], options: RaceOptions): Promise<Exchange[]> {
  const readying = startDeadline(options.timeoutMs, options.signal)
  const racing = startDeadline(2 * options.timeoutMs, options.signal)
  try {
    const wire = { deadline: racing, maxBodyBytes: options.maxBodyBytes, now: options.now }
    const racers = await readyAll(entrants, { ...options, wire, signal: readying.signal, readying })
    readying.stop()
    const startedAt = options.now()
    for (const racer of racers) racer.release()
    return await Promise.all(racers.map((racer) => racer.finish(startedAt)))
  } finally {
    readying.stop()
    racing.stop()
  }
}

interface ReadyOptions extends RaceOptions {
  readonly wire: RaceWire
  readonly readying: Deadline
  readonly signal: AbortSignal
}

/** Entrants of one origin share a connection where HTTP/2 is spoken, so origins are readied as groups; order is kept. */
async function readyAll(entrants: readonly Entrant[], options: ReadyOptions): Promise<Racer[]> {
  const groups = new Map<string, number[]>()
  for (const [index, { target }] of entrants.entries()) {
    groups.set(target.origin, [...(groups.get(target.origin) ?? []), index])
  }
  const racers: Racer[] = []
  await Promise.all(
    [...groups.values()].map(async (indices) => {
      const group = indices.flatMap((index) => entrants[index] ?? [])
      for (const [place, racer] of (await readyGroup(group, options)).entries()) {
        const index = indices[place]
        if (index !== undefined) racers[index] = racer
      }
    }),
  )
  return racers
}

async function readyGroup(group: readonly Entrant[], options: ReadyOptions): Promise<Racer[]> {
  const [first, ...rest] = group
  if (first === undefined) return []
  try {
    const connection = await openFirst(first.target, options)
    if (connection.protocol === 'h2') {
      const requests = group.map(({ request }) => request)
      return await holdLastFrames(requests, first.target, { connection, wire: options.wire })
    }
    return await Promise.all([
      readyOne(first, options, connection),
      ...rest.map((entrant) => readyOne(entrant, options, undefined)),
    ])
  } catch (error) {
    return group.map((entrant) => failed(entrant, options, error))
  }
}

async function openFirst(target: Target, options: ReadyOptions): Promise<Connection> {
  const { signal, trusted, h2c } = options
  const connection = await openConnection(target, { protocols: ['h2', 'http/1.1'], trusted, signal })
  return h2c && !target.secure ? { ...connection, protocol: 'h2' } : connection
}

async function readyOne(entrant: Entrant, options: ReadyOptions, opened: Connection | undefined): Promise<Racer> {
  const { wire, signal, trusted } = options
  try {
    const connection = opened ?? (await openConnection(entrant.target, { protocols: ['http/1.1'], trusted, signal }))
    return await holdLastByte(entrant.request, entrant.target, { connection, wire })
  } catch (error) {
    return failed(entrant, options, error)
  }
}

function failed({ request }: Entrant, { readying }: ReadyOptions, error: unknown): Racer {
  const failure = readying.explain(error)
  return { release: () => undefined, finish: async () => ({ request, failure }) }
}
