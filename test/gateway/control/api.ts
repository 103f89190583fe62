// A control API on loopback, with AuthZEN on it, and a client that speaks JSON.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import type { Charter, Principal } from '../../../src/charter/charter.ts'
import { linkCharter } from '../../../src/charter/link.ts'
import { parseCharter } from '../../../src/charter/parse.ts'
import { getPointer, parsePointer } from '../../../src/charter/pointer.ts'
import { type Authzen, makeAuthzen } from '../../../src/gateway/authzen/authzen.ts'
import { type Control, type ControlOptions, openControl } from '../../../src/gateway/control/control.ts'
import { makeMetrics } from '../../../src/gateway/control/metrics.ts'
import { createGuard, type Guard, type GuardOptions } from '../../../src/guard/guard.ts'
import type { Identifier } from '../../../src/identity/identity.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open.ts'
import { Lines, Wallets, walletCharter } from '../../guard/wallet.ts'

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
  /** What the body has at a JSON Pointer. */
  at(pointer: string): unknown
  readonly text: string
}

export interface Api {
  readonly guard: Guard
  readonly wallets: Wallets
  readonly lines: Lines
  readonly control: Control
  readonly authzen: Authzen
  /** Speaks as the control credential, or as a person: `ann`, `boss:b1`. */
  ask(
    method: string,
    path: string,
    body?: unknown,
    more?: { as?: string; headers?: Record<string, string> },
  ): Promise<Reply>
  close(): Promise<void>
}

export const credential = randomBytes(24).toString('base64url')
export const asker = randomBytes(24).toString('base64url')
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Knows persons by bearer tokens that are their names, roles before a colon. Real ones are tested in test/identity. */
export const people: Pick<Identifier, 'identify'> = {
  identify: async ({ headers }) => {
    const { authorization } = headers
    const token = typeof authorization === 'string' ? /^Bearer person-(.+)$/.exec(authorization)?.[1] : undefined
    if (token === undefined) return { ok: false, code: 'unknown', why: 'nobody knows this token', challenge: 'Bearer' }
    return { ok: true, principal: personOf(token) }
  },
}

export function personOf(token: string): Principal {
  const [roles, id] = token.includes(':') ? token.split(':') : ['user', token]
  return { id: id ?? '', roles: (roles ?? '').split('+') }
}

export function charterOf(text: string): Charter {
  const { charter: parsed, diagnostics } = parseCharter([{ file: 'charter.yaml', text }])
  assert.ok(parsed, JSON.stringify(diagnostics))
  const linked = linkCharter(parsed, new Map())
  assert.deepEqual(
    linked.diagnostics.filter((each) => each.severity === 'error'),
    [],
  )
  return linked.charter
}

export async function openApi(
  options: {
    readonly charter?: Charter
    readonly guard?: Partial<GuardOptions>
    readonly control?: Partial<ControlOptions>
    readonly outcomeMs?: number
    readonly bindingKey?: Uint8Array
    readonly wallets?: Wallets
  } = {},
): Promise<Api> {
  const wallets = options.wallets ?? new Wallets()
  if (options.wallets === undefined) wallets.add('w', { owner: 'ann', state: 'open', limit: 100 })
  const lines = new Lines()
  const metrics = makeMetrics()
  const store = openSqliteStore(':memory:')
  const guard = await createGuard(options.charter ?? walletCharter(), {
    version: 'v1',
    journal: metrics.counting(lines),
    truth: wallets,
    store,
    ...options.guard,
  })
  const authzen = makeAuthzen({
    guard,
    ...(options.outcomeMs === undefined ? {} : { outcomeMs: options.outcomeMs }),
    ...(options.bindingKey === undefined ? {} : { bindingKey: options.bindingKey }),
  })
  const control = await openControl({
    guard,
    metrics,
    listen: { host: '127.0.0.1', port: 0 },
    credentials: [
      { name: 'ops', sha256: sha256(credential) },
      { name: 'pep', sha256: sha256(asker), may: ['ask'] },
    ],
    identifier: people,
    isOperator: (principal) => principal.roles?.includes('operator') === true,
    routes: authzen.routes,
    ...options.control,
  })
  return {
    guard,
    wallets,
    lines,
    control,
    authzen,
    async ask(method, path, body, { as, headers = {} } = {}) {
      const bearer = as === undefined ? credential : as === 'pep' ? asker : `person-${as}`
      const response = await fetch(`${control.address.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${bearer}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await response.text()
      const isJson = /json/.test(response.headers.get('content-type') ?? '')
      const parsed: unknown = isJson ? JSON.parse(text) : undefined
      const at = (pointer: string): unknown => getPointer(parsed, parsePointer(pointer) ?? [])
      return { status: response.status, headers: response.headers, body: parsed, at, text }
    },
    async close() {
      await control.close(100)
      await guard.close()
      await store.close()
    },
  }
}
