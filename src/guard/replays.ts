import { digestOf } from './id.ts'
import type { Runtime } from './runtime.ts'

/** Remembers what counts once: proofs of possession, signed messages. Every node of one store sees the same. */
export interface Replays {
  /**
   * True the first time a key is seen, false afterwards, for a day at least. Of two callers one is the first.
   *
   * @throws {StoreError} when nobody can tell.
   */
  remember(key: string): Promise<boolean>
  /** Lets a key come again: what it stood for was not done. */
  giveBack(key: string): Promise<void>
}

export function makeReplays({ store, now }: Pick<Runtime, 'store' | 'now'>): Replays {
  return {
    remember(key) {
      const name = nameOf(key)
      return store.transact([name], async (transaction) => {
        const { repeats } = await transaction.read({ repeats: [name] })
        if (repeats[0] !== undefined) return false
        await transaction.write([{ kind: 'repeat', repeat: { key: name, digest: '', call: '', at: now() } }])
        return true
      })
    },
    async giveBack(key) {
      const name = nameOf(key)
      await store.transact([name], (transaction) => transaction.write([{ kind: 'drop-repeat', key: name }]))
    },
  }
}

/** Callers choose what is in a key, and how long it is. */
function nameOf(key: string): string {
  return `once ${digestOf(key)}`
}
