// Rows as tests of stores write them, and one step of work on a store.
import type { Change, Query, Rows, Store } from '../../src/guard/store.ts'

export const order = { type: 'order', key: '1' }
export const call = (id: string, at = 1): Change => ({
  kind: 'call',
  call: { id, node: 'n1', state: 'reserved', operation: 'shop.refund', at, detail: { id } },
})
export const mark = (of: string, at: number, amount = '0.1', effective = true): Change => ({
  kind: 'mark',
  call: of,
  mark: { constraint: 'limit', scope: 'order 1', at, operation: 'shop.refund', amount, object: order },
  effective,
})
export const hold = (id: string): Change => ({
  kind: 'hold',
  hold: { id, state: 'pending', question: 'q', group: 'g', at: 1, expires: 2, detail: {} },
})
export const run = (id: string, state: 'open' | 'ended'): Change => ({
  kind: 'run',
  run: { id, holder: 'h', state, at: 1, expires: 2, detail: {} },
})

export const read = (store: Store, query: Query): Promise<Rows> =>
  store.transact([], (transaction) => transaction.read(query))
export const write = (store: Store, changes: readonly Change[]): Promise<void> =>
  store.transact([], (transaction) => transaction.write(changes))

/** Thrown by work that is to be dropped. */
export class Undo extends Error {}
