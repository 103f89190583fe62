import type { Change, Mark, NodeBeat, ObjectRef, Query, Rows, Switch } from '../../guard/store.ts'
import { plainDecimal } from '../amount.ts'
import type {
  CallRow,
  GrantRow,
  HoldRow,
  KeptRow,
  LeaseRow,
  ObjectRow,
  RepeatRow,
  RunRow,
  SeenRow,
  UseRow,
} from '../row.ts'
import {
  callOf,
  factText,
  grantOf,
  holdOf,
  jsonText,
  keptOf,
  leaseOf,
  objectOf,
  repeatOf,
  runOf,
  seenOf,
  useOf,
} from '../row.ts'

/** What `read_rows` answers: only what was asked for; a row that is not there is null. */
export interface Answer {
  readonly leases?: readonly (readonly LeaseRow[])[] | null
  readonly objects?: readonly (ObjectRow | null)[] | null
  readonly counters?: Rows['counters'] | null
  readonly histories?: readonly (readonly UseRow[])[] | null
  readonly grants?: readonly (readonly GrantRow[])[] | null
  readonly calls?: readonly (CallRow | null)[] | null
  readonly callsIn?: readonly CallRow[]
  readonly repeats?: readonly (RepeatRow | null)[] | null
  readonly holds?: readonly (HoldRow | null)[] | null
  readonly holdsBy?: readonly HoldRow[]
  readonly switches?: readonly Switch[]
  readonly runs?: readonly (RunRow | null)[] | null
  readonly runsBy?: readonly RunRow[]
  readonly nodes?: readonly NodeBeat[]
  readonly marked?: readonly (readonly ObjectRef[])[] | null
  readonly seen?: readonly (readonly SeenRow[])[] | null
  readonly kept?: readonly (KeptRow | null)[] | null
  readonly keptOf?: readonly number[] | null
}

/** What `read_rows` is asked. */
export function queryText(query: Query): string {
  const { switches, nodes, ...rest } = query
  return JSON.stringify({
    ...rest,
    ...(switches === true ? { switches } : {}),
    ...(nodes === true ? { nodes } : {}),
  })
}

/** Rows out of what `read_rows` answered. */
export function rowsOf(answer: Answer): Rows {
  const each = <R, T>(rows: readonly (R | null)[] | null | undefined, make: (row: R) => T): (T | undefined)[] =>
    rows?.map((row) => (row === null ? undefined : make(row))) ?? []
  const lists = <R, T>(rows: readonly (readonly R[])[] | null | undefined, make: (row: R) => T): T[][] =>
    rows?.map((list) => list.map(make)) ?? []
  return {
    leases: lists(answer.leases, leaseOf),
    objects: each(answer.objects, objectOf),
    counters: answer.counters ?? [],
    histories: lists(answer.histories, useOf),
    grants: lists(answer.grants, grantOf),
    calls: each(answer.calls, callOf),
    callsIn: answer.callsIn?.map(callOf) ?? [],
    repeats: each(answer.repeats, repeatOf),
    holds: each(answer.holds, holdOf),
    holdsBy: answer.holdsBy?.map(holdOf) ?? [],
    switches: answer.switches ?? [],
    runs: each(answer.runs, runOf),
    runsBy: answer.runsBy?.map(runOf) ?? [],
    nodes: answer.nodes ?? [],
    marked: answer.marked ?? [],
    seen: lists(answer.seen, seenOf),
    kept: each(answer.kept, keptOf),
    keptOf: answer.keptOf ?? [],
  }
}

/**
 * What `apply_changes` is given. JSON inside rows goes as text, so that it comes back as it was given.
 *
 * @throws {TypeError} when an amount is not decimal text.
 */
export function changesText(changes: readonly Change[]): string {
  return JSON.stringify(changes.map(sent))
}

function sent(change: Change): unknown {
  switch (change.kind) {
    case 'call':
      return { ...change, call: { ...change.call, detail: jsonText(change.call.detail) } }
    case 'call-state':
      return change.detail === undefined ? change : { ...change, detail: jsonText(change.detail) }
    case 'object': {
      const { type, key, seenAt, state } = change.object
      return { kind: change.kind, object: { type, key, seenAt, state, fact: factText(change.object) } }
    }
    case 'mark':
      return { ...change, mark: sentMark(change.mark) }
    case 'settle-marks': {
      const amounts = Object.entries(change.amounts ?? {}).map(([name, amount]) => [name, plainDecimal(amount)])
      return amounts.length === 0 ? change : { ...change, amounts: Object.fromEntries(amounts) }
    }
    case 'saw':
      return { ...change, entries: change.entries.map(jsonText) }
    case 'grant': {
      const { grant } = change
      const bound = grant.bound === undefined ? undefined : jsonText(grant.bound)
      return { ...change, grant: { ...grant, by: jsonText(grant.by), value: jsonText(grant.value), bound } }
    }
    case 'hold':
      return { ...change, hold: { ...change.hold, detail: jsonText(change.hold.detail) } }
    case 'run':
      return { ...change, run: { ...change.run, detail: jsonText(change.run.detail) } }
    case 'keep':
      return { ...change, kept: { ...change.kept, content: jsonText(change.kept.content) } }
    case 'repeat': {
      const { answer } = change.repeat
      return { ...change, repeat: { ...change.repeat, answer: answer === undefined ? undefined : jsonText(answer) } }
    }
    default:
      return change
  }
}

function sentMark(mark: Mark): Mark {
  return mark.amount === undefined ? mark : { ...mark, amount: plainDecimal(mark.amount) }
}
