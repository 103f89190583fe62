// What a store is to keep, as plain values: slow, and short enough to be believed.
import Big from 'big.js'
import {
  type Change,
  type CounterQuery,
  type GrantQuery,
  type Hold,
  type Kept,
  type Lease,
  type Mark,
  type ObjectRef,
  type Query,
  type Repeat,
  type Rows,
  type StoredCall,
  type StoredGrant,
  type StoredRun,
  StoreError,
  type Switch,
  type TrackedObject,
} from '../../src/guard/store.ts'

interface KeptMark extends Omit<Mark, 'object' | 'amount'> {
  object?: ObjectRef
  amount?: string
  readonly call: string
  effective: boolean
}

interface KeptGrant {
  grant: StoredGrant
  takenBy?: string
  spent: boolean
}

/** Everything kept, by key. Marks are in the order they came. */
export interface Model {
  calls: Map<string, StoredCall>
  leases: Map<string, Lease & { readonly node: string; readonly object: ObjectRef }>
  objects: Map<string, TrackedObject>
  marks: KeptMark[]
  grants: Map<string, KeptGrant>
  holds: Map<string, Hold>
  repeats: Map<string, Repeat>
  switches: Map<string, Switch>
  runs: Map<string, StoredRun>
  nodes: Map<string, number>
  seen: Map<string, { at: number; entry: unknown }[]>
  kept: Map<string, Kept>
}

export function emptyModel(): Model {
  return {
    calls: new Map(),
    leases: new Map(),
    objects: new Map(),
    marks: [],
    grants: new Map(),
    holds: new Map(),
    repeats: new Map(),
    switches: new Map(),
    runs: new Map(),
    nodes: new Map(),
    seen: new Map(),
    kept: new Map(),
  }
}

const named = (object: ObjectRef): string => JSON.stringify([object.type, object.key])
const same = (a: ObjectRef | undefined, b: ObjectRef | undefined): boolean =>
  a !== undefined && b !== undefined && named(a) === named(b)
const settled = (call: StoredCall): boolean => call.state === 'effective' || call.state === 'released'
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export function applyToModel(model: Model, change: Change): void {
  switch (change.kind) {
    case 'call':
      model.calls.set(change.call.id, change.call)
      break
    case 'call-state': {
      const call = model.calls.get(change.call)
      const detail = change.detail === undefined ? {} : { detail: change.detail }
      if (call !== undefined) model.calls.set(call.id, { ...call, state: change.state, ...detail })
      break
    }
    case 'drop-call':
      model.calls.delete(change.call)
      break
    case 'lease': {
      const { call, node, object, shared } = change
      model.leases.set(JSON.stringify([named(object), call]), { call, node, object, shared })
      break
    }
    case 'free':
      for (const object of change.objects) model.leases.delete(JSON.stringify([named(object), change.call]))
      break
    case 'mark':
      model.marks.push({ ...change.mark, call: change.call, effective: change.effective })
      break
    case 'settle-marks':
      if (change.effective) {
        for (const mark of model.marks) {
          if (mark.call !== change.call || mark.effective) continue
          mark.effective = true
          const took = change.amounts?.[mark.constraint]
          if (took !== undefined) mark.amount = took
          if (mark.object === undefined && change.object !== undefined) mark.object = change.object
        }
      } else model.marks = model.marks.filter((mark) => mark.call !== change.call || mark.effective)
      break
    case 'object': {
      const version = (model.objects.get(named(change.object))?.version ?? 0) + 1
      model.objects.set(named(change.object), { ...change.object, version })
      break
    }
    case 'hold':
      model.holds.set(change.hold.id, change.hold)
      break
    case 'repeat':
      model.repeats.set(change.repeat.key, change.repeat)
      break
    case 'drop-repeat':
      model.repeats.delete(change.key)
      break
    case 'saw': {
      const more = change.entries.map((entry) => ({ at: change.at, entry }))
      if (more.length > 0) model.seen.set(change.run, [...(model.seen.get(change.run) ?? []), ...more])
      break
    }
    case 'switch-off':
      model.switches.set(JSON.stringify([change.switch.of, change.switch.name]), change.switch)
      break
    case 'switch-on':
      model.switches.delete(JSON.stringify([change.of, change.name]))
      break
    case 'run':
      model.runs.set(change.run.id, change.run)
      break
    case 'keep':
      model.kept.set(change.kept.name, change.kept)
      break
    case 'drop-kept':
      model.kept.delete(change.name)
      break
    case 'beat':
      model.nodes.set(change.node, Math.max(change.at, (model.nodes.get(change.node) ?? change.at - 1) + 1))
      break
    case 'gone':
      for (const call of model.calls.values()) {
        if (call.node === change.node && call.state === 'reserved')
          model.calls.set(call.id, { ...call, state: 'in-doubt' })
      }
      for (const [key, { node, call }] of model.leases)
        if (node === change.node && !model.calls.has(call)) model.leases.delete(key)
      break
    case 'forget':
      forget(model, change.before, change.marksOf)
      break
    default:
      applyToGrants(model, change)
  }
}

type GrantChange = Extract<Change, { kind: 'grant' | 'revoke' | 'take-grant' | 'settle-grants' | 'drop-grant' }>

function applyToGrants(model: Model, change: GrantChange): void {
  const all = [...model.grants.values()]
  switch (change.kind) {
    case 'grant':
      model.grants.set(change.grant.id, {
        spent: false,
        ...model.grants.get(change.grant.id),
        grant: change.grant,
      })
      break
    case 'revoke':
      for (const kept of all) {
        const fits = kept.grant.approval === change.approval && same(kept.grant.object, change.object)
        if (fits && !kept.spent) kept.grant = { ...kept.grant, revoked: true }
      }
      break
    case 'take-grant': {
      const kept = model.grants.get(change.grant)
      const free = kept !== undefined && !kept.spent && (kept.takenBy ?? change.call) === change.call
      if (!free) throw new StoreError('busy', 'not there to be taken')
      kept.takenBy = change.call
      break
    }
    case 'settle-grants':
      for (const kept of all.filter((grant) => grant.takenBy === change.call && !grant.spent)) {
        if (change.spent) kept.spent = true
        else delete kept.takenBy
      }
      break
    case 'drop-grant':
      model.grants.delete(change.grant)
      break
  }
}

function forget(model: Model, before: number, marksOf: readonly string[]): void {
  model.marks = model.marks.filter(
    (mark) => !mark.effective || mark.summed === true || mark.at >= before || !marksOf.includes(mark.constraint),
  )
  for (const call of model.calls.values()) if (settled(call) && call.at < before) model.calls.delete(call.id)
  const open = [...model.calls.values()].filter((call) => !settled(call))
  for (const { key, at, call } of model.repeats.values()) {
    if (at < before && !open.some(({ id }) => id === call)) model.repeats.delete(key)
  }
  for (const [id, kept] of model.grants) if (kept.spent && kept.grant.at < before) model.grants.delete(id)
  for (const { id, expires, state } of model.holds.values())
    if (expires < before && state !== 'executing') model.holds.delete(id)
  for (const [run, entries] of model.seen) if (entries.every(({ at }) => at < before)) model.seen.delete(run)
  for (const { id, expires } of model.runs.values()) if (expires < before) model.runs.delete(id)
  for (const { name, expires } of model.kept.values()) if (expires < before) model.kept.delete(name)
  for (const [node, at] of model.nodes) {
    const has = [...open, ...model.leases.values()].some((each) => each.node === node)
    if (at < before && !has) model.nodes.delete(node)
  }
}

export function readModel(model: Model, query: Query): Rows {
  const newestHolds = [...model.holds.values()].sort((a, b) => b.at - a.at || byText(b.id, a.id))
  const newestRuns = [...model.runs.values()].sort((a, b) => b.at - a.at || byText(b.id, a.id))
  const { callsIn, holdsBy, runsBy } = query
  return {
    leases: query.leases?.map((object) => leasesOf(model, object)) ?? [],
    objects: query.objects?.map((object) => model.objects.get(named(object))) ?? [],
    counters: query.counters?.map((counter) => countOf(marksFor(model, counter))) ?? [],
    histories: query.histories?.map((history) => historyOf(marksFor(model, history))) ?? [],
    grants: query.grants?.map((grants) => grantsFor(model, grants)) ?? [],
    calls: query.calls?.map((id) => model.calls.get(id)) ?? [],
    callsIn: callsIn === undefined ? [] : callsFor(model, callsIn),
    repeats: query.repeats?.map((key) => model.repeats.get(key)) ?? [],
    holds: query.holds?.map((id) => model.holds.get(id)) ?? [],
    holdsBy: holdsBy === undefined ? [] : newestHolds.filter((hold) => fitsHold(hold, holdsBy)).slice(0, 1000),
    switches:
      query.switches === true
        ? [...model.switches.values()].sort((a, b) => a.at - b.at || byText(a.of, b.of) || byText(a.name, b.name))
        : [],
    runs: query.runs?.map((id) => model.runs.get(id)) ?? [],
    runsBy: runsBy === undefined ? [] : newestRuns.filter((run) => fitsRun(run, runsBy)).slice(0, 1000),
    nodes:
      query.nodes === true
        ? [...model.nodes].map(([node, at]) => ({ node, at })).sort((a, b) => byText(a.node, b.node))
        : [],
    marked: query.marked?.map((counter) => markedBy(model, counter)) ?? [],
    seen:
      query.seen?.map(({ run, after }) =>
        (model.seen.get(run) ?? []).map(({ entry }, index) => ({ number: index + 1, entry })).slice(after),
      ) ?? [],
    kept: query.kept?.map((name) => model.kept.get(name)) ?? [],
    keptOf:
      query.keptOf?.map(
        ({ holder, after }) =>
          [...model.kept.values()].filter((each) => each.holder === holder && each.expires > after).length,
      ) ?? [],
  }
}

function leasesOf(model: Model, object: ObjectRef): Lease[] {
  return [...model.leases.values()]
    .filter((lease) => same(lease.object, object))
    .map(({ call, shared }) => ({ call, shared }))
    .sort((a, b) => byText(a.call, b.call))
}

function marksFor(model: Model, query: CounterQuery): KeptMark[] {
  return model.marks.filter((mark) => {
    if (mark.constraint !== query.constraint || mark.scope !== query.scope) return false
    if (mark.summed === true && (query.since !== undefined || query.while !== undefined)) return false
    if (query.since !== undefined && mark.at <= query.since) return false
    const state = mark.object === undefined ? undefined : model.objects.get(named(mark.object))?.state
    return query.while === undefined || state === undefined || query.while.includes(state)
  })
}

function countOf(marks: readonly KeptMark[]): Rows['counters'][number] {
  const sum = marks.reduce((total, { amount = '0' }) => total.plus(amount), new Big(0))
  return { count: marks.length, sum: sum.eq(0) ? '0' : sum.toFixed() }
}

function historyOf(marks: readonly KeptMark[]): Rows['histories'][number] {
  return marks
    .filter((mark) => mark.effective && mark.summed !== true)
    .sort((a, b) => a.at - b.at)
    .map(({ operation, principal, at }) => ({ operation, at, ...(principal === undefined ? {} : { principal }) }))
}

function markedBy(model: Model, query: CounterQuery): ObjectRef[] {
  const newest = new Map<string, { readonly object: ObjectRef; readonly at: number; readonly turn: number }>()
  for (const mark of marksFor(model, query)) {
    if (mark.object === undefined || mark.summed === true) continue
    const at = Math.max(mark.at, newest.get(named(mark.object))?.at ?? mark.at)
    newest.set(named(mark.object), { object: mark.object, at, turn: model.marks.indexOf(mark) })
  }
  const sorted = [...newest.values()].sort((a, b) => b.at - a.at || b.turn - a.turn)
  return sorted.slice(0, 100).map(({ object }) => object)
}

function grantsFor(model: Model, query: GrantQuery): StoredGrant[] {
  return [...model.grants.values()]
    .filter(({ grant, takenBy, spent }) => {
      if (spent || takenBy !== undefined || grant.approval !== query.approval) return false
      if (grant.object !== undefined && !same(grant.object, query.object)) return false
      if (grant.question !== undefined && grant.question !== query.question) return false
      const given = grant.object !== undefined || grant.question !== undefined
      return query.object === undefined && query.question === undefined ? grant.bound !== undefined : given
    })
    .map(({ grant }) => grant)
    .sort((a, b) => a.at - b.at || byText(a.id, b.id))
}

function callsFor(model: Model, { states }: NonNullable<Query['callsIn']>): StoredCall[] {
  return [...model.calls.values()]
    .filter((call) => states.includes(call.state))
    .sort((a, b) => a.at - b.at || byText(a.id, b.id))
    .slice(0, 1000)
}

function fitsHold(hold: Hold, { question, states }: NonNullable<Query['holdsBy']>): boolean {
  return hold.question === (question ?? hold.question) && (states === undefined || states.includes(hold.state))
}

function fitsRun(run: StoredRun, { holder, states }: NonNullable<Query['runsBy']>): boolean {
  return run.holder === (holder ?? run.holder) && (states === undefined || states.includes(run.state))
}
