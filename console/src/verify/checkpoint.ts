/** Signed tree heads: C2SP tlog-checkpoint in a C2SP signed-note, with Ed25519 by WebCrypto. */
import { type Bytes, decodeBase64, encodeText, hexOf, join, sha256 } from './bytes.ts'
import type { TreeHead } from './merkle.ts'

/** A ledger's public key. `text` is its printed form: `<name>+<id in hex>+<base64>`. */
export interface LedgerKey {
  readonly text: string
  readonly name: string
  readonly id: Bytes
  readonly key: Awaited<ReturnType<typeof crypto.subtle.importKey>>
}

/** Why a checkpoint is not to be believed. `origin`: of another ledger. */
export type CheckpointProblem = 'malformed' | 'unknown-key' | 'bad-signature' | 'origin'

/** Reads a public key; undefined when it is malformed, of another algorithm, or its id does not fit. */
export async function readKey(text: string): Promise<LedgerKey | undefined> {
  const [, name = '', id = '', encoded = ''] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/u.exec(text) ?? []
  const bytes = decodeBase64(encoded)
  if (bytes?.length !== 33 || bytes[0] !== 1) return undefined
  const own = (await sha256(join(encodeText(`${name}\n`), bytes))).slice(0, 4)
  if (hexOf(own) !== id) return undefined
  const key = await crypto.subtle.importKey('raw', bytes.slice(1), { name: 'Ed25519' }, false, ['verify'])
  return { text, name, id: own, key }
}

/** The tree head in a checkpoint, once its signature is verified. Signatures of others, and lines of extension, are ignored. */
export async function verifyCheckpoint(
  note: string,
  key: LedgerKey,
): Promise<TreeHead | { readonly problem: CheckpointProblem }> {
  const split = note.lastIndexOf('\n\n')
  const text = note.slice(0, split + 1)
  const signatures = signaturesOf(note.slice(split + 2))
  if (split < 0 || /[^\P{Cc}\n\x7f-\x9f]/u.test(text) || signatures === undefined) return { problem: 'malformed' }
  const ours = signatures.filter(({ name, id }) => name === key.name && hexOf(id) === hexOf(key.id))
  if (ours.length === 0) return { problem: 'unknown-key' }
  for (const { signature } of ours) {
    const holds = await crypto.subtle.verify({ name: 'Ed25519' }, key.key, signature, encodeText(text))
    if (!holds) return { problem: 'bad-signature' }
  }
  return headOf(text, key.name)
}

function headOf(text: string, name: string): TreeHead | { readonly problem: CheckpointProblem } {
  const [origin = '', digits = '', encoded = '', ...extensions] = text.slice(0, -1).split('\n')
  const root = decodeBase64(encoded)
  const size = readDecimal(digits)
  if (root?.length !== 32 || size === undefined || extensions.includes('')) return { problem: 'malformed' }
  return origin === name ? { size, root } : { problem: 'origin' }
}

interface Signature {
  readonly name: string
  readonly id: Bytes
  readonly signature: Bytes
}

function signaturesOf(block: string): readonly Signature[] | undefined {
  const lines = block.split('\n')
  if (lines.pop() !== '' || lines.length === 0 || lines.length > 100) return undefined
  const found = lines.map((line): Signature | undefined => {
    const [, name = '', encoded = ''] = /^— ([^+\s]+) (\S+)$/u.exec(line) ?? []
    const bytes = decodeBase64(encoded)
    return bytes === undefined || bytes.length < 5
      ? undefined
      : { name, id: bytes.slice(0, 4), signature: bytes.slice(4) }
  })
  const known = found.filter((each) => each !== undefined)
  return known.length === found.length ? known : undefined
}

/** A decimal without leading zeroes; undefined for anything else, and for what a number cannot hold exactly. */
export function readDecimal(digits: string): number | undefined {
  const value = Number(digits)
  return /^(0|[1-9]\d*)$/.test(digits) && Number.isSafeInteger(value) ? value : undefined
}
