// The running example with its console, as `npm start` leaves it, for tests and pictures of every page.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Live, openLive } from '../../examples/bank-live/live.ts'
import type { FlawName } from '../../examples/bank-payments/flaws.ts'
import { loadBank } from '../../examples/products.ts'
import { proveExample } from '../../examples/shared/prove.ts'
import { printFindings } from '../../src/prove/report/json.ts'

/** What is left out of the bank, and which operations are proven. */
export interface LiveTrial {
  readonly flaws: readonly FlawName[]
  readonly only: readonly string[]
}

const few: LiveTrial = { flaws: ['cross-tenant-reversal', 'reversal-race'], only: ['bank.reverseTransfer'] }

/** Proves flaws of the bank, and opens it with them in a folder of its own. */
export async function openLiveConsole({ flaws, only }: LiveTrial = few): Promise<Live> {
  const folder = mkdtempSync(join(tmpdir(), 'live-console-'))
  const { outcome, context } = await proveExample(await loadBank({ named: true }), { flaws, only })
  const findings = printFindings(outcome, context)
  const live = await openLive({ flaws, findings, folder: join(folder, 'run') })
  return {
    ...live,
    close: async () => {
      await live.close()
      rmSync(folder, { recursive: true })
    },
  }
}
