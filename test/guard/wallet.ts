// An API that checks nothing at all, and the charter that a guard keeps in front of it: whatever holds is the guard's doing.
import assert from 'node:assert/strict'
import type { CallRequest, Charter, Principal } from '../../src/charter/charter.ts'
import { linkCharter } from '../../src/charter/link.ts'
import { parseCharter } from '../../src/charter/parse.ts'
import type { Outcome } from '../../src/guard/call.ts'
import type { GuardEvent, Journal } from '../../src/guard/journal.ts'
import type { Truth } from '../../src/guard/truth.ts'

const text = `
lockstep: 1
name: wallet
sources:
  - name: api
    type: inline
    operations:
      open: { method: POST, path: /wallets, body: { limit: 100 }, response: { id: w1 } }
      get: { method: GET, path: "/wallets/{id}" }
      spend: { method: POST, path: "/wallets/{id}/spend", body: { amount: 1 } }
      lock: { method: POST, path: "/wallets/{id}/lock" }
      bonus: { method: POST, path: "/wallets/{id}/bonus" }
      buy: { method: POST, path: /seats, body: { wallet: w1, seat: s1 } }
      seat: { method: GET, path: "/seats/{id}" }
      payout: { method: POST, path: "/wallets/{id}/payout", body: { amount: 1 } }
      ping: { method: POST, path: /ping }
actors: { user: {}, boss: {} }
objects:
  wallet:
    owner: /owner
    state: /state
    read: api.get
    states: [open, locked]
    transitions:
      open: { on: api.open, to: open, by: user }
      spend:
        on: api.spend
        from: open
        by: owner
        when: request.amount > 0
        limit: { sum: request.amount, at-most: object.limit, per: object }
        idempotency: $request.header.Idempotency-Key
      lock: { on: api.lock, from: open, to: locked, by: owner }
      bonus: { on: api.bonus, from: open, by: owner, once: true }
      payout: { on: api.payout, from: open, by: owner, approval: four-eyes }
      view: { on: api.get, by: owner }
  seat:
    state: /state
    read: api.seat
    states: [free, sold]
    transitions:
      buy: { on: api.buy, object: seat, key: $request.body#/seat, from: free, to: sold, by: user }
operations:
  api.seat: { by: user }
  api.ping: { by: user }
approvals:
  four-eyes:
    needed-when: request.amount > 10
    by: boss
    not: requester
    quorum: 2
    standing: { valid-for: 1h, uses: 5, amount: request.amount }
rules:
  - { rate: api.ping, at-most: 5 per 1m, per: principal }
`

export function walletCharter(): Charter {
  const { charter: parsed, diagnostics } = parseCharter([{ file: 'wallet.yaml', text }])
  assert.ok(parsed, JSON.stringify(diagnostics))
  const linked = linkCharter(parsed, new Map())
  assert.deepEqual(
    linked.diagnostics.filter((each) => each.severity === 'error'),
    [],
  )
  return linked.charter
}

type Stored = Record<string, unknown> & { id: string }

/** The API: does whatever it is told, a little later. */
export class Wallets implements Truth {
  readonly objects = new Map<string, Stored>()
  /** Every effect, in order. */
  readonly effects: { operation: string; id: string; amount: number; call: string }[] = []
  #next = 0
  latency = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

  add(id: string, value: Record<string, unknown>): void {
    this.objects.set(id, { id, ...value })
  }

  async read({ key }: { key: string }): Promise<unknown> {
    await this.latency()
    const found = this.objects.get(key)
    return found === undefined ? null : structuredClone(found)
  }

  /** Carries an operation out, unchecked. */
  async run(operation: string, request: CallRequest, call = ''): Promise<Outcome> {
    await this.latency()
    const body = recordOf(request.body)
    const id = String(request.path?.['id'] ?? body['seat'] ?? '')
    const amount = Number(body['amount'] ?? 0)
    if (operation === 'api.open') {
      this.#next += 1
      const made = { id: `w${this.#next}`, state: 'open', ...body }
      this.objects.set(made.id, made)
      this.effects.push({ operation, id: made.id, amount, call })
      return answered(201, made)
    }
    const object = this.objects.get(id)
    if (operation !== 'api.ping' && object === undefined) return answered(404, { error: 'none' })
    if (operation === 'api.lock' && object !== undefined) object['state'] = 'locked'
    if (operation === 'api.buy' && object !== undefined) object['state'] = 'sold'
    if (operation === 'api.spend' && object !== undefined) object['spent'] = Number(object['spent'] ?? 0) + amount
    this.effects.push({ operation, id, amount, call })
    return answered(200, object ?? {})
  }
}

export function answered(status: number, body: unknown): Outcome {
  return {
    kind: 'answered',
    answer: { status, body, text: JSON.stringify(body), headers: { 'content-type': 'application/json' } },
  }
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

export const user = (id: string): Principal => ({ id, roles: ['user'] })
export const boss = (id: string): Principal => ({ id, roles: ['boss'] })

/** A journal in memory, for tests of the guard alone. */
export class Lines implements Journal {
  readonly events: GuardEvent[] = []
  fail = false

  append(event: GuardEvent): Promise<unknown> {
    if (this.fail) return Promise.reject(new Error('the disk is full'))
    this.events.push(event)
    return Promise.resolve()
  }

  of<K extends GuardEvent['kind']>(kind: K): Extract<GuardEvent, { kind: K }>[] {
    return this.events.filter((each): each is Extract<GuardEvent, { kind: K }> => each.kind === kind)
  }
}
