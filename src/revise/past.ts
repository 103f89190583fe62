/** Entries of a ledger as a simulation reads them. */
import { secretHeaderTest } from '../ledger/content.ts'
import type { Content, Entry } from '../ledger/entry.ts'
import {
  isFacts,
  isObjects,
  isPrincipal,
  isRequest,
  type Recorded,
  type RecordedContent,
  type RecordedDecision,
  type RecordedOutcome,
  type Unreadable,
} from '../simulate/recorded.ts'

/** A ledger to read the past from. */
export interface PastSource {
  /** Oldest first, without those whose text is gone. */
  events(): AsyncIterable<{ readonly index: number; readonly entry: Entry }>
  /** The private part of an entry; undefined when there is none, or nobody can read it here. */
  content(entry: Entry): Promise<Content | undefined>
}

/** Whether the first text of the ledger is not its first entry: what was pruned may still count. */
export async function beginsLate(source: PastSource): Promise<boolean> {
  for await (const { index } of source.events()) return index !== 0
  return false
}

/** The past a ledger tells, oldest first. */
export async function* recordedPast(source: PastSource): AsyncGenerator<Recorded> {
  for await (const { entry } of source.events()) {
    const { call } = entry
    if (call === undefined) continue
    // No request of the charter's: nothing to decide again.
    if (entry.kind === 'decision' && entry.operation === 'undescribed') continue
    const at = Date.parse(entry.at)
    if (entry.kind === 'decision') yield decisionOf(entry, call, at, await contentOf(source, entry))
    else if (entry.kind === 'outcome') yield await outcomeOf(source, entry, call, at)
    else if (entry.kind === 'settle')
      yield { kind: 'settled', call, at, effect: entry.outcome === 'effective' ? 'effective' : 'released' }
  }
}

type DecisionEntry = Extract<Entry, { kind: 'decision' }>
type OutcomeEntry = Extract<Entry, { kind: 'outcome' }>

function decisionOf(
  entry: DecisionEntry,
  call: string,
  at: number,
  content: RecordedDecision['content'],
): RecordedDecision {
  const reasons = entry.reasons.map(({ constraint, says = constraint }) => ({ constraint, says }))
  return {
    kind: 'decision',
    call,
    at,
    operation: entry.operation,
    effect: entry.effect,
    mode: entry.mode === 'observe' ? 'observe' : 'enforce',
    reasons,
    obligations: entry.obligations ?? [],
    switchedOff: reasons.some(
      ({ constraint, says }) => constraint === 'not-permitted' && says.includes('is switched off'),
    ),
    content,
    ...(entry.principal.id === undefined ? {} : { principal: entry.principal.id }),
  }
}

async function contentOf(
  source: PastSource,
  entry: DecisionEntry,
): Promise<RecordedContent | { unreadable: Unreadable }> {
  if (entry.sealed === undefined) return { unreadable: 'not-kept' }
  const content = await source.content(entry)
  if (content === undefined) return { unreadable: 'erased' }
  if (isRedacted(content)) return { unreadable: 'redacted' }
  const { request, principal, objects = {}, facts } = content
  if (!isRequest(request) || !isPrincipal(principal) || !isObjects(objects)) return { unreadable: 'not-kept' }
  const known: unknown = typeof facts === 'object' ? { objects, ...facts } : undefined
  return { request, principal, objects, ...(isFacts(known) ? { facts: known } : {}) }
}

async function outcomeOf(source: PastSource, entry: OutcomeEntry, call: string, at: number): Promise<RecordedOutcome> {
  const content = await source.content(entry)
  const answer = content === undefined || isRedacted(content) ? undefined : content.answer
  const effect = entry.outcome === 'unknown' ? 'in-doubt' : entry.outcome === 'effective' ? 'effective' : 'released'
  return {
    kind: 'outcome',
    call,
    at,
    effect,
    ...(entry.status === undefined ? {} : { status: entry.status }),
    ...(answer === undefined ? {} : { answer }),
  }
}

const typeNames: ReadonlySet<unknown> = new Set(['string', 'number', 'boolean', 'null', 'undefined'])

/** Redacted content has the names of types for values, everywhere. */
function isRedacted(content: Content): boolean {
  const leaves = leavesOf(content)
  return leaves.length > 0 && leaves.every((leaf) => typeNames.has(leaf))
}

function leavesOf(value: unknown): readonly unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [value]
}

/** Headers the record never has, so that rules about them cannot be held against it. */
export const isNeverRecorded: (name: string) => boolean = secretHeaderTest([])
