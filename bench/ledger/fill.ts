// The same rows as the writer makes, in large commits: a ledger of millions in a minute.
import { buildBatch } from '../../src/ledger/batch.ts'
import { signCheckpoint } from '../../src/ledger/checkpoint.ts'
import type { EntryDraft } from '../../src/ledger/entry.ts'
import type { LedgerOptions } from '../../src/ledger/ledger.ts'
import { parseLine, printLine } from '../../src/ledger/line.ts'
import { recordOf } from '../../src/ledger/record.ts'
import { openSigningKey, sealingSecret } from '../../src/ledger/signing-key.ts'
import { openStorage } from '../../src/ledger/storage/open.ts'
import { Frontier } from '../../src/ledger/tree.ts'

const perCommit = 20_000

/** Fills a new ledger with `count` entries, each made by `draft`. With `checkpoint`, one is signed over all of them. */
export async function fillLedger(
  { storage, signingKey, origin, node }: Pick<LedgerOptions, 'storage' | 'signingKey' | 'origin' | 'node'>,
  { count, draft, checkpoint = false }: { count: number; draft: (index: number) => EntryDraft; checkpoint?: boolean },
): Promise<void> {
  const engine = await openStorage(storage)
  const signer = openSigningKey(signingKey, origin, () => true)
  const trust = { secret: sealingSecret(signer), last: undefined }
  const rule = { node, content: 'full' as const, isSecret: () => false }
  const key = { id: 'AAAAAAAAAAAAAAAA', secret: Buffer.alloc(32) }
  for (let from = 0; from < count; from += perCommit) {
    const records = Array.from({ length: Math.min(perCommit, count - from) }, (_, at) =>
      recordOf(parseLine(printLine(draft(from + at))), rule, key),
    )
    await engine.append((head) => buildBatch(head, records, trust))
  }
  const head = await engine.head()
  if (checkpoint && head !== undefined) {
    const root = Frontier.parse(head.size, head.frontier).root()
    await engine.keepCheckpoint(head.size, signCheckpoint({ size: head.size, root }, signer))
  }
  await engine.close()
}
