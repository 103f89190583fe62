/** The proof of one entry: C2SP tlog-proof, verified step by step so that every step can be shown. */
import { areEqual, type Bytes, decodeBase64, decodeText } from './bytes.ts'
import { type CheckpointProblem, type LedgerKey, readDecimal, verifyCheckpoint } from './checkpoint.ts'
import { climb, hashLeaf, type TreeHead } from './merkle.ts'

/**
 * What verifying says, with what was computed.
 *
 * - `other-place`: the proof is of another entry than the one that was asked for.
 * - `other-text`: the text in the proof is not the text that is shown.
 * - `not-included`: entry and path do not lead to the root that was signed.
 */
export type ProofVerdict =
  | { readonly holds: true; readonly leaf: Bytes; readonly steps: number; readonly head: TreeHead }
  | {
      readonly holds: false
      readonly problem: 'malformed' | 'other-place' | 'other-text' | 'not-included' | CheckpointProblem
    }

/** Verifies that `text` is entry `index` of the ledger with this key. */
export async function verifyEntry(
  file: string,
  key: LedgerKey,
  { index, text }: { readonly index: number; readonly text: string },
): Promise<ProofVerdict> {
  const parsed = parseProof(file)
  if (parsed === undefined) return { holds: false, problem: 'malformed' }
  if (parsed.index !== index) return { holds: false, problem: 'other-place' }
  if (parsed.text !== undefined && parsed.text !== text) return { holds: false, problem: 'other-text' }
  const head = await verifyCheckpoint(parsed.checkpoint, key)
  if ('problem' in head) return { holds: false, problem: head.problem }
  const leaf = await hashLeaf(text)
  const root = await climb({ index, size: head.size, leaf }, parsed.path)
  if (root === undefined || !areEqual(root, head.root)) return { holds: false, problem: 'not-included' }
  return { holds: true, leaf, steps: parsed.path.length, head }
}

interface ParsedProof {
  readonly index: number
  readonly text: string | undefined
  readonly path: readonly Bytes[]
  readonly checkpoint: string
}

function parseProof(file: string): ParsedProof | undefined {
  const split = file.indexOf('\n\n')
  const [first, ...lines] = file.slice(0, Math.max(split, 0)).split('\n')
  const extra = lines[0]?.startsWith('extra ') ? decodeBase64(lines.shift()?.slice('extra '.length) ?? '') : 'none'
  const index = readDecimal(/^index (.*)$/.exec(lines.shift() ?? '')?.[1] ?? '')
  const path = lines.map(decodeBase64).filter((hash) => hash?.length === 32)
  const known = path.filter((hash) => hash !== undefined)
  if (first !== 'c2sp.org/tlog-proof@v1' || index === undefined || known.length !== lines.length) return undefined
  const text = extra === 'none' || extra === undefined ? undefined : decodeText(extra)
  if (extra !== 'none' && text === undefined) return undefined
  return { index, text, path: known, checkpoint: file.slice(split + 2) }
}
