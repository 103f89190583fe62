/** Entries as OpenTelemetry log records, in the JSON encoding of OTLP: what an `/v1/logs` endpoint takes. */
import type { Entry } from '../entry.ts'
import { type EventSource, effectOf, type LedgerEvent, operationOf, principalOf } from './event.ts'
import { agentAttributes } from './gen-ai.ts'

/** A value in OTLP's JSON. */
type OtlpValue = { readonly stringValue: string } | { readonly intValue: string }

/** One named value. */
interface OtlpAttribute {
  readonly key: string
  readonly value: OtlpValue
}

/** One request to export logs. */
export interface OtlpLogs {
  readonly resourceLogs: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] }
    readonly scopeLogs: readonly {
      readonly scope: { readonly name: string; readonly version: string }
      readonly logRecords: readonly unknown[]
    }[]
  }[]
}

const info = 9
const warn = 13

/** Writes entries as one request to export logs. */
export function toOtlp(events: readonly LedgerEvent[], { origin, version }: EventSource): OtlpLogs {
  const resource = {
    attributes: attributesOf({
      'service.name': 'lockstep',
      'service.version': version,
      'lockstep.ledger.origin': origin,
    }),
  }
  const scopeLogs = [{ scope: { name: 'lockstep.ledger', version }, logRecords: events.map(toRecord) }]
  return { resourceLogs: [{ resource, scopeLogs }] }
}

function toRecord({ index, hash, entry }: LedgerEvent): unknown {
  const refused = ['deny', 'refused', 'unknown'].includes(effectOf(entry) ?? '')
  // Nanoseconds, as text: a number does not hold them.
  const timeUnixNano = `${Date.parse(entry.at)}000000`
  return {
    timeUnixNano,
    observedTimeUnixNano: timeUnixNano,
    severityNumber: refused ? warn : info,
    severityText: refused ? 'WARN' : 'INFO',
    eventName: `lockstep.${entry.kind}`,
    body: { stringValue: JSON.stringify(entry) },
    attributes: attributesOf({
      'lockstep.entry.index': index,
      'lockstep.entry.hash': hash.toString('hex'),
      'lockstep.effect': effectOf(entry),
      'lockstep.operation': operationOf(entry),
      'lockstep.call': entry.call,
      'lockstep.node': entry.node,
      'enduser.id': principalOf(entry)?.id,
      ...agentAttributes(entry),
      'http.response.status_code': statusOf(entry),
    }),
  }
}

function statusOf(entry: Entry): number | undefined {
  return 'status' in entry ? entry.status : undefined
}

function attributesOf(values: Readonly<Record<string, string | number | undefined>>): OtlpAttribute[] {
  return Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: anyValue(value) }],
  )
}

function anyValue(value: string | number): OtlpValue {
  return typeof value === 'string' ? { stringValue: value } : { intValue: String(value) }
}
