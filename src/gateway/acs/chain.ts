/** The audit chain of a session (ACS section 8.2), of which each answer publishes the head. */
import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { AcsRequest } from './envelope.ts'

/** One entry without its hashes; made of the request alone, so that whoever saw the traffic can make it again. */
export interface ContextEntry {
  readonly entry_id: string
  readonly step_id: string
  readonly step_type: string
  readonly request_hash: string
  readonly timestamp: string
  readonly turn_id?: string
}

/** @param params - The parameters as they came, parsed as plain JSON. */
export function entryOf(
  { method, params: { request_id, timestamp, metadata } }: AcsRequest,
  params: unknown,
): ContextEntry {
  const { turn_id } = metadata
  return {
    entry_id: request_id,
    step_id: request_id,
    step_type: method,
    request_hash: createHash('sha256')
      .update(canonicalize(params) ?? '')
      .digest('hex'),
    timestamp,
    ...(turn_id === undefined ? {} : { turn_id }),
  }
}

/** The head after an entry: SHA-256 over its canonical form and the raw bytes of the head before it. */
export function headAfter(before: string | undefined, entry: ContextEntry): string {
  return createHash('sha256')
    .update(canonicalize(entry) ?? '')
    .update(Buffer.from(before ?? '', 'hex'))
    .digest('hex')
}
