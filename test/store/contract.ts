import { after, before, describe } from 'node:test'
import type { Store } from '../../src/guard/store.ts'
import { testCounting, testDurability, testTransactions, testWatching } from './contract-nodes.ts'
import { testRows } from './contract-rows.ts'

/** Where stores of one engine are opened for a test; empty in the beginning. */
export interface Place {
  /** Opens the same store once more, as another node would. */
  readonly open: () => Promise<Store>
  /** What test/store/killed-child.ts is called with to open it too. */
  readonly child: readonly string[]
  readonly remove: () => Promise<void>
}

/** What every engine promises; `openPlace` makes a place of its own for these tests, `numRuns` says how often the model is tried. */
export function storeContract(engine: string, openPlace: () => Promise<Place>, numRuns: number): void {
  describe(engine, () => {
    let place: Place
    let store: Store
    let other: Store
    before(async () => {
      place = await openPlace()
      store = await place.open()
      other = await place.open()
    })
    after(async () => {
      await store?.close()
      await other?.close()
      await place?.remove()
    })
    testRows(() => store, numRuns)
    testTransactions(() => [store, other])
    testCounting(() => [store, other])
    testDurability(() => place)
    testWatching(() => [store, other])
  })
}
