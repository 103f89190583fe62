/** The control API: approvals, switches, doubts, state, and whatever else is mounted on it. */
import { createServer as createPlainServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { approvalRoutes } from './approvals.ts'
import type { CallerOptions } from './caller.ts'
import { type ApproverSystem, decisionWebhook } from './decision-webhook.ts'
import { operatorRoutes } from './operations.ts'
import type { Route } from './route.ts'
import { runRoutes } from './runs.ts'
import { serveRoutes } from './serve.ts'
import { standingRoutes } from './standing.ts'
import { type StatusOptions, statusRoutes } from './status.ts'
import { type TokenOptions, tokenRoutes } from './token.ts'

export interface ControlOptions extends CallerOptions, StatusOptions {
  readonly listen: {
    readonly host: string
    readonly port: number
    readonly tls?: { readonly cert: string; readonly key: string }
  }
  /** Names under which clients know it, with or without port; the loopback names and the host listened on by default. */
  readonly hosts?: readonly string[]
  /** Systems whose signed decisions count. */
  readonly approvers?: readonly ApproverSystem[]
  /** Makes tokens and handles of runs; none by default. */
  readonly tokens?: Omit<TokenOptions, 'guard'>
  /** More routes: those of AuthZEN. */
  readonly routes?: readonly Route[]
  readonly onError?: (error: unknown) => void
}

export interface Control {
  readonly address: { readonly host: string; readonly port: number; readonly url: string }
  /** Says from now on that it is not ready, and goes on answering. */
  drain(): void
  /** Accepts nothing new, lets requests end for `graceMs` (5 seconds by default), then hangs up. */
  close(graceMs?: number): Promise<void>
}

/** Every route of the control API itself. */
export function controlRoutes(
  options: StatusOptions & Pick<ControlOptions, 'approvers' | 'tokens'>,
  draining: () => boolean = () => false,
): readonly Route[] {
  return [
    ...statusRoutes(options, draining),
    ...approvalRoutes(options.guard),
    ...standingRoutes(options.guard),
    ...operatorRoutes(options.guard),
    ...runRoutes({ guard: options.guard, ...options.tokens }),
    ...(options.tokens === undefined ? [] : tokenRoutes({ guard: options.guard, ...options.tokens })),
    ...decisionWebhook(options.guard, options.approvers ?? []),
  ]
}

/**
 * Opens the control API.
 *
 * @throws when the port is taken; {TypeError} when a secret of an approver system is too short.
 */
export async function openControl(options: ControlOptions): Promise<Control> {
  const { host, port, tls } = options.listen
  let draining = false
  const routes = [...controlRoutes(options, () => draining), ...(options.routes ?? [])]
  const hosts = options.hosts ?? ['localhost', '127.0.0.1', '[::1]', host]
  const listener = serveRoutes(routes, { ...options, hosts })
  const server = tls === undefined ? createPlain(listener) : createTlsServer(tls, listener)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const bound = server.address()
  const actual = typeof bound === 'object' && bound !== null ? bound.port : port
  const name = host.includes(':') ? `[${host}]` : host
  return {
    address: { host, port: actual, url: `${tls === undefined ? 'http' : 'https'}://${name}:${actual}` },
    drain: () => {
      draining = true
    },
    close: (graceMs = 5000) => closeServer(server, graceMs),
  }
}

function createPlain(listener: RequestListener): Server {
  return createPlainServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, listener)
}

function closeServer(
  server: Pick<Server, 'close' | 'closeIdleConnections' | 'closeAllConnections'>,
  graceMs: number,
): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), graceMs)
    server.close(() => {
      clearTimeout(timer)
      resolve()
    })
    server.closeIdleConnections()
  })
}
