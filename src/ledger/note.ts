/** Signed notes with Ed25519, C2SP signed-note v1.0.0. */
import { createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto'

const ed25519 = Uint8Array.of(1)
const maxSignatures = 100

/** What a reader of notes trusts: a name, and the key that goes with it. */
export interface VerifierKey {
  readonly name: string
  readonly id: number
  readonly key: KeyObject
}

/** The private half. */
export interface SignerKey {
  readonly name: string
  readonly privateKey: KeyObject
}

/** Why a note is not to be believed, or the text that is. Unknown signatures are ignored, as the specification demands. */
export type OpenedNote = { readonly text: string } | { readonly problem: 'malformed' | 'unknown-key' | 'bad-signature' }

/** Writes a public key as `<name>+<id in hex>+<base64>`. */
export function formatVerifierKey({ name, privateKey }: SignerKey): string {
  const raw = rawPublicKey(createPublicKey(privateKey))
  return `${name}+${hex(keyId(name, raw))}+${Buffer.concat([ed25519, raw]).toString('base64')}`
}

/** Reads a public key; undefined when it is malformed, of another algorithm, or its id does not fit. */
export function parseVerifierKey(text: string): VerifierKey | undefined {
  const [, name = '', id = '', encoded = ''] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/u.exec(text) ?? []
  const bytes = decodeBase64(encoded)
  if (bytes?.length !== 33 || bytes[0] !== 1) return undefined
  const raw = bytes.subarray(1)
  if (hex(keyId(name, raw)) !== id) return undefined
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' })
  return { name, id: keyId(name, raw), key }
}

/** Signs a text, which ends in a newline and has no other control characters. */
export function signNote(text: string, signer: SignerKey): string {
  if (!isNoteText(text)) throw new TypeError('the text of a note ends in a newline and has no other control characters')
  if (!isKeyName(signer.name)) throw new TypeError(`\`${signer.name}\` is no name of a key: no spaces, no plus`)
  const id = Buffer.alloc(4)
  id.writeUInt32BE(keyId(signer.name, rawPublicKey(createPublicKey(signer.privateKey))))
  const signature = sign(null, Buffer.from(text), signer.privateKey)
  return `${text}\n— ${signer.name} ${Buffer.concat([id, signature]).toString('base64')}\n`
}

/** Opens a note with one trusted key. */
export function openNote(note: string, key: VerifierKey): OpenedNote {
  const split = note.lastIndexOf('\n\n')
  const text = note.slice(0, split + 1)
  const signatures = parseSignatures(note.slice(split + 2))
  if (split < 0 || !isNoteText(text) || signatures === undefined) return { problem: 'malformed' }
  const ours = signatures.filter(({ name, bytes }) => name === key.name && bytes.readUInt32BE() === key.id)
  if (ours.length === 0) return { problem: 'unknown-key' }
  const bytes = Buffer.from(text)
  return ours.every((each) => verify(null, bytes, key.key, each.bytes.subarray(4)))
    ? { text }
    : { problem: 'bad-signature' }
}

/** Strict standard base64; undefined for anything else. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

interface Signature {
  readonly name: string
  readonly bytes: Buffer
}

function parseSignatures(block: string): Signature[] | undefined {
  const lines = block.split('\n')
  if (lines.pop() !== '' || lines.length === 0 || lines.length > maxSignatures) return undefined
  const signatures = lines.map(parseSignature).filter((signature) => signature !== undefined)
  return signatures.length === lines.length ? signatures : undefined
}

function parseSignature(line: string): Signature | undefined {
  const [, name = '', encoded = ''] = /^— (\S+) (\S+)$/u.exec(line) ?? []
  const bytes = decodeBase64(encoded)
  return isKeyName(name) && bytes !== undefined && bytes.length >= 5 ? { name, bytes } : undefined
}

function isNoteText(text: string): boolean {
  return text.endsWith('\n') && !/[^\P{Cc}\n\x7f-\x9f]/u.test(text)
}

function isKeyName(name: string): boolean {
  return /^[^+\s]+$/u.test(name)
}

function keyId(name: string, raw: Uint8Array): number {
  return hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), ed25519, raw]), 'buffer').readUInt32BE()
}

function rawPublicKey(key: KeyObject): Buffer {
  const { x = '' } = key.export({ format: 'jwk' })
  return Buffer.from(x, 'base64url')
}

function hex(id: number): string {
  return id.toString(16).padStart(8, '0')
}
