// The running example with its console, as `npm start` leaves it, for tests and pictures of every page.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Live, type LiveOptions, openLive } from '../../examples/bank-live/live.ts'
import { loadBank } from '../../examples/products.ts'
import { proveExample } from '../../examples/shared/prove.ts'
import { printFindings } from '../../src/prove/report/json.ts'

const flaws = ['cross-tenant-reversal', 'reversal-race'] as const

/** Proves two flaws of the bank, and opens it with them in a folder of its own. */
export async function openLiveConsole(options: Pick<LiveOptions, 'paceMs'> = {}): Promise<Live> {
  const folder = mkdtempSync(join(tmpdir(), 'live-console-'))
  const { outcome, context } = await proveExample(await loadBank(), { flaws, only: ['bank.reverseTransfer'] })
  const findings = printFindings(outcome, context)
  const live = await openLive({ ...options, flaws, findings, folder: join(folder, 'run') })
  return {
    ...live,
    close: async () => {
      await live.close()
      rmSync(folder, { recursive: true })
    },
  }
}
