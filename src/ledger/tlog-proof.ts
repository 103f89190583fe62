/** Proofs of one entry in a file, verifiable offline: C2SP tlog-proof v1. */
import { type CheckpointProblem, parseDecimal, type TreeHead, verifyCheckpoint } from './checkpoint.ts'
import { decodeBase64, type VerifierKey } from './note.ts'
import { verifyInclusion } from './proof.ts'
import { hashLeaf } from './tree.ts'

const header = 'c2sp.org/tlog-proof@v1'

/** What such a file holds. `entry` is the canonical text of the entry: the proof shows that it is the one that was recorded. */
export interface EntryProof {
  readonly index: number
  readonly entry: string
  readonly path: readonly Buffer[]
  readonly checkpoint: string
}

/** What verifying one file says. */
export type ProofVerdict =
  | { readonly holds: true; readonly index: number; readonly entry: string; readonly head: TreeHead }
  | { readonly holds: false; readonly problem: 'malformed' | 'not-included' | CheckpointProblem }

/** Writes the file; the entry travels in its `extra` line. */
export function formatProof({ index, entry, path, checkpoint }: EntryProof): string {
  const lines = [header, `extra ${Buffer.from(entry).toString('base64')}`, `index ${index}`]
  return [...lines, ...path.map((hash) => hash.toString('base64')), '', checkpoint].join('\n')
}

/** Verifies such a file with nothing but the ledger's public key. Without an entry in its `extra` line, `entry` must be given. */
export function verifyProof(file: string, key: VerifierKey, entry?: string): ProofVerdict {
  const parsed = parseProof(file)
  const text = entry ?? parsed?.entry
  if (parsed === undefined || text === undefined) return { holds: false, problem: 'malformed' }
  const head = verifyCheckpoint(parsed.checkpoint, key)
  if ('problem' in head) return { holds: false, problem: head.problem }
  const claim = { index: parsed.index, leafHash: hashLeaf(text), ...head }
  if (!verifyInclusion(claim, parsed.path)) return { holds: false, problem: 'not-included' }
  return { holds: true, index: parsed.index, entry: text, head }
}

interface ParsedProof {
  readonly index: number
  readonly entry: string | undefined
  readonly path: readonly Buffer[]
  readonly checkpoint: string
}

function parseProof(file: string): ParsedProof | undefined {
  const split = file.indexOf('\n\n')
  if (split < 0) return undefined
  const [first, ...lines] = file.slice(0, split).split('\n')
  const extra = lines[0]?.startsWith('extra ') ? lines.shift()?.slice('extra '.length) : undefined
  const index = parseDecimal(/^index (.*)$/.exec(lines.shift() ?? '')?.[1] ?? '')
  const path = lines.map(decodeBase64).filter((hash) => hash?.length === 32)
  if (first !== header || index === undefined || path.length !== lines.length) return undefined
  const known = path.filter((hash) => hash !== undefined)
  return { index, entry: extra && decodeBase64(extra)?.toString(), path: known, checkpoint: file.slice(split + 2) }
}
