/** How the guard is doing: for probes, scrapers and auditors. */
import { readFile } from 'node:fs/promises'
import type { Guard } from '../../guard/guard.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Metrics } from './metrics.ts'
import { Problem } from './problem.ts'
import type { Given, Route } from './route.ts'

export interface StatusOptions {
  readonly guard: Guard
  readonly ledger?: Pick<Ledger, 'checkpoint' | 'status' | 'publicKey'>
  readonly metrics?: Metrics
  /** What must work besides store and ledger, by name: each rejects when it does not. */
  readonly checks?: Readonly<Record<string, () => Promise<unknown>>>
}

const probeMs = 1000
const description = new URL('../../../schema/control.openapi.json', import.meta.url)

/** Health, readiness, metrics, the ledger's state, and the description of this API. */
export function statusRoutes(options: StatusOptions, draining: () => boolean): readonly Route[] {
  const { guard, ledger, metrics } = options
  return [
    { method: 'GET', path: '/healthz', needs: 'nobody', handle: async () => ({ status: 200, body: { status: 'ok' } }) },
    { method: 'GET', path: '/readyz', needs: 'nobody', handle: () => readiness(options, draining()) },
    {
      method: 'GET',
      path: '/openapi.json',
      needs: 'nobody',
      handle: async () => ({ status: 200, text: await readFile(description, 'utf8') }),
    },
    {
      method: 'GET',
      path: '/metrics',
      needs: 'watch',
      handle: async () => {
        if (metrics === undefined) throw new Problem(404, 'unknown', 'nothing is counted here')
        return {
          status: 200,
          text: await metrics.text(guard, ledger),
          type: 'text/plain; version=0.0.4; charset=utf-8',
        }
      },
    },
    {
      method: 'GET',
      path: '/v1/ledger',
      needs: 'watch',
      handle: async () => {
        if (ledger === undefined) throw noLedger()
        return { status: 200, body: { 'public-key': ledger.publicKey, ...ledger.status() } }
      },
    },
    {
      method: 'GET',
      path: '/v1/ledger/checkpoint',
      needs: 'watch',
      handle: async () => {
        const note = await ledger?.checkpoint()
        if (note === undefined) throw noLedger()
        return { status: 200, text: note, type: 'text/plain; charset=utf-8' }
      },
    },
  ]
}

function noLedger(): Problem {
  return new Problem(404, 'unknown', 'there is no ledger here, or nothing in it')
}

/** Names what does not work, and no reason: anybody may ask. */
async function readiness({ guard, ledger, checks = {} }: StatusOptions, draining: boolean): Promise<Given> {
  const all: Readonly<Record<string, () => Promise<unknown>>> = {
    store: () => guard.doubts.list(),
    ledger: async () => {
      if (ledger?.status().failing !== undefined) throw new Error('failing')
    },
    ...checks,
  }
  const results = await Promise.all(
    Object.entries(all).map(async ([name, check]) => [name, await works(check)] as const),
  )
  const ready = !draining && results.every(([, ok]) => ok)
  const shown = Object.fromEntries(results.map(([name, ok]) => [name, ok ? 'ok' : 'failing']))
  const status = draining ? 'draining' : ready ? 'ready' : 'not ready'
  return { status: ready ? 200 : 503, body: { status, checks: shown } }
}

function works(check: () => Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), probeMs)
    check()
      .then(
        () => resolve(true),
        () => resolve(false),
      )
      .finally(() => clearTimeout(timer))
  })
}
