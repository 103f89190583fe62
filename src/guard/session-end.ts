import type { Incoming, Outcome } from './call.ts'
import { keptOfSession } from './ended.ts'
import type { Going } from './going.ts'
import type { Runtime } from './runtime.ts'
import { effectOf } from './settle.ts'

/** Keeps that a call ended what its caller was let in with, where it did. @throws {StoreError} when that cannot be kept. */
export async function keepSessionEnd(
  { store, now }: Runtime,
  going: Going,
  outcome: Outcome,
  { credentials }: Pick<Incoming, 'credentials'>,
): Promise<void> {
  const ended = keptOfSession(going, credentials, now())
  if (ended.length === 0 || effectOf(going.force.charter, going.call.operation, outcome) !== 'effective') return
  await store.transact([], (transaction) => transaction.write(ended))
  await store.flush()
}
