/** What of the record is told to people and systems elsewhere. Pure: the same entry always gives the same notice. */
import type { Entry } from '../../ledger/entry.ts'

/** What one may want to be told of. */
export const noticeKinds = ['approvals', 'findings', 'switches', 'doubts'] as const
export type NoticeKind = (typeof noticeKinds)[number]

/** One entry of the record, as it is told. Never arguments or answers: whoever is told fetches them with their own credential. */
export interface Notice {
  /** Its place in the ledger. */
  readonly index: number
  readonly at: number
  readonly kind: NoticeKind
  /** `hold.pending`, `switch.off`. */
  readonly type: string
  readonly subject: string
  /** What happened, in a sentence. */
  readonly says: string
  /** Where in the console it is. */
  readonly path: string
  readonly data: Readonly<Record<string, unknown>>
  /** Nobody has to do or know anything: told to programs, not to people. */
  readonly minor: boolean
  readonly operation?: string
  readonly hold?: string
  readonly workflow?: string
}

type Told = Pick<Notice, 'kind' | 'type' | 'subject' | 'says' | 'path' | 'data'> &
  Partial<Pick<Notice, 'minor' | 'operation' | 'hold' | 'workflow'>>

/** @returns undefined for what nobody is told. */
export function noticeOf(index: number, entry: Entry): Notice | undefined {
  const told = toldOf(entry)
  return told === undefined ? undefined : { minor: false, ...told, index, at: Date.parse(entry.at) }
}

/** What an entry that may be told has in its text; looking for it spares reading all others. */
export const mayBeTold: RegExp = /"kind":"(?:hold|approval|switch|act)"|"outcome":"unknown"/

function toldOf(entry: Entry): Told | undefined {
  switch (entry.kind) {
    case 'hold':
      return holdTold(entry)
    case 'approval':
      return approvalTold(entry)
    case 'switch': {
      const { of, name, effect, why, principal } = entry
      const by = principal.id ?? 'somebody'
      return {
        kind: 'switches',
        type: `switch.${effect}`,
        subject: `${of}/${name}`,
        says: `${by} switched ${of} ${name} ${effect === 'off' ? 'off' : 'on again'}: ${why}`,
        path: '/switches',
        data: { by, why },
        ...(of === 'workflow' ? { workflow: name } : {}),
        ...(of === 'operation' ? { operation: name } : {}),
      }
    }
    case 'outcome': {
      if (entry.outcome !== 'unknown') return undefined
      const { call = '', operation } = entry
      return {
        kind: 'doubts',
        type: 'doubt.open',
        subject: call,
        says: `nobody knows whether ${operation} took effect: its objects are kept until somebody says so`,
        path: '/switches?tab=doubts',
        data: { operation },
        operation,
      }
    }
    case 'act':
      return findingTold(entry)
    default:
      return undefined
  }
}

const holdWords: Readonly<Record<string, string>> = {
  pending: 'waits for approval',
  expired: 'was not approved in time',
  cancelled: 'waits no longer',
}

function holdTold(entry: Extract<Entry, { kind: 'hold' }>): Told {
  const { hold, state, operation, principal, approvals, expires } = entry
  const who = principal.id ?? 'somebody who is not signed in'
  const words = holdWords[state] ?? `is ${state}`
  return {
    kind: 'approvals',
    type: `hold.${state}`,
    subject: hold,
    says: `${operation} of ${who} ${words} (${approvals.join(', ')})`,
    path: `/approvals/${encodeURIComponent(hold)}`,
    data: { operation, principal: principal.id, approvals, expires },
    // What was answered is told by the answer itself.
    minor: state !== 'pending' && state !== 'expired',
    operation,
    hold,
  }
}

function approvalTold(entry: Extract<Entry, { kind: 'approval' }>): Told {
  const { approval, effect, principal, hold, why } = entry
  const by = principal.id ?? 'somebody'
  const verdict = effect === 'refused' ? 'refuse' : effect === 'revoked' ? 'withdraw' : hold ? 'approve' : 'standing'
  const words = {
    refuse: `refused ${approval}`,
    withdraw: `withdrew a standing grant of ${approval}`,
    approve: `approved ${approval}`,
    standing: `granted ${approval} for a class of calls`,
  }[verdict]
  return {
    kind: 'approvals',
    type: `approval.${verdict}`,
    subject: hold ?? approval,
    says: `${by} ${words}${why === undefined ? '' : `: ${why}`}`,
    path: hold === undefined ? '/approvals' : `/approvals/${encodeURIComponent(hold)}`,
    data: { approval, by, why },
    ...(hold === undefined ? {} : { hold }),
  }
}

/** What is done to findings is recorded as `finding-…`, of its fingerprint. */
function findingTold({ effect, of, principal, why }: Extract<Entry, { kind: 'act' }>): Told | undefined {
  if (!effect.startsWith('finding')) return undefined
  const done = effect.replaceAll('-', ' ')
  return {
    kind: 'findings',
    type: effect.replace('-', '.'),
    subject: of,
    says: `${done}: ${why ?? of}`,
    path: `/findings/${encodeURIComponent(of)}`,
    data: { by: principal.id, why },
  }
}
