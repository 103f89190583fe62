/** One MCP server behind the guard, for one client on a pipe: what a client that starts its servers itself starts instead. */
import type { Readable, Writable } from 'node:stream'
import type { Principal } from '../../charter/charter.ts'
import type { Guard } from '../../guard/guard.ts'
import { makeApprovals } from './approval.ts'
import { type McpEvent, watching } from './event.ts'
import type { McpLimits } from './face.ts'
import { namingOf } from './naming.ts'
import { ownClient } from './own-client.ts'
import { Pins } from './pins.ts'
import { makeJudge } from './policy.ts'
import { serveStdio } from './stdio-face.ts'
import { type Lookers, makeLookers } from './truth.ts'
import type { McpUpstream } from './upstream.ts'

export interface WrapOptions {
  readonly guard: Guard
  readonly upstream: McpUpstream
  /** Whoever started us; for whom, in its chain. */
  readonly principal: Principal
  readonly input: Readable
  readonly output: Writable
  readonly limits?: Partial<Pick<McpLimits, 'bodyBytes' | 'jsonDepth'>>
  readonly onEvent?: (event: McpEvent) => void
}

/** A client that is served. */
export interface Wrapped {
  readonly lookers: Lookers
  /** Resolves when the client has ended; the server is still to be closed. */
  readonly ended: Promise<void>
}

/** Serves the client until it ends. */
export function wrapServer(options: WrapOptions): Wrapped {
  const { guard, upstream, principal, input, output, onEvent = () => undefined } = options
  const pins = new Pins(watching(guard, onEvent))
  const own = ownClient(upstream)
  const lookers = makeLookers((source, signal) => (source === upstream.source ? own(signal) : undefined), pins)
  const naming = namingOf([upstream.source])
  const judge = makeJudge({ guard, naming, pins, approvals: makeApprovals(Date.now), lookers })
  const limits = { bodyBytes: 4 * 1024 * 1024, jsonDepth: 64, ...options.limits }
  return { lookers, ended: serveStdio({ input, output, upstream, judge, principal, limits }) }
}
