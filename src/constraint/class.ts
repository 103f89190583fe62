import { agentClassIds, agentRows } from './agent-class.ts'

/**
 * What a proven abuse is called. Ids of other lists are those of the editions in `taxonomy.ts`; the mapping is ours where the list
 * gives none. `ids.cwe` has the primary one first: one that MITRE allows for findings.
 */
export interface FindingClass {
  readonly id: ClassId
  readonly title: string
  /** One sentence: what was possible. */
  readonly meaning: string
  /** What it is worth when nothing is known of the amounts and data at stake. */
  readonly severity: 'critical' | 'high' | 'medium' | 'low'
  readonly ids: Ids
}

interface Ids {
  readonly bla: readonly string[]
  readonly api: readonly string[]
  readonly asi: readonly string[]
  readonly cwe: readonly [string, ...string[]]
  readonly capec: readonly string[]
  readonly asvs: readonly string[]
  readonly oat: readonly string[]
  readonly wstg: readonly string[]
}

/** The closed list, in the order in which reports show them. */
export const classIds = [
  'step-skipped',
  'step-repeated',
  'replay',
  'steps-reordered',
  'direct-call',
  'forbidden-transition',
  'direct-status-write',
  'approval-missing',
  'approval-own',
  'approval-stale',
  'approval-changed',
  'approval-counted-twice',
  'separation-of-duties',
  'amount-tampering',
  'price-tampering',
  'quantity-tampering',
  'currency-tampering',
  'recipient-tampering',
  'rule-broken',
  'limit-split',
  'race',
  'hoarding',
  'use-before-payment',
  'use-before-verification',
  'trial-reuse',
  'use-after-end',
  'idempotency-missing',
  'bola-read',
  'bola-write',
  'bopla-read',
  'bopla-write',
  'bfla',
  'unauthenticated',
  'cross-tenant',
  'scope-exceeded',
  'weak-capability',
  'invariant-broken',
  'automation',
  ...agentClassIds,
] as const

export type ClassId = (typeof classIds)[number]

/** Title, severity, meaning and ids of a class. */
export type Row = readonly [title: string, severity: FindingClass['severity'], meaning: string, ids: string]

// One line of ids a class: numbers within each list, written `list numbers; list numbers`.
const step = 'cwe 841 696; capec 140; asvs 2.3.1; wstg 06'
const approval = 'bla 7 6; asi 9; cwe 841 862; asvs 2.3.5'
const tampering = 'bla 7; api 3; asi 2; cwe 472 602 1284 915; capec 162 77 153'

const rows: Readonly<Record<ClassId, Row>> = {
  'step-skipped': [
    'Step skipped',
    'high',
    'A later step took effect although an earlier one was left out.',
    `bla 7 4; api 6; asi 2; ${step}`,
  ],
  'step-repeated': [
    'Step repeated',
    'high',
    'A step that may take effect once took effect again.',
    'bla 8; asi 2; cwe 837; capec 60; asvs 2.3.2; wstg 05',
  ],
  replay: [
    'Request replayed',
    'high',
    'The same request sent again had a second effect.',
    'bla 8; asi 2; cwe 837 294; capec 60; asvs 2.3.2; wstg 05',
  ],
  'steps-reordered': [
    'Steps reordered',
    'medium',
    'Steps took effect in another order than the intended one.',
    'bla 4 7; asi 2; cwe 841 696; capec 140 74; asvs 2.3.1',
  ],
  'direct-call': [
    'Direct call',
    'high',
    'A call around the step that should lead to it took effect.',
    'bla 6 7; api 5 9; cwe 288 424 306; capec 179 554',
  ],
  'forbidden-transition': [
    'Forbidden state transition',
    'high',
    'An object moved to a state that its own state does not lead to.',
    'bla 4; cwe 841; capec 74; asvs 2.3.1',
  ],
  'direct-status-write': [
    'State written directly',
    'high',
    'A caller set the state of an object instead of going through the steps.',
    'bla 4 7; api 3; cwe 915 841; capec 74 77; asvs 2.3.1',
  ],
  'approval-missing': [
    'Approval missing',
    'high',
    'Something that needs an approval took effect without one.',
    approval,
  ],
  'approval-own': [
    'Approved by the requester',
    'high',
    'Somebody approved what they asked for themselves.',
    'bla 7 6; api 5; asi 9 3; cwe 863 654; capec 122; asvs 2.3.5',
  ],
  'approval-stale': [
    'Stale approval',
    'medium',
    'An approval that had expired, been revoked or been used still counted.',
    'bla 1 7; asi 9; cwe 672 613; asvs 2.3.5',
  ],
  'approval-changed': [
    'Changed after approval',
    'high',
    'What took effect is not what was approved.',
    'bla 7 9; asi 9; cwe 367 841 471; capec 29; asvs 2.3.5',
  ],
  'approval-counted-twice': [
    'Approval counted twice',
    'high',
    'One person made up the number of approvers that are needed.',
    'bla 7 8; asi 9; cwe 837 654; asvs 2.3.5',
  ],
  'separation-of-duties': [
    'Separation of duties broken',
    'high',
    'One person did two things that need two people.',
    'bla 6; api 5; asi 3; cwe 863 654; capec 122; asvs 2.3.5',
  ],
  'amount-tampering': ['Amount tampering', 'high', 'An amount the rules exclude was accepted.', tampering],
  'price-tampering': ['Price tampering', 'high', 'A caller decided what something costs.', tampering],
  'quantity-tampering': [
    'Quantity tampering',
    'medium',
    'A quantity the rules exclude was accepted.',
    'bla 7; api 3; asi 2; cwe 1284 472 602; capec 162 77 153',
  ],
  'currency-tampering': ['Currency tampering', 'high', 'Another currency than the agreed one was accepted.', tampering],
  'recipient-tampering': [
    'Recipient tampering',
    'critical',
    'A caller sent something to a recipient the rules exclude.',
    tampering,
  ],
  'rule-broken': [
    'Business rule broken',
    'medium',
    'A call that a rule of the process excludes took effect.',
    'bla 7; cwe 841 602; capec 153; asvs 2.3.2',
  ],
  'limit-split': [
    'Limit evaded in parts',
    'high',
    'Several calls together passed a limit that each of them kept.',
    'bla 10; api 6; asi 2; cwe 770 837 799; asvs 2.3.2',
  ],
  race: [
    'Race',
    'high',
    'Calls made at the same moment had more effect than one after the other.',
    'bla 9; asi 2; cwe 367 362 837; capec 26 29; asvs 2.3.3 2.3.4',
  ],
  hoarding: [
    'Hoarding',
    'medium',
    'One caller held back more of a limited stock than is meant for one.',
    'bla 10 1; api 6; cwe 799 770; oat 021; asvs 2.3.4 2.4.1',
  ],
  'use-before-payment': [
    'Use before payment',
    'high',
    'Something was delivered or unlocked that had not been paid.',
    'bla 7 4; api 6; cwe 841 696; capec 74; asvs 2.3.3',
  ],
  'use-before-verification': [
    'Use before verification',
    'medium',
    'Something was unlocked for somebody who had not been verified.',
    'bla 7 4; api 6; cwe 841 696; capec 74; asvs 2.3.1',
  ],
  'trial-reuse': [
    'Trial, coupon or benefit used again',
    'medium',
    'A benefit meant to be used once was used again.',
    'bla 8 1; api 6; cwe 837 672; capec 212; oat 019; asvs 2.3.2',
  ],
  'use-after-end': [
    'Use after the end',
    'medium',
    'Something that had ended, been cancelled or released could still be used.',
    'bla 1; cwe 672 613; capec 60',
  ],
  'idempotency-missing': [
    'Idempotency key not honoured',
    'high',
    'Two calls with the same idempotency key both had an effect.',
    'bla 8; cwe 837; capec 60; asvs 2.3.3',
  ],
  'bola-read': [
    "Another's object read",
    'high',
    'Somebody read an object that is not theirs.',
    'bla 6; api 1; asi 3; cwe 639 863; capec 122',
  ],
  'bola-write': [
    "Another's object changed",
    'critical',
    'Somebody changed an object that is not theirs.',
    'bla 6; api 1; asi 3; cwe 639 863; capec 122',
  ],
  'bopla-read': [
    'Protected field disclosed',
    'medium',
    'An answer held a field that its reader may not see.',
    'bla 5; api 3; cwe 213 359; capec 116',
  ],
  'bopla-write': [
    'Protected field written',
    'high',
    'A caller set a field that is not theirs to set.',
    'bla 6; api 3; cwe 915; capec 77',
  ],
  bfla: [
    "Another role's function used",
    'high',
    'Somebody used a function meant for another role.',
    'bla 6; api 5; asi 3; cwe 862 863; capec 1 58',
  ],
  unauthenticated: [
    'Used without signing in',
    'critical',
    'A function that needs a known caller worked without one.',
    'bla 6; api 2 5; cwe 306 862; capec 1',
  ],
  'cross-tenant': [
    'Across tenants',
    'critical',
    'Somebody reached an object of another tenant.',
    'bla 6; api 1; cwe 639 653; capec 122',
  ],
  'scope-exceeded': [
    'Scope exceeded',
    'high',
    'A token worked for something its scopes do not cover.',
    'bla 6; api 5 10; cwe 863 1220 266; capec 180',
  ],
  'weak-capability': [
    'Guessable capability',
    'high',
    'A key that entitles whoever holds it can be guessed or found.',
    'bla 6; api 1 2; cwe 639; capec 39',
  ],
  'invariant-broken': [
    'Invariant broken',
    'high',
    'Something that must be true at all times became false.',
    'bla 7; cwe 841 471; capec 74; asvs 2.3.3',
  ],
  automation: [
    'Automation of a sensitive flow',
    'medium',
    'A flow could be run faster than the process allows.',
    'bla 10; api 6; cwe 799 837; oat 006 013 005; asvs 2.4.1 2.4.2',
  ],
  ...agentRows,
}

const format: Readonly<Record<keyof Ids, (number: string) => string>> = {
  bla: (number) => `BLA${number}:2025`,
  api: (number) => `API${number}:2023`,
  asi: (number) => `ASI${number.padStart(2, '0')}:2026`,
  cwe: (number) => `CWE-${number}`,
  capec: (number) => `CAPEC-${number}`,
  asvs: (number) => `ASVS-5.0 ${number}`,
  oat: (number) => `OAT-${number}`,
  wstg: (number) => `WSTG-BUSL-${number}`,
}

function idsOf(text: string): Ids {
  const lists = new Map(
    text.split('; ').map((part): [string, string[]] => [part.split(' ')[0] ?? '', part.split(' ').slice(1)]),
  )
  const list = (name: keyof Ids): string[] => (lists.get(name) ?? []).map(format[name])
  const [primary = 'CWE-841', ...others] = list('cwe')
  return {
    bla: list('bla'),
    api: list('api'),
    asi: list('asi'),
    cwe: [primary, ...others],
    capec: list('capec'),
    asvs: list('asvs'),
    oat: list('oat'),
    wstg: list('wstg'),
  }
}

/** Every finding class by id. */
export const findingClasses: ReadonlyMap<ClassId, FindingClass> = new Map(
  classIds.map((id) => {
    const [title, severity, meaning, ids] = rows[id]
    return [id, { id, title, severity, meaning, ids: idsOf(ids) }]
  }),
)

/** The class with an id. */
export function findingClass(id: ClassId): FindingClass {
  const found = findingClasses.get(id)
  if (found === undefined) throw new TypeError(`no finding class ${id}`)
  return found
}
