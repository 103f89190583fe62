/**
 * Entries as OCSF 1.8 events: calls as API Activity (6003) under the profile security_control, approvals as Authorize Session (3003),
 * switches, charters, erasures and secrets as Entity Management (3004), signing in as Authentication (3002), a node's start as Application
 * Lifecycle (6002).
 */
import type { Entry, PrincipalSummary } from '../entry.ts'
import { type EventSource, effectOf, type LedgerEvent, operationOf, principalOf } from './event.ts'

/** One event; its members are those of its class. */
export type OcsfEvent = Readonly<Record<string, unknown>>

interface Classification {
  readonly class: number
  readonly category: number
  readonly activity: number
  readonly members?: OcsfEvent
}

const other = 99
/** Create, update, delete, enable, disable. */
const secretActivities: Readonly<Record<string, number>> = {
  set: 1,
  rotated: 3,
  scoped: 3,
  rekeyed: 3,
  deleted: 4,
  destroyed: 4,
  enabled: 8,
  disabled: 9,
}
const actions: Readonly<Record<string, readonly [action: number, disposition: number]>> = {
  allow: [1, 1],
  modify: [1, 1],
  deny: [2, 2],
  ask: [2, 14],
  defer: [2, 14],
}

/** Writes an entry as an OCSF 1.8 event. `metadata.uid` is its index, `raw_data_hash` the hash of its leaf. */
export function toOcsf(event: LedgerEvent, source: EventSource): OcsfEvent {
  const { index, hash, entry } = event
  const { class: uid, category, activity, members } = classify(entry)
  const failed = ['deny', 'refused', 'not-effective'].includes(effectOf(entry) ?? '')
  const unknown = effectOf(entry) === 'unknown'
  return {
    class_uid: uid,
    category_uid: category,
    activity_id: activity,
    type_uid: uid * 100 + activity,
    time: Date.parse(entry.at),
    severity_id: failed ? 2 : 1,
    status_id: unknown ? 0 : failed ? 2 : 1,
    ...('status' in entry && entry.status !== undefined ? { status_code: String(entry.status) } : {}),
    ...('why' in entry && entry.why !== undefined ? { status_detail: entry.why } : {}),
    ...members,
    metadata: {
      version: '1.8.0',
      uid: String(index),
      product: { name: 'Lockstep', vendor_name: 'Lockstep', version: source.version },
      log_name: source.origin,
      ...(uid === 6003 ? { profiles: ['security_control'] } : {}),
      ...(entry.call === undefined ? {} : { correlation_uid: entry.call }),
    },
    raw_data_hash: { algorithm_id: 3, algorithm: 'SHA-256', value: hash.toString('hex') },
    unmapped: { node: entry.node, kind: entry.kind },
  }
}

const runActivities = { started: 1, delegated: 3, renewed: 3, told: 3, ended: 4, revoked: 9 } as const

function classify(entry: Entry): Classification {
  switch (entry.kind) {
    case 'decision':
    case 'outcome':
    case 'hold':
    case 'settle':
      return { class: 6003, category: 6, activity: other, members: apiActivity(entry) }
    case 'approval':
      return {
        class: 3003,
        category: 3,
        activity: entry.effect === 'granted' ? 1 : other,
        members: authorization(entry),
      }
    case 'sign-in':
      return {
        class: 3002,
        category: 3,
        activity: 1,
        members: { user: userOf(entry.principal), auth_protocol: entry.method },
      }
    case 'switch':
      return {
        class: 3004,
        category: 3,
        activity: entry.effect === 'off' ? 9 : 8,
        members: managed(entry, entry.of, entry.name),
      }
    case 'run':
      return {
        class: 3004,
        category: 3,
        activity: runActivities[entry.effect],
        members: managed(entry, entry.of, entry.name),
      }
    case 'charter':
      return { class: 3004, category: 3, activity: 3, members: managed(entry, 'charter', entry.charter.name) }
    case 'erase':
      return { class: 3004, category: 3, activity: 4, members: managed(entry, 'keys', entry.keys.join(',')) }
    case 'prune':
      return { class: 3004, category: 3, activity: 4, members: managed(entry, 'entries', `0-${entry.upTo - 1}`) }
    case 'act':
      return { class: 3004, category: 3, activity: 3, members: managed(entry, 'console', entry.of) }
    case 'secret':
      return {
        class: 3004,
        category: 3,
        activity: secretActivities[entry.effect] ?? other,
        members: managed(entry, 'secret', entry.secret),
      }
    case 'secret-use':
      return { class: 3004, category: 3, activity: 2, members: managed(entry, 'secret', entry.secrets.join(',')) }
    case 'start':
      return { class: 6002, category: 6, activity: 3, members: { app: { name: 'Lockstep', version: entry.version } } }
  }
}

function apiActivity(entry: Entry): OcsfEvent {
  const [action, disposition] = actions[entry.kind === 'hold' ? 'ask' : (effectOf(entry) ?? '')] ?? [0, 0]
  const decides = entry.kind === 'decision'
  return {
    activity_name: entry.kind,
    actor: actorOf(entry),
    // Required by the class; the ledger keeps no addresses, so that it says who asked instead.
    src_endpoint: { uid: principalOf(entry)?.id ?? 'unknown', type_id: 0 },
    api: {
      operation: operationOf(entry) ?? 'unknown',
      ...(entry.call === undefined ? {} : { request: { uid: entry.call } }),
    },
    ...(action === 0 ? {} : { action_id: action, disposition_id: disposition }),
    ...(decides
      ? { authorizations: authorizationsOf(entry), policy: { name: entry.charter.name, uid: entry.charter.digest } }
      : {}),
    ...(decides && entry.objects !== undefined
      ? { resources: entry.objects.map(({ type, key }) => ({ type, uid: key })) }
      : {}),
  }
}

function authorizationsOf(entry: Extract<Entry, { readonly kind: 'decision' }>): OcsfEvent[] {
  return entry.reasons.map(({ constraint, says }) => ({
    decision: entry.effect,
    policy: { uid: constraint, ...(says === undefined ? {} : { desc: says }) },
  }))
}

function authorization(entry: Extract<Entry, { readonly kind: 'approval' }>): OcsfEvent {
  const session = { uid: entry.hold ?? entry.question ?? entry.approval }
  return {
    activity_name: entry.effect,
    user: userOf(entry.principal),
    actor: actorOf(entry),
    session,
    privileges: [entry.approval],
  }
}

function managed(entry: Entry, type: string, name: string): OcsfEvent {
  return {
    activity_name: `${entry.kind} ${effectOf(entry) ?? ''}`.trim(),
    actor: actorOf(entry),
    entity: { type, name, uid: name },
  }
}

function actorOf(entry: Entry): OcsfEvent {
  const principal = principalOf(entry)
  return principal === undefined ? { app_name: 'Lockstep' } : { user: userOf(principal) }
}

function userOf({ id, kind, tenant, roles }: PrincipalSummary): OcsfEvent {
  return {
    uid: id ?? 'anonymous',
    type: kind ?? 'Unknown',
    type_id: kind === 'user' ? 1 : kind === undefined ? 0 : other,
    ...(tenant === undefined ? {} : { org: { uid: tenant } }),
    ...(roles === undefined ? {} : { groups: roles.map((name) => ({ name, type: 'role' })) }),
  }
}
