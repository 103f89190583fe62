// A gateway in front of a real API, with a real guard and store between them.
import { join } from 'node:path'
import { request } from 'undici'
import type { RunningBank } from '../../../examples/bank-payments/start.ts'
import { start } from '../../../examples/bank-payments/start.ts'
import type { Charter, Principal } from '../../../src/charter/charter.ts'
import { loadCharter } from '../../../src/charter/load.ts'
import { type HttpGateway, type HttpGatewayOptions, openHttpGateway } from '../../../src/gateway/http/gateway.ts'
import { httpTruth, type TruthOptions } from '../../../src/gateway/http/truth.ts'
import { createGuard, type Guard, type GuardOptions } from '../../../src/guard/guard.ts'
import type { GuardEvent } from '../../../src/guard/journal.ts'
import type { Identifier } from '../../../src/identity/identity.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open.ts'

/** Says who calls by asking the API itself, as a session provider does. */
export function askingIdentifier(url: string): Identifier {
  return {
    async identify({ headers }) {
      const { authorization } = headers
      if (typeof authorization !== 'string') return { ok: true, principal: {} }
      const { statusCode, body } = await request(`${url}/me`, { headers: { authorization } })
      const me: unknown = await body.json()
      if (statusCode !== 200 || !isUser(me))
        return { ok: false, code: 'unknown', why: 'nobody has this token', challenge: 'Bearer error="invalid_token"' }
      const { id, tenant, roles, name } = me
      const principal: Principal = roles.includes('partner') ? { id: name, roles } : { id, tenant, roles }
      return { ok: true, principal }
    },
    close: async () => undefined,
  }
}

function isUser(value: unknown): value is { id: string; name: string; tenant: string; roles: string[] } {
  return typeof value === 'object' && value !== null && 'id' in value && 'roles' in value
}

/** Everybody is nobody. */
export const anonymous: Identifier = {
  identify: async () => ({ ok: true, principal: {} }),
  close: async () => undefined,
}

/** Everybody is the one named in the header `x-user`, with that role. */
export const named: Identifier = {
  identify: async ({ headers }) => {
    const user = headers['x-user']
    return { ok: true, principal: typeof user === 'string' ? { id: user, roles: [user] } : {} }
  },
  close: async () => undefined,
}

export interface Guarded {
  readonly gateway: HttpGateway
  readonly guard: Guard
  readonly url: string
  readonly events: GuardEvent[]
  readonly charter: Charter
  close(): Promise<void>
}

/** Opens a guard and its gateway for a charter on loopback. */
export async function openGuarded(
  charter: Charter,
  {
    readers,
    journal,
    store = openSqliteStore(':memory:'),
    guardNow,
    guardLimits,
    ...options
  }: Pick<HttpGatewayOptions, 'upstreams' | 'identifier'> &
    Partial<HttpGatewayOptions> &
    Pick<TruthOptions, 'readers'> &
    Partial<Pick<GuardOptions, 'journal' | 'store'>> & {
      readonly guardNow?: () => number
      readonly guardLimits?: NonNullable<GuardOptions['limits']>
    },
): Promise<Guarded> {
  const events: GuardEvent[] = []
  const truth = httpTruth({
    charter: () => charter,
    upstreams: options.upstreams,
    vault: () => options.vault,
    ...(readers ? { readers } : {}),
  })
  const guard = await createGuard(charter, {
    version: '1',
    store,
    truth,
    ...(guardLimits === undefined ? {} : { limits: guardLimits }),
    ...(guardNow === undefined ? {} : { now: guardNow }),
    journal: {
      append: async (event) => {
        await journal?.append(event)
        events.push(event)
      },
    },
  })
  const gateway = await openHttpGateway({ guard, listen: { host: '127.0.0.1', port: 0 }, ...options })
  return {
    gateway,
    guard,
    url: gateway.address.url,
    events,
    charter,
    close: async () => {
      await gateway.close(500)
      await guard.close()
      await truth.close()
      await store.close()
    },
  }
}

/** The bank of the examples behind a gateway that looks with the eyes of a clerk of each brand. */
export async function openBank(
  options: Partial<HttpGatewayOptions> = {},
): Promise<Guarded & { readonly bank: RunningBank }> {
  const { charter } = await loadCharter(join(import.meta.dirname, '../../../examples/bank-payments/charter.yaml'))
  if (charter === undefined) throw new Error('the charter of the bank is broken')
  const bank = await start({ flaws: [] })
  const guarded = await openGuarded(charter, {
    upstreams: { bank: { url: bank.url } },
    identifier: askingIdentifier(bank.url),
    readers: {
      bank: [bank.tokens['root'], bank.tokens['dirk']].map((token) => () => ({ authorization: `Bearer ${token}` })),
    },
    ...options,
  })
  return {
    ...guarded,
    bank,
    close: async () => {
      await guarded.close()
      await bank.close()
    },
  }
}
