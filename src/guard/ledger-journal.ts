/** Writes what the guard says into the ledger. */
import type { Principal } from '../charter/charter.ts'
import { personOf } from '../constraint/scope-key.ts'
import type { Content, DecisionBody, EntryDraft, ObjectName, PrincipalSummary } from '../ledger/entry.ts'
import type { Objects } from './gather.ts'
import type { DecisionEvent, GuardEvent, Journal, Recording, UndescribedRequest } from './journal.ts'
import type { RunEvent } from './run-record.ts'

/** Where entries go: the part of a ledger the guard uses. */
export interface EntrySink {
  append(draft: EntryDraft, options?: { readonly lingers?: boolean }): Promise<{ readonly index: number }>
}

/** A journal whose events are entries of a ledger. */
export function journalOf(ledger: EntrySink): Journal {
  // Nobody waits until it is on the record what became of a call.
  return { append: (event) => ledger.append(draftOf(event), { lingers: event.kind === 'outcome' }) }
}

/** Where no workflow asks for less, the rule of the ledger itself counts. */
const ruleOf = (recording: Recording): Pick<EntryDraft, 'record'> =>
  recording === 'full' ? {} : { record: recording === 'hash' ? 'keyed-hash' : 'redacted' }

/** One event as an entry. Pure. */
export function draftOf(event: GuardEvent): EntryDraft {
  const { at } = event
  switch (event.kind) {
    case 'decision':
      return decisionDraft(event, at)
    case 'outcome':
      return {
        kind: 'outcome',
        at,
        call: event.call,
        operation: event.operation,
        outcome: event.effect === 'in-doubt' ? 'unknown' : event.effect === 'effective' ? 'effective' : 'not-effective',
        ...ruleOf(event.recording),
        ...(event.status === undefined ? {} : { status: event.status }),
        ...whyOf(event.why ?? event.astray?.says),
        ...(event.astray === undefined ? {} : { astray: event.astray.object }),
        ...(event.run === undefined ? {} : { run: event.run }),
        ...(event.subject === undefined ? {} : { subject: event.subject }),
        ...(event.principal === undefined ? {} : { principal: { id: event.principal } }),
        ...(event.answer === undefined ? {} : { content: { answer: event.answer } }),
      }
    case 'hold':
      return {
        kind: 'hold',
        at,
        hold: event.hold,
        state: event.state,
        operation: event.operation,
        principal: named(event.principal),
        approvals: event.approvals,
        question: event.question,
        expires: new Date(event.expires).toISOString(),
        ...(event.call === undefined ? {} : { call: event.call }),
      }
    case 'approval':
      return {
        kind: 'approval',
        at,
        approval: event.approval,
        effect: event.verdict === 'refuse' ? 'refused' : event.verdict === 'withdraw' ? 'revoked' : 'granted',
        principal: named(event.by),
        ...(event.hold === undefined ? {} : { hold: event.hold }),
        ...(event.question === undefined ? {} : { question: event.question }),
        ...whyOf(standingWhy(event.grant, event.bound, event.why)),
      }
    case 'run':
      return {
        kind: 'run',
        at,
        of: event.of,
        name: event.name,
        effect: event.effect,
        principal: summaryOf(event.principal),
        ...subjectOf(event.principal),
        ...(event.workflow === undefined ? {} : { workflow: event.workflow }),
        ...(event.tools === undefined ? {} : { tools: event.tools }),
        ...(event.token === undefined ? {} : { token: event.token }),
        ...saidIn(event),
        ...whyOf(event.why),
      }
    case 'switch':
      return {
        kind: 'switch',
        at,
        of: event.switch.of,
        name: event.switch.name,
        effect: event.on ? 'on' : 'off',
        principal: named(event.switch.by),
        why: event.switch.why,
      }
    case 'settled':
      return {
        kind: 'settle',
        at,
        call: event.call,
        outcome: event.effect === 'effective' ? 'effective' : 'not-effective',
        principal: named(event.by),
        why: event.why,
      }
    case 'charter':
      return { kind: 'charter', at, charter: { name: event.name, digest: event.version }, effect: 'loaded' }
    case 'node':
      return { kind: 'start', at, origin: event.node, version: event.state }
    case 'sign-in':
      return {
        kind: 'sign-in',
        at,
        principal: named(event.principal),
        effect: event.accepted ? 'accepted' : 'refused',
        method: event.how ?? (event.door === 'call' ? 'request' : 'control'),
        ...(event.call === undefined ? {} : { call: event.call }),
        ...whyOf(event.why),
      }
    case 'act':
      return {
        kind: 'act',
        at,
        effect: event.effect,
        of: event.of,
        principal: named(event.principal),
        ...whyOf(event.why),
      }
    case 'undescribed':
      return { ...undescribedDraft(event), at, charter: event.charter }
  }
}

const wordsFor = {
  new: 'nobody approved the tool',
  changed: 'the server describes the tool in another way than it was approved',
  suspicious: 'what is said of the tool looks like an attack',
} as const

/** A decision about no operation: none of the charter's is called `undescribed`, they all have a source before their name. */
function undescribedDraft({ call, method, path, passed, principal, tool }: UndescribedRequest): Omit<
  DecisionBody,
  'charter'
> & {
  readonly call: string
  readonly content: Content
  readonly subject?: string
} {
  const says = tool === undefined ? 'no description has this method and path' : wordsFor[tool.kind]
  return {
    kind: 'decision',
    call,
    operation: 'undescribed',
    principal: principal === undefined ? {} : summaryOf(principal),
    effect: passed ? 'allow' : 'deny',
    reasons: passed ? [] : [{ constraint: 'undescribed', kind: 'undescribed', outcome: 'broken', says }],
    mode: 'enforce',
    reserved: false,
    content: {
      request: { method, path, ...(tool === undefined ? {} : { tool }) },
      ...(principal === undefined ? {} : { principal }),
    },
    ...(principal === undefined ? {} : subjectOf(principal)),
  }
}

function decisionDraft(event: DecisionEvent, at: number): EntryDraft {
  const { call, operation, use, workflow, mode, effect, request, objects, reasons, obligations } = event
  return {
    kind: 'decision',
    at,
    call,
    operation,
    principal: summaryOf(event.principal),
    effect,
    reasons,
    charter: event.charter,
    mode,
    reserved: event.marks.length > 0 || effect === 'allow' || effect === 'modify',
    objects: namesOf(objects),
    obligations,
    ...ruleOf(event.recording),
    content: {
      request,
      objects,
      facts: factsBeside(objects, event.facts),
      principal: event.principal,
      ...(event.run === undefined ? {} : { run: event.run }),
    },
    ...(event.run === undefined ? {} : { run: event.run.id }),
    ...subjectOf(event.principal),
    ...(use === undefined ? {} : { use }),
    ...(workflow === undefined ? {} : { workflow }),
  }
}

/** The objects are kept once, beside what was counted, remembered and granted. */
function factsBeside(objects: Objects, facts: unknown): unknown {
  if (typeof facts !== 'object' || facts === null || !('objects' in facts) || facts.objects !== objects) return facts
  const { objects: _, ...others } = facts
  return others
}

/** Whose key seals what is private: the person an agent acts for, not the agent. */
export function subjectOf(principal: Principal): { readonly subject?: string } {
  const { id } = personOf(principal)
  return id === undefined ? {} : { subject: id }
}

function summaryOf({ id, kind, tenant, roles, actors, chain }: Principal): PrincipalSummary {
  return {
    ...(id === undefined ? {} : { id }),
    ...(kind === undefined ? {} : { kind }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(roles === undefined ? {} : { roles }),
    ...(actors === undefined ? {} : { actors }),
    ...(chain === undefined ? {} : { actsFor: chain.map((each) => each.id ?? '') }),
  }
}

function namesOf({ object, ...others }: Objects): readonly ObjectName[] {
  return [object, ...Object.values(others)].flatMap((fact) => {
    if (fact === null || fact === undefined) return []
    const { type, key, state } = fact
    return [{ type, key, ...(state === undefined ? {} : { state }) }]
  })
}

function named(id: string | undefined): PrincipalSummary {
  return id === undefined ? {} : { id }
}

/** A standing grant is named with what it covers, so that its uses and its end can be told. */
function standingWhy(grant: string | undefined, bound: unknown, why: string | undefined): string | undefined {
  if (grant === undefined) return why
  const covered = bound === undefined ? '' : `: ${JSON.stringify(bound)}`
  return `standing ${grant}${covered}${why === undefined ? '' : `; ${why}`}`
}

/** The user's own words. */
function saidIn({ purpose, words }: RunEvent): { content?: Content } {
  if (purpose === undefined && words === undefined) return {}
  return {
    content: { request: { ...(purpose === undefined ? {} : { purpose }), ...(words === undefined ? {} : { words }) } },
  }
}

function whyOf(why: string | undefined): { why?: string } {
  return why === undefined ? {} : { why }
}
