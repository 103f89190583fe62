// The desk behind the real gateway: who calls is told by their token, and runs are what the guard makes of them.
import type { Charter, Run } from '../../src/charter/charter.ts'
import { openMcpGateway } from '../../src/gateway/mcp/gateway.ts'
import type { Incoming } from '../../src/guard/call.ts'
import type { Guard } from '../../src/guard/guard.ts'
import type { Identifier } from '../../src/identity/identity.ts'
import { openGuard, type Watched } from './guarded.ts'
import type { Desk } from './records.ts'
import { lookAt, person } from './world.ts'

/** A gateway before the MCP server at an address. */
export interface GuardedDesk extends Watched {
  readonly url: string
}

/** Callers are who their token says: `Bearer AGENT for PERSON`, with agents between, or a person alone. */
export const byToken: Identifier = {
  identify: async ({ headers }) => {
    const [, names = ''] = /^Bearer ([a-z -]+)$/.exec(String(headers['authorization'] ?? '')) ?? []
    const [caller, ...behind] = names.split(' for ')
    if (caller === undefined || caller === '')
      return { ok: false, code: 'unknown', why: 'the token is not known', challenge: 'Bearer' }
    const principal = behind.length === 0 ? person(caller) : { ...person(caller), chain: behind.map(person) }
    return { ok: true, principal }
  },
  close: async () => undefined,
}

/** The same guard, which is told the run of each call of an agent. */
export function inRun(guard: Guard, runNow: () => Run | undefined): Guard {
  const joined = (incoming: Incoming): Incoming => {
    const run = incoming.principal.kind === 'agent' ? runNow() : undefined
    return run === undefined ? incoming : { ...incoming, run }
  }
  return new Proxy(guard, {
    get: (target, name) => {
      if (name === 'begin') return (incoming: Incoming) => target.begin(joined(incoming))
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** Opens it on a free port of 127.0.0.1. Calls of agents belong to the run that `runNow` gives. */
export async function openGuardedDesk(
  charter: Charter,
  { desk, server, runNow }: { readonly desk: Desk; readonly server: string; readonly runNow: () => Run | undefined },
): Promise<GuardedDesk> {
  const watched = await openGuard(charter, (type, key) => lookAt(desk, type, key))
  const gateway = await openMcpGateway({
    guard: inRun(watched.guard, runNow),
    identifier: byToken,
    listen: { host: '127.0.0.1', port: 0 },
    servers: { desk: { http: { url: server } } },
  })
  return {
    ...watched,
    url: `${gateway.address.url}/mcp`,
    close: async () => {
      await gateway.close(0)
      await watched.close()
    },
  }
}
