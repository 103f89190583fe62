import { pipeline, type Readable, type Transform } from 'node:stream'
import { TextDecoder } from 'node:util'
import { createBrotliDecompress, createUnzip, createZstdDecompress } from 'node:zlib'
import { parseLosslessJson } from '../../wire/lossless-json.ts'
import type { HttpResponse } from './exchange.ts'

/** The head of an answer as node's and undici's clients give it. */
export interface ResponseHead {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** How much of a body is kept, and the clock that times it. */
export interface ReadOptions {
  readonly maxBodyBytes: number
  readonly now: () => number
  readonly startedAt: number
}

/**
 * Reads an answer to its end or to `maxBodyBytes`, whichever comes first; the rest is never read.
 *
 * SECURITY: the bound is on decompressed bytes and enforced while decompressing, so a small body cannot become a large one here.
 * Throws what the stream throws: a reset, an abort, bytes that are not the encoding they claim.
 */
export async function readResponse(head: ResponseHead, stream: Readable, options: ReadOptions): Promise<HttpResponse> {
  const headers = flattenHeaders(head.headers)
  const { bytes, truncated } = await readBounded(decode(stream, headers['content-encoding']), options.maxBodyBytes)
  const contentType = headers['content-type'] ?? ''
  const body = decodeText(bytes, contentType)
  const json = truncated || !mayBeJson(contentType, body) ? undefined : parseLosslessJson(body)
  const ms = options.now() - options.startedAt
  return { status: head.status, headers, body, json, ...(truncated ? { truncated } : {}), ms }
}

function flattenHeaders(headers: ResponseHead['headers']): Record<string, string> {
  const flat: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    // HTTP/2's pseudo-headers are not headers of the answer.
    if (value === undefined || name.startsWith(':')) continue
    const key = name.toLowerCase()
    flat[key] = typeof value === 'string' ? value : value.join(key === 'set-cookie' ? '\n' : ', ')
  }
  return flat
}

/** Encodings are listed in the order they were applied (RFC 9110 section 8.4); more than two are a trick and stay encoded. */
function decode(stream: Readable, contentEncoding = ''): Readable {
  const names = contentEncoding.split(',').map((name) => name.trim().toLowerCase())
  const decoders = names.reverse().map(decoderFor)
  if (decoders.length > 2) return stream
  return decoders.reduce<Readable>((current, decoder) => {
    if (decoder === undefined) return current
    // The callback only keeps pipeline from throwing: an error reaches the reader through the decoder it destroys.
    return pipeline(current, decoder, () => undefined)
  }, stream)
}

function decoderFor(encoding: string): Transform | undefined {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
    case 'deflate':
      return createUnzip()
    case 'br':
      return createBrotliDecompress()
    case 'zstd':
      return createZstdDecompress()
    default:
      return undefined
  }
}

async function readBounded(stream: Readable, maxBytes: number): Promise<{ bytes: Buffer; truncated: boolean }> {
  // Leaving the loop early destroys the stream, which some clients report as an error after nobody listens any more.
  stream.on('error', () => undefined)
  const chunks: Buffer[] = []
  let left = maxBytes
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk)
    chunks.push(bytes.subarray(0, left))
    if (bytes.length > left) return { bytes: Buffer.concat(chunks), truncated: true }
    left -= bytes.length
  }
  return { bytes: Buffer.concat(chunks), truncated: false }
}

function decodeText(bytes: Buffer, contentType: string): string {
  const charset = /charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1] ?? 'utf-8'
  // `stream` drops a character that the cut went through instead of replacing it.
  return textDecoder(charset).decode(bytes, { stream: true })
}

function textDecoder(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset)
  } catch {
    return new TextDecoder()
  }
}

function mayBeJson(contentType: string, body: string): boolean {
  if (/[/+]json\b/i.test(contentType)) return true
  return (contentType === '' || /^text\/plain\b/i.test(contentType)) && /^\s*[[{]/.test(body)
}
