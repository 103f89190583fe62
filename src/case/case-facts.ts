import { z } from 'zod'
import type {
  Call,
  CallRequest,
  Charter,
  ObjectFact,
  ObjectType,
  OperationId,
  Principal,
  Slot,
} from '../charter/charter.ts'
import { parseDuration } from '../charter/duration.ts'
import { readObject } from '../charter/object-fact.ts'
import { plainRun } from '../charter/run-handle.ts'
import { entryOf } from '../constraint/context.ts'
import type { Facts } from '../constraint/facts.ts'
import { refOf } from '../constraint/slot.ts'
import { factsFor } from '../session/fold.ts'
import type { PastCall } from '../session/past-call.ts'
import { type Heard, runFacts } from './case-run.ts'
import type { RawCase, RawCases, RawPast, RawPrincipal, RawRequest } from './case-schema.ts'

/** Noon, so that neither a day nor a year is at its edge. */
const callAt = Date.UTC(2026, 0, 15, 12)

type Objects = Readonly<Record<Slot, ObjectFact | null>>

/** Makes the call and its facts of one case. Reports names of principals that are not declared. */
export function stageCase(
  charter: Charter,
  file: RawCases,
  raw: RawCase,
  report: (message: string) => void,
): { call: Call; facts: Facts } {
  const principalNamed = (as: string | RawPrincipal): RawPrincipal => {
    const named = typeof as === 'string' ? entryOf(file.principals ?? {}, as) : as
    if (named === undefined) report(`there is no principal \`${String(as)}\``)
    return named ?? {}
  }
  const who = (as: string | RawPrincipal): Principal => {
    const named = principalNamed(as)
    const chain = chainOf(named, principalNamed)
    return chain.length === 0 ? asPrincipal(named) : { ...asPrincipal(named), chain: chain.map(asPrincipal) }
  }
  const call: Call = {
    operation: raw.call.operation,
    principal: who(raw.call.as),
    request: asRequest(raw.call.request),
    at: callAt,
    ...(raw.call.run === undefined && raw.facts?.seen === undefined
      ? {}
      : { run: plainRun(raw.call.run ?? { id: 'run-1' }) }),
  }
  const objects = objectsOf(charter, call.operation, raw.facts?.objects ?? {}, callAt)
  const given = raw.facts?.past ?? []
  const past = given.map((each, index) => {
    return pastOf(charter, each, { who, objects: raw.facts?.objects ?? {}, at: callAt - (given.length - index) * 1000 })
  })
  const current = (type: string, key: string): ObjectFact | undefined => {
    const known = charter.objects.get(type)
    const seen =
      known === undefined
        ? []
        : (raw.facts?.current?.[type] ?? []).map((value) => factOf(known, value, callAt, undefined))
    return seen.find((fact) => fact?.key === key) ?? undefined
  }
  const heard = (raw.facts?.seen ?? []).map((each): Heard => {
    if ('said' in each) return each
    if (!charter.operations.has(each.operation)) report(`there is no operation \`${each.operation}\``)
    const { operation, answer, failed } = each
    return { operation, answer, request: asRequest(each.request), done: failed !== true }
  })
  return { call, facts: { ...factsFor(charter, call, objects, past, current), ...runFacts(charter, call, heard) } }
}

const longestChain = 8

/** Whom a principal acts for, nearest first. */
function chainOf(raw: RawPrincipal, named: (as: string) => RawPrincipal): readonly RawPrincipal[] {
  const chain: RawPrincipal[] = []
  for (let next = raw.for; next !== undefined && chain.length < longestChain; next = chain.at(-1)?.for)
    chain.push(named(next))
  return chain
}

interface Stage {
  readonly who: (as: string | RawPrincipal) => Principal
  readonly objects: Readonly<Record<string, unknown>>
  readonly at: number
}

function pastOf(charter: Charter, raw: RawPast, stage: Stage): PastCall {
  const at = raw.at === undefined ? stage.at : callAt - (parseDuration(raw.at.slice(1)) ?? 0)
  const created = raw.created === undefined ? undefined : createdFact(charter, raw, at)
  return {
    operation: raw.operation,
    principal: stage.who(raw.as),
    request: asRequest(raw.request),
    at,
    objects: objectsOf(charter, raw.operation, raw.objects ?? stage.objects, at),
    ...(raw.use === undefined ? {} : { use: raw.use }),
    ...(raw.run === undefined ? {} : { run: plainRun(raw.run) }),
    ...(created === undefined || created === null ? {} : { created }),
  }
}

function createdFact(charter: Charter, raw: RawPast, at: number): ObjectFact | null | undefined {
  const use = (charter.operations.get(raw.operation)?.uses ?? []).find((each) => each.object !== undefined)
  const type = charter.objects.get(use?.object?.type ?? '')
  return type === undefined ? undefined : factOf(type, raw.created, at, undefined)
}

function objectsOf(
  charter: Charter,
  operation: OperationId,
  raw: Readonly<Record<string, unknown>>,
  now: number,
): Objects {
  const parentType = typeInSlot(charter, operation, 'parent')
  const parent =
    parentType === undefined || !Object.hasOwn(raw, 'parent')
      ? undefined
      : factOf(parentType, raw['parent'], now, undefined)
  const found: Record<Slot, ObjectFact | null> = {}
  for (const [name, value] of Object.entries(raw)) {
    const slot = slotNamed(charter, operation, name)
    const type = typeInSlot(charter, operation, slot)
    if (type !== undefined)
      found[slot] = factOf(type, value, now, slot === 'object' ? (parent ?? undefined) : undefined)
  }
  return found
}

/** An object a call acts on may be given by its type as well. */
function slotNamed(charter: Charter, operation: OperationId, name: string): Slot {
  const uses = charter.operations.get(operation)?.uses ?? []
  if (uses.some((use) => refOf(use, name) !== undefined)) return name
  const acted = uses.find((use) => use.object?.type === name)?.object
  return acted === undefined ? name : (acted.slot ?? 'object')
}

function typeInSlot(charter: Charter, operation: OperationId, slot: Slot): ObjectType | undefined {
  for (const use of charter.operations.get(operation)?.uses ?? []) {
    const own = use.object?.type
    const parent = charter.objects.get(own ?? '')?.parent?.object
    const named = slot === use.object?.slot ? own : refOf(use, slot)?.object
    const name = slot === 'object' ? own : slot === 'parent' ? parent : named
    const type = charter.objects.get(name ?? '')
    if (type !== undefined) return type
  }
  return undefined
}

/** What may be said of an object beside its representation. */
const besideSchema = z.strictObject({
  value: z.unknown(),
  state: z.string().optional(),
  owner: z.string().optional(),
  tenant: z.string().optional(),
  creator: z.string().optional(),
})

function factOf(type: ObjectType, raw: unknown, now: number, parent: ObjectFact | undefined): ObjectFact | null {
  if (raw === null) return null
  const known = { now, ...(parent === undefined ? {} : { parent }) }
  const beside = besideSchema.safeParse(raw)
  // A representation may have a member `value` itself; alone, or beside others than these, it is one.
  if (!beside.success || beside.data.value === undefined || Object.keys(beside.data).length < 2)
    return readObject(type, raw, known)
  const { value, owner, tenant, state, creator } = beside.data
  const said = { ...(state === undefined ? {} : { state }), ...(creator === undefined ? {} : { creator }) }
  const fact = readObject(type, value, { ...known, ...said })
  return { ...fact, ...said, ...(owner === undefined ? {} : { owner }), ...(tenant === undefined ? {} : { tenant }) }
}

function asPrincipal(raw: RawPrincipal): Principal {
  const { id, kind, tenant, roles, scopes, claims, actors } = raw
  return {
    ...(id === undefined ? {} : { id }),
    ...(kind === undefined ? {} : { kind }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(roles === undefined ? {} : { roles }),
    ...(scopes === undefined ? {} : { scopes }),
    ...(claims === undefined ? {} : { claims }),
    ...(actors === undefined ? {} : { actors }),
  }
}

function asRequest(raw: RawRequest | undefined): CallRequest {
  const { path, query, header, body } = raw ?? {}
  return {
    ...(path === undefined ? {} : { path }),
    ...(query === undefined ? {} : { query }),
    ...(header === undefined ? {} : { header }),
    ...(body === undefined ? {} : { body }),
  }
}
