// Decides with the guard behind its MCP gateway: official clients, the real server, and the wire between.
import { Client, ProtocolError, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { Charter, Run } from '../../src/charter/charter.ts'
import type { Decider, Verdict } from './decider.ts'
import type { Desk } from './records.ts'
import type { RunGiven } from './scenario.ts'
import { type GuardedDesk, openGuardedDesk } from './stage.ts'
import { type RunningDesk, start } from './start.ts'
import { approveAsShown, callerOf, person, runOf } from './world.ts'

/** Makes one for a charter and a desk. */
export async function decideByGateway(charter: Charter, desk: Desk): Promise<Decider> {
  const descriptions: Record<string, string> = {}
  const running = await start({ desk, changed: { descriptions } })
  let run: Run | undefined
  const guarded = await openGuardedDesk(charter, { desk, server: running.url, runNow: () => run })
  const begin = (next: Run): void => {
    run = next
  }
  return new Gateway({ running, guarded, begin, descriptions })
}

interface Parts {
  readonly running: RunningDesk
  readonly guarded: GuardedDesk
  readonly begin: (run: Run) => void
  readonly descriptions: Record<string, string>
}

class Gateway implements Decider {
  readonly #parts: Parts
  readonly #clients = new Map<string, Promise<Client>>()
  #given: RunGiven = { as: 'desk-bot', workflow: 'support', prompt: '' }
  #run: Run | undefined
  #runs = 0
  #hold: string | undefined

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async begin(given: RunGiven): Promise<void> {
    this.#given = given
    if (given.continues !== true) this.#runs += 1
    this.#run = runOf(given, `run-${this.#runs}`)
    this.#parts.begin(this.#run)
  }

  async call(operation: string, given: Readonly<Record<string, unknown>>, as?: string): Promise<Verdict> {
    if (operation.startsWith('shop.')) return this.#ofShop(operation, given)
    const client = await this.#clientOf(as ?? [this.#given.as, ...[this.#given.for ?? []].flat()].join(' for '))
    try {
      const { structuredContent } = await client.callTool({ name: operation.replace(/^desk\./, ''), arguments: given })
      return { effect: 'allow', kinds: [], says: [], answer: structuredContent }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      return this.#refused(error.message, error.data)
    }
  }

  /** What is no tool goes another way to the same guard. */
  async #ofShop(operation: string, body: unknown): Promise<Verdict> {
    const { guard } = this.#parts.guarded
    const run = this.#run === undefined ? {} : { run: this.#run }
    const request = { path: {}, query: {}, header: {}, body }
    const { decision } = await guard.evaluate({ operation, principal: callerOf(this.#given), request, ...run })
    const { reasons, effect } = decision
    return {
      effect: effect === 'ask' ? 'ask' : effect === 'deny' ? 'deny' : 'allow',
      kinds: reasons.map(({ kind }) => kind),
      says: reasons.map(({ says }) => says),
    }
  }

  #refused(message: string, data: unknown): Verdict {
    const said = recordOf(data)
    const reasons = Array.isArray(said['reasons']) ? said['reasons'].map(recordOf) : []
    const asked = said['code'] === 'approval-needed'
    if (asked) this.#hold = String(recordOf(said['hold'] ?? said['approval'])['reference'])
    return {
      effect: asked ? 'ask' : 'deny',
      kinds: reasons.map(({ kind }) => String(kind)),
      says: [message, ...reasons.map(({ says }) => String(says))],
    }
  }

  #clientOf(token: string): Promise<Client> {
    const known = this.#clients.get(token) ?? connect(this.#parts.guarded.url, token)
    this.#clients.set(token, known)
    return known
  }

  async approve(who: string): Promise<boolean> {
    if (this.#hold === undefined) return false
    return approveAsShown(this.#parts.guarded.guard, this.#hold, person(who))
  }

  async refuse(who: string): Promise<void> {
    const { approvals } = this.#parts.guarded.guard
    await approvals.answer(this.#hold ?? '', person(who), { verdict: 'refuse', why: 'no' })
  }

  async wait(ms: number): Promise<void> {
    this.#parts.guarded.wait(ms)
  }

  /** Seen when the list is asked for again, which is the only way in which an agent could be told. */
  async describe(tool: string, description: string): Promise<void> {
    this.#parts.descriptions[tool.replace(/^desk\./, '')] = description
    const client = await this.#clientOf('desk-bot for clara')
    await client.listTools()
  }

  async close(): Promise<void> {
    for (const each of this.#clients.values()) await (await each).close()
    await this.#parts.guarded.close()
    await this.#parts.running.close()
  }
}

async function connect(url: string, token: string): Promise<Client> {
  const client = new Client({ name: 'desk-bot', version: '1.0.0' }, {})
  const headers = { authorization: `Bearer ${token}` }
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }))
  return client
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
}
