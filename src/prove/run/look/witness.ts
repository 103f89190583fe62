/** Objects that a call may change although nothing on the way names them: what people are shown without a key, as their balance. */
import type { Charter, ObjectType, Use } from '../../../charter/charter.ts'
import { readObject, textOf } from '../../../charter/object-fact.ts'
import { getPointer } from '../../../charter/pointer.ts'
import { toHttp } from '../../../wire/to-http.ts'
import { sameTenant } from '../../plan/cast.ts'
import { isOwn } from '../../plan/graph.ts'
import type { UsePlan } from '../../plan/plan-use.ts'
import type { AbuseCase, Step } from '../../plan/scenario.ts'
import { type Lab, refuses } from '../lab.ts'
import type { Play } from '../scene/play.ts'
import { makeRequest } from '../scene/request.ts'
import type { Thing } from '../scene/thing.ts'

/** Something that a call may change although nothing on its way names it. */
export interface Witness {
  readonly label: string
  readonly type: ObjectType
  /** It stands around the object of the call; only what is of worth counts there. */
  readonly around?: true
  /** What stands for it in a play; undefined where nobody may look, or it is on stage already. */
  readonly find: (play: Play, step: Step) => Promise<Thing | undefined>
}

const mostTypes = 3
const mostReaders = 3

/**
 * What the caller, and whoever the object is of, may look at without naming one, and of which more or less is something: money, or what
 * an invariant speaks of.
 */
export function shownWithoutKey(charter: Charter): Witness[] {
  const fitting = [...charter.objects.values()].filter((type) => {
    const shape = charter.operations.get(type.read ?? '')?.shape
    const counts =
      [...type.fields.values()].some((field) => field.type === 'money') ||
      charter.invariants.some((invariant) => invariant.object === type.name)
    return counts && shape?.method === 'GET' && !shape.path.includes('{')
  })
  return fitting.slice(0, mostTypes).flatMap((type): Witness[] => [
    { label: type.name, type, find: (play, step) => shownOf(play, step, type) },
    { label: `${type.name} of the owner`, type, around: true, find: (play, step) => shownToOwner(play, step, type) },
  ])
}

/**
 * What those whom a call names are shown of themselves, as an invitation in their profile: where it makes what no operation shows, it
 * may show there.
 */
export function shownToNamed(charter: Charter, use: Use): Witness[] {
  const made = use.creates ? charter.objects.get(use.object?.type ?? '') : undefined
  if (made === undefined || made.read !== undefined || made.list !== undefined) return []
  const own = [...charter.objects.values()].filter((type) => isOwn(charter, type))
  return own.slice(0, mostTypes).map(
    (type): Witness => ({
      label: `${type.name} of whom it names`,
      type,
      around: true,
      find: async (play, step) => {
        const keys = Object.values(step.refs).map((name) => play.things.get(name)?.key)
        const named = play.lab.stage.members.find(
          ({ name, principal }) => name !== step.as && principal.id !== undefined && keys.includes(principal.id),
        )
        return named === undefined ? undefined : shownOf(play, { ...step, as: named.name }, type)
      },
    }),
  )
}

/** What whoever owns the object of a step is shown of their own, as what a sale has brought them. */
async function shownToOwner(play: Play, step: Step, type: ObjectType): Promise<Thing | undefined> {
  const owner = play.scenario.vars[step.object ?? '']?.owner
  const isOnStage = [...play.things.values()].some((thing) => thing.type === type && thing.maker === owner)
  return owner === undefined || owner === step.as || isOnStage ? undefined : shownOf(play, { ...step, as: owner }, type)
}

/** Cases about invariants of what a use was seen to change although nothing on its way names it. */
export function witnessedCases(lab: Lab, use: Use, { control, cases }: UsePlan): AbuseCase[] {
  const types = new Set(lab.witnessed.get(use.id)?.map(({ type }) => type.name))
  const planned = new Set(cases.map((each) => each.constraint))
  return lab.charter.invariants.flatMap((invariant): AbuseCase[] => {
    if (control === undefined || !types.has(invariant.object) || planned.has(invariant.id)) return []
    const id = `${use.id}|${invariant.id}|rightful`
    const scenes = { control, abuse: control, finding: 'invariant-broken' }
    return [{ id, use: use.id, constraint: invariant.id, tactic: { kind: 'rightful' }, ...scenes }]
  })
}

/** Brings witnesses on stage, those that can be looked at. */
export async function addWitnesses(play: Play, step: Step, witnesses: readonly Witness[]): Promise<void> {
  for (const { label, type, around, find } of witnesses) {
    if (play.things.has(label) || (around !== true && [...play.things.values()].some((each) => each.type === type)))
      continue
    const thing = await find(play, step)
    if (thing === undefined) continue
    play.things.set(label, thing)
    play.witnesses.add(label)
    if (around === true) play.around.add(label)
  }
}

/** What the caller is shown; where they may not look, what somebody else of their tenant is, when it is the tenant's. */
async function shownOf(play: Play, step: Step, type: ObjectType): Promise<Thing | undefined> {
  const { lab } = play
  const caller = lab.stage.members.find(({ name }) => name === step.as)
  if (caller === undefined) return undefined
  const colleagues = lab.stage.members.filter(
    (each) => each !== caller && !each.pool && caller.principal.tenant !== undefined && sameTenant(each, caller),
  )
  const { id, tenant } = await play.principal(step.as)
  for (const reader of [caller, ...colleagues].slice(0, mostReaders)) {
    const value = await shownTo(play, type, reader.name)
    const key = textOf(getPointer(value, type.key))
    if (key === undefined || (reader !== caller && key !== id && key !== tenant)) continue
    return { type, key, path: {}, maker: reader.name, fact: readObject(type, value, { now: lab.now() }) }
  }
  return undefined
}

async function shownTo(play: Play, type: ObjectType, name: string): Promise<unknown> {
  const use = play.lab.charter.operations.get(type.read ?? '')?.uses[0]
  if (use === undefined) return undefined
  const signed = play.peek(name) ?? (await play.lab.signIn(name))
  const request = makeRequest(play.lab.charter, use, play.lab.supply)
  const exchange = await signed.send(toHttp(play.lab.charter, use, request, play.serverOf(use)))
  const json = exchange.response?.json
  if (refuses(play.lab.charter, use, exchange)) return undefined
  const wrapped = getPointer(json, type.readAt)
  return getPointer(wrapped, type.key) === undefined ? json : wrapped
}
