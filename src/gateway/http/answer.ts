/** An answer of an API as the guard judges it. */
import { isUtf8 } from 'node:buffer'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib'
import type { Answer } from '../../guard/call.ts'
import { parseLosslessJson } from '../../wire/lossless-json.ts'
import { flatHeaders } from './headers.ts'
import type { AnswerHead } from './sending.ts'

type Decoder = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>

const decoders: Readonly<Record<string, Decoder>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
  // Some servers leave out the zlib wrapper that RFC 9110 asks for.
  deflate: (bytes, options) => promisify(inflate)(bytes, options).catch(() => promisify(inflateRaw)(bytes, options)),
}

/**
 * Reads an answer that came whole. Without `body` when it cannot be read: encoded in a way that is not known, larger than `maxBytes`
 * once decoded, or no JSON. An empty answer has the body null.
 */
export async function readAnswer(head: AnswerHead, bytes: Buffer, maxBytes: number): Promise<Answer> {
  const { status } = head
  const headers = flatHeaders(head.headers)
  if (bytes.length === 0) return { status, headers, body: null, text: '' }
  const plain = await decodeBytes(bytes, headers['content-encoding'], maxBytes)
  if (plain === undefined || !isUtf8(plain)) return { status, headers }
  const text = plain.toString('utf8')
  const body = parseLosslessJson(text)
  return { status, headers, text, ...(body === undefined ? {} : { body }) }
}

/** Undefined when it is encoded in a way that is not known, or larger than `maxBytes` once decoded. */
export async function decodeBytes(
  bytes: Buffer,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Buffer | undefined> {
  const name = encoding?.trim().toLowerCase() ?? 'identity'
  if (name === 'identity' || name === '') return bytes
  const decoder = Object.hasOwn(decoders, name) ? decoders[name] : undefined
  if (decoder === undefined) return undefined
  try {
    return await decoder(bytes, { maxOutputLength: maxBytes })
  } catch {
    return undefined
  }
}
