import type { LedgerReader, SearchQuery } from '../storage/storage.ts'
import { toCloudEvent } from './cloudevents.ts'
import { type EventSource, type LedgerEvent, readEvents } from './event.ts'
import { exportLedger } from './ledger-file.ts'
import { toOcsf } from './ocsf.ts'
import { toOtlp } from './otlp.ts'

/** The forms a ledger goes out in: `ledger` is the one that can be verified, the others are for other systems. */
export const exportFormats = ['ledger', 'ocsf', 'cloudevents', 'otlp'] as const

/** One of them. */
export type ExportFormat = (typeof exportFormats)[number]

const perRequest = 500

/**
 * Writes entries out, oldest first, in pieces of whole lines. `ledger` is always whole; the others hold what the query finds.
 * OCSF and CloudEvents are one JSON text a line; OTLP is one request to export logs a line, of up to 500 records.
 */
export async function* exportEntries(
  reader: LedgerReader,
  format: ExportFormat,
  { query = {}, source }: { readonly query?: Omit<SearchQuery, 'order'>; readonly source: EventSource },
): AsyncGenerator<string> {
  if (format === 'ledger') return yield* exportLedger(reader)
  if (format === 'otlp') return yield* exportOtlp(readEvents(reader, query), source)
  const write = format === 'ocsf' ? toOcsf : toCloudEvent
  for await (const event of readEvents(reader, query)) yield `${JSON.stringify(write(event, source))}\n`
}

async function* exportOtlp(events: AsyncIterable<LedgerEvent>, source: EventSource): AsyncGenerator<string> {
  let batch: LedgerEvent[] = []
  for await (const event of events) {
    batch.push(event)
    if (batch.length < perRequest) continue
    yield `${JSON.stringify(toOtlp(batch, source))}\n`
    batch = []
  }
  if (batch.length > 0) yield `${JSON.stringify(toOtlp(batch, source))}\n`
}
