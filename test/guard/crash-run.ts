// One run of test/guard/crash.ts on a store and a ledger of its own, and what the ledger says of it afterwards.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LedgerOptions, openLedger } from '../../src/ledger/ledger.ts'
import { readerItems, verifyLedger } from '../../src/ledger/verify.ts'
import { type CrashPlan, type CrashReport, crash } from './crash.ts'

export interface CrashRun extends Pick<CrashPlan, 'nodes' | 'kills' | 'clients' | 'seed'> {
  /** Where PostgreSQL keeps the store and the ledger; both are SQLite files without it. */
  readonly postgres?: string
}

export interface CrashFindings extends CrashReport {
  /** Entries of the ledger, all of them verified. */
  readonly entries: number
  /** What is wrong with the ledger, and effects it knows no permission for. */
  readonly offRecord: readonly string[]
}

/** Kills nodes as planned, then compares effects, store and ledger. Leaves nothing behind but what is in PostgreSQL. */
export async function crashRun({ postgres, ...plan }: CrashRun): Promise<CrashFindings> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-crash-'))
  const ledger = (node: string): LedgerOptions => ({
    storage:
      postgres === undefined
        ? { type: 'sqlite', file: join(folder, 'ledger.db'), keys: join(folder, 'keys.db') }
        : { type: 'postgres', url: postgres },
    signingKey: join(folder, 'key.pem'),
    origin: 'ledger.example/crash',
    node,
    version: '1',
    checkpoints: { everySeconds: 1 },
  })
  const store: CrashPlan['store'] =
    postgres === undefined ? { type: 'sqlite', file: join(folder, 'store.db') } : { type: 'postgres', url: postgres }
  try {
    // The signing key is there before several nodes want one.
    await (await openLedger(ledger('first'))).close()
    const report = await crash({ ...plan, store, ledger })
    return { ...report, ...(await recordOf(ledger('auditor'), report.calls)) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function recordOf(
  options: LedgerOptions,
  calls: readonly string[],
): Promise<Pick<CrashFindings, 'entries' | 'offRecord'>> {
  const ledger = await openLedger(options)
  try {
    await ledger.checkpoint()
    const { size, problems } = await verifyLedger({ items: readerItems(ledger.reader), publicKey: ledger.publicKey })
    const offRecord = problems.map((problem) => JSON.stringify(problem))
    for (const call of calls) {
      const { entries } = await ledger.reader.search({ call, kind: 'decision', effect: 'allow', limit: 1 })
      if (entries.length === 0) offRecord.push(`call ${call} took effect without a decision on the record`)
    }
    return { entries: size, offRecord }
  } finally {
    await ledger.close()
  }
}
