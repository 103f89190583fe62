// A vault on a real store and a real ledger, and a way into the store that the vault does not know of.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Entry } from '../../src/ledger/entry.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import { type OpenInjector, type OtherVaults, openInjector } from '../../src/vault/inject.ts'
import { type Keeper, type KeeperOptions, makeKeeper } from '../../src/vault/keeper.ts'
import { type MasterKeys, masterKeyOf } from '../../src/vault/master-key.ts'
import { recordIn } from '../../src/vault/record.ts'
import { parsePlace, type Scope } from '../../src/vault/scope.ts'
import { openVaultStore } from '../../src/vault/storage/open.ts'
import type { VaultStore } from '../../src/vault/store.ts'

export interface Bench {
  readonly folder: string
  readonly store: VaultStore
  readonly clock: { at: number }
  readonly failures: string[]
  keeper(masters?: MasterKeys): Keeper
  /** What a keeper is made of. */
  keeping(): KeeperOptions
  injector(more?: { readonly masters?: MasterKeys; readonly others?: OtherVaults }): Promise<OpenInjector>
  recorded(): Promise<readonly Entry[]>
  /** Nothing can be recorded from here on. */
  closeLedger(): Promise<void>
  close(): Promise<void>
}

export const newMasters = (...previous: MasterKeys[]): MasterKeys => ({
  current: masterKeyOf(randomBytes(32).toString('base64')),
  previous: previous.map(({ current }) => current),
})

/** `desk.get as header:Authorization=Bearer {}`, with `in WORKFLOW` and `by AGENT` before it, and `*` after it for placeholders only. */
export function scope(text: string): Scope {
  const [, operation = '', workflow, agent, place = '', star] =
    /^(\S+)(?: in (\S+))?(?: by (\S+))? as (.+?)(\*)?$/.exec(text) ?? []
  return {
    operation,
    ...(workflow === undefined ? {} : { workflow }),
    ...(agent === undefined ? {} : { agent }),
    as: parsePlace(place),
    ...(star === undefined ? {} : { placeholder: true }),
  }
}

export async function openBench(): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'vault-'))
  const store = await openVaultStore({ type: 'sqlite', file: join(folder, 'vault.db') })
  const ledger = await openLedger({
    storage: { type: 'sqlite', file: join(folder, 'ledger.db'), keys: join(folder, 'keys.db') },
    signingKey: join(folder, 'signing.key'),
    origin: 'vault.test/bench',
    node: 'n1',
    version: '1',
  })
  const record = recordIn(ledger)
  const usual = newMasters()
  const clock = { at: Date.parse('2026-11-21T08:00:00Z') }
  const now = (): number => clock.at
  const failures: string[] = []
  const open: OpenInjector[] = []
  let closing: Promise<void> | undefined
  const closeLedger = (): Promise<void> => {
    closing ??= ledger.close()
    return closing
  }
  return {
    folder,
    store,
    clock,
    failures,
    keeping: () => ({ store, masters: usual, record, now }),
    keeper: (masters = usual) => makeKeeper({ store, masters, record, now }),
    injector: async ({ masters = usual, others } = {}) => {
      const onFail = (why: string): void => void failures.push(why)
      const injector = await openInjector({
        store,
        masters,
        record,
        now,
        believedMs: 0,
        onFail,
        ...(others === undefined ? {} : { others }),
      })
      open.push(injector)
      return injector
    },
    recorded: async () => {
      const { entries } = await ledger.reader.search({ order: 'oldest', limit: 1000 })
      return entries.flatMap(({ text }): Entry[] => (text === undefined ? [] : [JSON.parse(text)]))
    },
    closeLedger,
    close: async () => {
      for (const each of open) await each.close()
      await closeLedger()
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
