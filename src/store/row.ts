// What both engines hand back for one row, and how it becomes what the guard keeps. SQLite has no booleans, and JSON is text in both.
import type { ObjectFact, Principal } from '../charter/charter.ts'
import type { PastUse } from '../constraint/facts.ts'
import type {
  CallState,
  Hold,
  HoldState,
  Kept,
  Lease,
  Repeat,
  RunState,
  SeenEntry,
  StoredCall,
  StoredGrant,
  StoredRun,
  TrackedObject,
} from '../guard/store.ts'

export interface LeaseRow {
  readonly call: string
  readonly shared: boolean | 0 | 1
}

export interface ObjectRow {
  readonly version: number
  readonly seenAt: number
  readonly fact: string
}

export interface SeenRow {
  readonly number: number
  readonly entry: string
}

export interface UseRow {
  readonly operation: string
  readonly principal: string | null
  readonly at: number
}

export interface GrantRow {
  readonly id: string
  readonly approval: string
  readonly by: string
  readonly at: number
  readonly value: string
  readonly revoked: boolean | 0 | 1
  readonly objectType: string | null
  readonly objectKey: string | null
  readonly question: string | null
  readonly bound: string | null
  readonly expires: number | null
}

export interface CallRow {
  readonly id: string
  readonly node: string
  readonly state: CallState
  readonly operation: string
  readonly principal: string | null
  readonly at: number
  readonly detail: string
}

export interface RepeatRow {
  readonly key: string
  readonly digest: string
  readonly call: string
  readonly at: number
  readonly answer: string | null
}

export interface HoldRow {
  readonly id: string
  readonly state: HoldState
  readonly question: string
  readonly group: string
  readonly at: number
  readonly expires: number
  readonly detail: string
}

export interface RunRow {
  readonly id: string
  readonly holder: string
  readonly state: RunState
  readonly at: number
  readonly expires: number
  readonly detail: string
}

export interface KeptRow {
  readonly name: string
  readonly holder: string
  readonly expires: number
  readonly content: string
}

/** Text of any JSON value; what JSON has no word for becomes null. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value) ?? 'null'
}

export function leaseOf(row: LeaseRow): Lease {
  return { call: row.call, shared: Boolean(row.shared) }
}

export function objectOf(row: ObjectRow): TrackedObject {
  const fact: ObjectFact = JSON.parse(row.fact)
  return { ...fact, version: row.version, seenAt: row.seenAt }
}

/** The part of a tracked object that is kept as one text; version and time have columns of their own. */
export function factText(object: Omit<TrackedObject, 'version'>): string {
  const { seenAt: _, ...fact } = object
  return jsonText(fact)
}

export function useOf(row: UseRow): PastUse {
  return { operation: row.operation, at: row.at, ...(row.principal === null ? {} : { principal: row.principal }) }
}

export function grantOf(row: GrantRow): StoredGrant {
  const by: Principal = JSON.parse(row.by)
  const { objectType: type, objectKey: key } = row
  return {
    id: row.id,
    approval: row.approval,
    by,
    at: row.at,
    value: JSON.parse(row.value),
    revoked: Boolean(row.revoked),
    ...(type === null || key === null ? {} : { object: { type, key } }),
    ...(row.question === null ? {} : { question: row.question }),
    ...(row.bound === null ? {} : { bound: JSON.parse(row.bound) }),
    ...(row.expires === null ? {} : { expires: row.expires }),
  }
}

export function callOf(row: CallRow): StoredCall {
  const { principal, detail, ...rest } = row
  return { ...rest, detail: JSON.parse(detail), ...(principal === null ? {} : { principal }) }
}

export function repeatOf(row: RepeatRow): Repeat {
  const { answer, ...rest } = row
  return { ...rest, ...(answer === null ? {} : { answer: JSON.parse(answer) }) }
}

export function holdOf(row: HoldRow): Hold {
  return { ...row, detail: JSON.parse(row.detail) }
}

export function seenOf({ number, entry }: SeenRow): SeenEntry {
  return { number, entry: JSON.parse(entry) }
}

export function keptOf(row: KeptRow): Kept {
  return { ...row, content: JSON.parse(row.content) }
}

export function runOf(row: RunRow): StoredRun {
  return { ...row, detail: JSON.parse(row.detail) }
}
