import { type EventSource, type LedgerEvent, operationOf, principalOf } from './event.ts'

/** An entry as a CloudEvent 1.0, structured JSON. `id` is its index: with `source` it names the entry for ever. */
export interface CloudEvent {
  readonly specversion: '1.0'
  readonly id: string
  readonly source: string
  readonly type: string
  readonly time: string
  readonly subject?: string
  readonly datacontenttype: 'application/json'
  readonly data: unknown
}

/** Writes an entry as a CloudEvent; its `data` is the entry itself, so that its leaf can be hashed again from its canonical form. */
export function toCloudEvent({ index, entry }: LedgerEvent, { origin }: EventSource): CloudEvent {
  const subject = entry.call ?? operationOf(entry) ?? principalOf(entry)?.id
  return {
    specversion: '1.0',
    id: String(index),
    // A URI reference: the origin is a URL without its scheme.
    source: `//${origin}`,
    type: `dev.lockstep.ledger.${entry.kind}.v1`,
    time: entry.at,
    ...(subject === undefined || subject === '' ? {} : { subject }),
    datacontenttype: 'application/json',
    data: entry,
  }
}
