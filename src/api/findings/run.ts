/** A run of prove as it was reported. */
import { createHash } from 'node:crypto'
import type { FindingsFile } from '../../prove/report/json.ts'

/** One run. Times in milliseconds since 1970. */
export interface ProofRun {
  /** Sorts the latest first. */
  readonly id: string
  readonly startedAt: number
  readonly receivedAt: number
  /** Who reported it. */
  readonly by: string
  readonly charter: string
  /** Of the charter it was made with; empty when it was not told. */
  readonly version: string
  /** Addresses by source: `shop=https://shop.example`. */
  readonly target: string
  /** Of the source code, where it was told. */
  readonly commit: string
  readonly program: string
  readonly seed: string
  readonly requests: number
  readonly ms: number
  /** Why it ended before its plan did. */
  readonly partial?: string
  readonly notes: readonly string[]
  readonly findings: readonly string[]
  readonly cells: Readonly<Record<'proven' | 'held' | 'not-reached', number>>
}

/** What comes with a report beside its text. */
export interface Origin {
  readonly by: string
  readonly target?: string
  readonly commit?: string
  readonly version?: string
}

const mostNotes = 50

export function runOf(file: FindingsFile, { by, target, commit = '', version = '' }: Origin, now: number): ProofRun {
  const { startedAt, charter, seed, requests, ms, partial, notes, findings, cells, version: program } = file
  const at = Date.parse(startedAt)
  const count = (verdict: string): number => cells.filter((cell) => cell.verdict === verdict).length
  return {
    id: `${String(8_640_000_000_000_000 - at).padStart(16, '0')}-${digestOf(file)}`,
    startedAt: at,
    receivedAt: now,
    by,
    charter,
    version,
    target: target ?? targetOf(file),
    commit,
    program,
    seed,
    requests,
    ms,
    ...(partial === undefined ? {} : { partial }),
    notes: notes.slice(0, mostNotes),
    findings: findings.map(({ fingerprint }) => fingerprint),
    cells: { proven: count('proven'), held: count('held'), 'not-reached': count('not-reached') },
  }
}

/** Where the requests of the findings went; empty when there are none. */
function targetOf({ findings }: FindingsFile): string {
  const origins = findings.flatMap(({ proof }) =>
    proof.transcript.map(({ operation, request }) => {
      const source = operation.split('.')[0] ?? ''
      return `${source}=${URL.parse(request.url)?.origin ?? ''}`
    }),
  )
  return [...new Set(origins)].sort().join(' ')
}

function digestOf(file: FindingsFile): string {
  return createHash('sha256').update(JSON.stringify(file)).digest('hex').slice(0, 16)
}
