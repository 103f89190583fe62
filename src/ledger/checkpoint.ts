/** Checkpoints (signed tree heads), C2SP tlog-checkpoint v1.0.0. */
import { decodeBase64, openNote, type SignerKey, signNote, type VerifierKey } from './note.ts'

/** The head of a tree: how many entries, and the root over them. */
export interface TreeHead {
  readonly size: number
  readonly root: Buffer
}

/** Why a checkpoint is not to be believed. `origin`: of another ledger. */
export type CheckpointProblem = 'malformed' | 'unknown-key' | 'bad-signature' | 'origin'

/** Signs a tree head. The origin is the name of the key. */
export function signCheckpoint({ size, root }: TreeHead, signer: SignerKey): string {
  return signNote(`${signer.name}\n${size}\n${root.toString('base64')}\n`, signer)
}

/** The tree head in a checkpoint, once its signature is verified. Extension lines are allowed and ignored. */
export function verifyCheckpoint(note: string, key: VerifierKey): TreeHead | { readonly problem: CheckpointProblem } {
  const opened = openNote(note, key)
  if ('problem' in opened) return opened
  const [origin = '', digits = '', encoded = '', ...extensions] = opened.text.slice(0, -1).split('\n')
  const root = decodeBase64(encoded)
  const size = parseDecimal(digits)
  if (root?.length !== 32 || size === undefined || extensions.includes('')) return { problem: 'malformed' }
  return origin === key.name ? { size, root } : { problem: 'origin' }
}

/** A decimal without leading zeroes; undefined for anything else, and for what a number cannot hold exactly. */
export function parseDecimal(digits: string): number | undefined {
  const value = Number(digits)
  return /^(0|[1-9]\d*)$/.test(digits) && Number.isSafeInteger(value) ? value : undefined
}

/** Splits a list of checkpoints, one after the other, as a file of them holds them. */
export function splitCheckpoints(list: string): string[] {
  const notes: string[] = []
  let lines: string[] = []
  for (const line of list.split('\n')) {
    // Signatures end a note: the next line that is neither one nor empty begins another.
    if (lines.some(isSignature) && !isSignature(line)) {
      notes.push(`${lines.join('\n')}\n`)
      lines = []
    }
    if (lines.length > 0 || line !== '') lines.push(line)
  }
  return lines.some((line) => line !== '') ? [...notes, lines.join('\n')] : notes
}

function isSignature(line: string): boolean {
  return line.startsWith('— ')
}
