import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { journalOf } from '../../src/guard/ledger-journal.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import { readerItems, type VerifyReport, verifyLedger } from '../../src/ledger/verify.ts'
import type { Finding } from '../../src/prove/finding.ts'
import { verifyCase } from '../../src/prove/run/verify.ts'
import { type Example, withRun } from './prove.ts'

/** One finding tried again through the guard. */
export interface Attempt {
  readonly finding: Finding
  readonly verdict: 'fixed' | 'open' | 'unclear'
  /** What the guard said to the abuse, or else what became of it. */
  readonly said: string
}

/** Tries findings again on the same example, through its guard, and verifies the ledger of what the guard decided. */
export async function tryGuarded(
  example: Example,
  flaws: readonly string[],
  findings: readonly Finding[],
): Promise<{ readonly attempts: readonly Attempt[]; readonly report: VerifyReport; readonly publicKey: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'ledger-'))
  const ledger = await openLedger({
    storage: { type: 'sqlite', file: join(folder, 'ledger.db'), keys: join(folder, 'keys.db') },
    signingKey: join(folder, 'key'),
    origin: `lockstep.local/${example.charter.name}`,
    node: 'start',
    version: '0',
  })
  try {
    const guarded = journalOf(ledger)
    const attempts = await withRun(
      example,
      flaws,
      async ({ lab }) => {
        const tried: Attempt[] = []
        for (const finding of findings) {
          const { verdict, why, sent } = await verifyCase(lab, finding.proof.case, finding.proof.case)
          tried.push({ finding, verdict, said: refusalIn(sent) ?? why })
        }
        return tried
      },
      { guarded, seed: example.name },
    )
    await ledger.checkpoint()
    const { publicKey, reader } = ledger
    return { attempts, report: await verifyLedger({ items: readerItems(reader), publicKey }), publicKey }
  } finally {
    await ledger.close()
    await rm(folder, { recursive: true })
  }
}

/** The guard's reason in the last answer that carries one. */
function refusalIn(sent: Finding['proof']['transcript']): string | undefined {
  for (const { exchange } of sent.toReversed()) {
    const body: unknown = exchange.response?.json
    if (typeof body === 'object' && body !== null && 'code' in body && 'detail' in body && 'instance' in body)
      return `${exchange.response?.status} ${String(body.code)}: ${String(body.detail)}`
  }
  return undefined
}
