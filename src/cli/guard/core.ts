/** State, ledger and guard of a guard file, without anything that listens. */
import { hostname } from 'node:os'
import { createGuard, type Guard } from '../../guard/guard.ts'
import { newId } from '../../guard/id.ts'
import type { Journal } from '../../guard/journal.ts'
import { journalOf } from '../../guard/ledger-journal.ts'
import { ownKey } from '../../guard/own-key.ts'
import type { Store } from '../../guard/store.ts'
import { blind, type Truth } from '../../guard/truth.ts'
import { type Ledger, openLedger } from '../../ledger/ledger.ts'
import { openKeys } from '../../ledger/storage/open.ts'
import type { KeyStore } from '../../ledger/storage/storage.ts'
import type { GuardConfig, ReadyCharter } from './config.ts'
import { localitiesOf } from './localities.ts'
import { ledgerOptions, ledgerStorage, openState } from './places.ts'
import type { Secrets } from './secrets.ts'

/** An open guard with what it writes to. Closed in the right order by `close`. */
export interface Core {
  readonly node: string
  readonly store: Store
  readonly ledger: Ledger
  readonly guard: Guard
  /** Seals what clients carry for the guard from one request to the next: the same on every node of a store. */
  readonly carriedKey: Buffer
  close(): Promise<void>
}

/** What differs between a guard that serves and one that an operator's command opens for a moment. */
export interface CoreOptions {
  readonly secrets: Secrets
  readonly version: string
  readonly truth?: Truth
  /** Who else hears what goes on the record. */
  readonly hearing?: (journal: Journal) => Journal
}

/**
 * Opens them; what was opened is closed again when the rest cannot be.
 *
 * @throws {StoreError | LedgerError} when one of them cannot be opened.
 */
export async function openCore(config: GuardConfig & ReadyCharter, options: CoreOptions): Promise<Core> {
  const { secrets, version, truth = blind, hearing = (journal) => journal } = options
  // Never the same twice: what a process of this name left behind is found by its name being silent.
  const node = `${hostname()}-${newId(Date.now())}`
  const store = await openState(config, secrets)
  let ledger: Ledger | undefined
  let keys: KeyStore | undefined
  try {
    const opened = await openLedger({ ...(await ledgerOptions(config, secrets)), node, version })
    ledger = opened
    const people = await openKeys(await ledgerStorage(config, secrets))
    keys = people
    const { approvals, limits, runs } = config.file
    const guard = await createGuard(config.charter, {
      version: config.version,
      store,
      journal: hearing(journalOf(opened)),
      truth,
      node,
      limits: {
        busyMs: limits.busy,
        doubtMs: limits.doubt,
        repeatMs: limits.repeat,
        waitMs: approvals.wait,
        holdMs: approvals.expires,
        runMs: runs.longest,
        idleMs: runs.idle,
      },
      rebinds: runs['charter-changed'] === 'go-on',
      localities: localitiesOf(config.file),
      keys: people,
    })
    return {
      node,
      store,
      ledger: opened,
      guard,
      carriedKey: await ownKey(people, 'carried state'),
      close: async () => {
        await guard.close()
        await opened.close()
        await people.close()
        await store.close()
      },
    }
  } catch (error) {
    await keys?.close()
    await ledger?.close()
    await store.close()
    throw error
  }
}
