// One node of a guard, as a process that can be killed: clients of its own send calls as fast as they can.

import type { Incoming, Outcome } from '../../src/guard/call.ts'
import { createGuard } from '../../src/guard/guard.ts'
import { journalOf } from '../../src/guard/ledger-journal.ts'
import { type LedgerOptions, openLedger } from '../../src/ledger/ledger.ts'
import { openPostgresStore } from '../../src/store/postgres/open.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { approve } from './approve.ts'
import { boss, user, walletCharter } from './wallet.ts'

export interface NodeTask {
  readonly api: string
  readonly node: string
  readonly clients: number
  readonly seed: number
  readonly store:
    | { readonly type: 'sqlite'; readonly file: string }
    | { readonly type: 'postgres'; readonly url: string }
  readonly ledger: LedgerOptions
  /** Calls of each client; then the node settles what is in doubt and ends. */
  readonly calls: number
}

const task: NodeTask = JSON.parse(process.argv[2] ?? '{}')

function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const store = task.store.type === 'sqlite' ? openSqliteStore(task.store.file) : await openPostgresStore(task.store.url)
const ledger = await openLedger(task.ledger)
const truth = {
  async read({ key }: { key: string }): Promise<unknown> {
    try {
      const answer = await fetch(`${task.api}/read/${key}`, { signal: AbortSignal.timeout(2000) })
      return answer.status === 404 ? null : await answer.json()
    } catch {
      return undefined
    }
  },
}
const guard = await createGuard(walletCharter(), {
  version: 'v1',
  node: task.node,
  store,
  truth,
  journal: journalOf(ledger),
  limits: { doubtMs: 2500, busyMs: 4000 },
})

async function forward(incoming: Incoming, call: string): Promise<Outcome> {
  const body = JSON.stringify({ operation: incoming.operation, request: incoming.request, call })
  try {
    const answer = await fetch(`${task.api}/run`, { method: 'POST', body, signal: AbortSignal.timeout(2000) })
    const text = await answer.text()
    return { kind: 'answered', answer: { status: answer.status, text, body: JSON.parse(text) } }
  } catch {
    return { kind: 'unknown', why: 'no answer' }
  }
}

async function client(index: number): Promise<void> {
  const next = random(task.seed * 1000 + index)
  const pick = (count: number): number => Math.floor(next() * count)
  for (let call = 0; call < task.calls; call += 1) {
    const wallet = `w${pick(3)}`
    const incoming = choose(pick(6), { wallet, seat: `s${pick(5)}`, amount: 1 + pick(9), key: `k${pick(40)}` })
    const result = await guard.call(incoming, (id) => forward(incoming, id))
    if (result.kind === 'refused' && result.refusal.hold !== undefined)
      for (const by of ['b1', 'b2']) await approve(guard, result.refusal.hold.reference, boss(by))
  }
}

function choose(
  kind: number,
  { wallet, seat, amount, key }: { wallet: string; seat: string; amount: number; key: string },
): Incoming {
  const principal = user('ann')
  const path = { id: wallet }
  if (kind === 0) return { operation: 'api.bonus', principal, request: { path } }
  if (kind === 1) return { operation: 'api.buy', principal, request: { body: { wallet, seat } } }
  if (kind === 2) return { operation: 'api.payout', principal, request: { path, body: { amount: 11 + amount } } }
  if (kind === 3)
    return {
      operation: 'api.spend',
      principal,
      request: { path, header: { 'Idempotency-Key': `${wallet} ${key}` }, body: { amount: 2 } },
    }
  return { operation: 'api.spend', principal, request: { path, body: { amount } } }
}

// The operator, who can ask the API what became of a call.
async function operate(): Promise<void> {
  for (const doubt of await guard.doubts.list()) {
    if (Date.now() - doubt.at < 2500) continue
    const answer = await fetch(`${task.api}/did/${doubt.id}`)
    await guard.doubts.settle(doubt.id, answer.status === 200 ? 'effective' : 'released', 'olga', 'asked the bank')
  }
}
const operating = setInterval(() => void operate().catch(() => undefined), 300)

process.stdout.write('ready\n')
await Promise.all(Array.from({ length: task.clients }, (_, index) => client(index)))
// Longer than it takes to find nodes gone and to settle what they left.
const deadline = Date.now() + 12_000
const quiet = Date.now() + 4500
let doubts = await guard.doubts.list()
while (Date.now() < deadline && (doubts.length > 0 || Date.now() < quiet)) {
  await new Promise((resolve) => setTimeout(resolve, 200))
  doubts = await guard.doubts.list()
}
clearInterval(operating)
const wallets = ['w0', 'w1', 'w2']
const rows = await store.transact([], (transaction) =>
  transaction.read({
    counters: wallets.map((key) => ({ constraint: 'wallet.spend.limit', scope: JSON.stringify([`wallet/${key}`]) })),
    holdsBy: { states: ['granted'] },
  }),
)
const counted = Object.fromEntries(wallets.map((key, index) => [key, Number(rows.counters[index]?.sum ?? 0)]))
process.stdout.write(
  `${JSON.stringify({ doubts: doubts.map((each) => each.id), counted, granted: rows.holdsBy.length })}\n`,
)
await guard.close()
await ledger.close()
await store.close()
