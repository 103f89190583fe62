/** The vault of a guard that serves. */

import { openInjector } from '../../vault/inject.ts'
import type { Injector } from '../../vault/injector.ts'
import { reportOn, type SecretReport } from '../../vault/report.ts'
import type { GuardConfig } from './config.ts'
import { openVault, type VaultSurroundings } from './vault.ts'

/** Closed before the ledger. */
export interface ServingVault {
  readonly injector: Injector
  /** What secrets may be used for against what they were used for; never a value. */
  report(unusedMs: number): Promise<readonly SecretReport[]>
  close(): Promise<void>
}

const tidyEveryMs = 60 * 60_000
const longLivedMs = 90 * 24 * 60 * 60_000

/** Opens it; undefined when the guard file has none. @throws as `openVault`. */
export async function serveVault(
  config: GuardConfig,
  around: VaultSurroundings,
  fail: (why: string) => void,
): Promise<ServingVault | undefined> {
  if (config.file.vault === undefined) return undefined
  const vault = await openVault(config, around)
  const { store, masters, record, others, keeper } = vault
  try {
    const injector = await openInjector({ store, masters, record, others, now: Date.now, onFail: fail })
    const tidy = (): Promise<unknown> =>
      keeper.tidy('guard').catch((error: unknown) => fail(error instanceof Error ? error.message : 'upkeep failed'))
    const timer = setInterval(() => void tidy(), tidyEveryMs)
    timer.unref()
    return {
      injector,
      report: async (unusedMs) =>
        reportOn(await keeper.all(), await store.uses(), { unusedMs, longLivedMs }, Date.now()),
      close: async () => {
        clearInterval(timer)
        await injector.close()
        await vault.close()
      },
    }
  } catch (error) {
    await vault.close()
    throw error
  }
}
