/** What happens to an object between its approval and the act. */
import type { Slot, Use } from '../../../charter/charter.ts'
import type { Pointer, Reference } from '../../../charter/pointer.ts'
import { propertiesOf } from '../../../charter/source/schema.ts'
import { takesArgument } from '../argument.ts'
import { Builder } from '../build.ts'
import type { Member } from '../cast.ts'
import { leadsTo, movesFrom, useById, usesOf } from '../graph.ts'
import type { Scenario, Step, Var } from '../scenario.ts'
import { possible, Unbuildable } from '../wants.ts'
import { withLastActor } from './by.ts'
import type { Draft } from './draft.ts'

/** What is changed after the grants, and where the object is brought then; where the act may start when nothing is said. */
interface Changing {
  readonly change: Change
  readonly grants: ReadonlySet<string>
  readonly to?: readonly string[] | undefined
}

/** One part of what was approved, and a use that changes it: by another value, or by another object in a slot of the use. */
export interface Change {
  readonly use: Use
  /** The name of the part; empty where the use changes what was approved without saying anything of it. */
  readonly part: string
  readonly extra: Step['extra']
  readonly slot?: Slot
}

/** Approved, changed, and brought back to where the act may start, without being approved again. */
export function withChange(draft: Draft, scenario: Scenario, { change, grants, to }: Changing): Scenario[] {
  return possible(() => [detour(draft, scenario, { ...change, to, isChange: true }, grants)]) ?? []
}

/** What was approved, changed a little: each part that a use takes. */
export function changesBy(draft: Draft, use: Use): Change[] {
  const bound = boundBy(draft)
  const taken = bound.filter(([name = '']) => takesArgument(draft.stage.charter, use, name))
  const sorted = taken.toSorted((left, right) => rankOf(left) - rankOf(right))
  // What says nothing of it, as a new score that the final one follows from, changes it by itself.
  const parts = sorted.length > 0 || !isPatch(draft, use) ? sorted : bound.slice(0, 1)
  const changes = parts.map((at): Change => {
    const slot = use.refs.find(({ key }) => key.from === 'request' && isAt(key, at))?.slot
    const part = at.join('/')
    const rest = parts.filter((each) => each !== at && maySpare(draft, use, each))
    const alone = rest.map((each) => ({ at: each, value: { leftOut: true } as const }))
    return slot === undefined
      ? { use, part, extra: [{ at, value: { tamper: 'a little' } }, ...alone] }
      : { use, part, extra: alone, slot }
  })
  return changes.length === 0 ? [{ use, part: '', extra: [] }] : changes.slice(0, mostParts)
}

/** Whether a use may leave a part as it is: one part alone may be what keeps the approval. */
function maySpare({ stage: { charter } }: Draft, use: Use, [name = '']: Pointer): boolean {
  const shape = charter.operations.get(use.operation)?.shape
  const home = charter.sources.get(shape?.source ?? '')?.description
  return home !== undefined && propertiesOf(home, shape?.body?.schema)[name]?.required === false
}

function isAt(key: Reference, at: Pointer): boolean {
  return key.from === 'request' && key.in === 'body' && key.pointer.join('/') === at.join('/')
}

const mostParts = 3

/** Amounts may be changed to anything; what is the key of something must be there. */
function rankOf(at: Pointer): number {
  const name = at.at(-1) ?? ''
  return /amount|total|sum|price/i.test(name) ? 0 : /id$/i.test(name) ? 2 : 1
}

/** Parts that the approval of the use is for. */
function boundBy({ use, stage }: Draft): readonly Pointer[] {
  const approval = use.constraints.find((each) => each.kind === 'approval')
  return stage.charter.approvals.get(approval?.kind === 'approval' ? approval.approval : '')?.binds ?? []
}

const mostChangers = 3

function isPatch({ stage }: Draft, { operation }: Use): boolean {
  return stage.charter.operations.get(operation)?.shape.method !== 'POST'
}

/**
 * Uses that may change the object between its approval and the act: those that take what was approved before others, then those that lead
 * back to where it is approved.
 */
export function changers(draft: Draft, grants: ReadonlySet<string>): Use[] {
  const { charter } = draft.stage
  const bound = new Set(boundBy(draft).map(([name]) => name))
  const takes = (use: Use): boolean => {
    const shape = charter.operations.get(use.operation)?.shape
    const home = charter.sources.get(shape?.source ?? '')?.description
    if (shape?.body === undefined || home === undefined) return false
    return Object.keys(propertiesOf(home, shape.body.schema)).some((name) => bound.has(name))
  }
  const grantedFrom = new Set([...grants].flatMap((id) => useById(charter, id)?.from ?? []))
  const leadsBack = ({ from, to }: Use): boolean =>
    to.length > 0 && to.every((state) => grantedFrom.has(state)) && from.some((state) => draft.use.from.includes(state))
  const worth = (use: Use): number => (takes(use) ? 2 : leadsBack(use) ? 1 : 0)
  const all = [...charter.operations.values()].flatMap((operation) =>
    operation.writes && operation.shape.body !== undefined ? operation.uses : [],
  )
  return all
    .filter(
      (use) =>
        use.object?.type === draft.use.object?.type &&
        !use.creates &&
        use.operation !== draft.use.operation &&
        !grants.has(use.id) &&
        leadsToAct(draft, use) &&
        (worth(use) > 0 || isPatch(draft, use)),
    )
    .toSorted((left, right) => worth(right) - worth(left))
    .slice(0, mostChangers)
}

/** Whether the act may still come after a move: what comes after the act itself changes nothing that it was approved for. */
function leadsToAct({ stage, use }: Draft, { from, to }: Use): boolean {
  const type = stage.charter.objects.get(use.object?.type ?? '')
  const states = to.length > 0 ? to : from
  if (type === undefined || states.length === 0 || use.from.length === 0) return true
  return states.some((state) => use.from.includes(state) || leadsTo(type, state, use.from))
}

/** Approved, taken back, and brought back to where the act may start, with one approval fewer than is needed anew. */
export function withRevocation(
  draft: Draft,
  scenario: Scenario,
  revoke: string,
  grants: ReadonlySet<string>,
  again: number,
): Scenario {
  const use = usesOf(draft.stage.charter, revoke, draft.use.object?.type)[0]
  if (use === undefined) throw new Unbuildable('nothing takes the approval back')
  if (use.object?.type !== draft.use.object?.type) return withGrantsEnded(draft, scenario, use, grants)
  return withRegrants(draft, scenario, { back: detour(draft, scenario, { use, extra: [] }, grants), grants, again })
}

/** Approved, changed, and approved anew by fewer than are needed: whoever forgets to take approvals back counts the earlier ones. */
export function renewedInPart(draft: Draft, scenario: Scenario, by: Changing, again: number): Scenario[] {
  const grant = useById(draft.stage.charter, scenario.steps.find((step) => by.grants.has(step.use))?.use ?? '')
  return withChange(draft, scenario, { ...by, to: grant?.from }).map((back) =>
    withRegrants(draft, scenario, { back, grants: by.grants, again }),
  )
}

/** Puts grants before the act of a scenario that is back where they may be given, as far as possible by others than before. */
function withRegrants(
  draft: Draft,
  scenario: Scenario,
  { back, grants, again }: { readonly back: Scenario; readonly grants: ReadonlySet<string>; readonly again: number },
): Scenario {
  const granted = scenario.steps.filter((step) => grants.has(step.use))
  const [step] = granted
  const used = granted.map((each) => each.as)
  const grant = useById(draft.stage.charter, step?.use ?? '')
  const act = back.steps.at(-1)
  if (step === undefined || grant === undefined || act === undefined) return back
  // Whoever approved before may be turned away for that reason alone: others come first.
  const others = othersWhoMay(draft, scenario, grant, used).toSorted(
    (left, right) => Number(left.name === act.as) - Number(right.name === act.as),
  )
  const regrants = [...others.map(({ name }) => name), ...used].slice(0, again).map((as) => ({ ...step, as }))
  const cast = Object.fromEntries(regrants.map(({ as }) => [as, { identity: as, fresh: false }]))
  const renewed = {
    ...back,
    cast: { ...cast, ...back.cast },
    steps: [...back.steps.slice(0, -1), ...regrants, act],
  }
  if (regrants.every(({ as }) => as !== act.as)) return renewed
  const [free] = othersWhoMay(draft, scenario, draft.use, [...used, ...regrants.map(({ as }) => as)])
  return free === undefined ? renewed : withLastActor(renewed, free)
}

/** Members who may make a use on the object acted on, after everything but the act, and without some. */
function othersWhoMay(draft: Draft, scenario: Scenario, use: Use, without: readonly string[]): Member[] {
  const builder = new Builder(draft.stage, { ...draft.options, notCast: new Set(without) })
  builder.resume({ ...scenario, steps: scenario.steps.slice(0, -1) })
  return builder.casting.able(use, scenario.steps.at(-1)?.object)
}

/** What the grants made is ended right before the act, as a consent that is taken back. */
function withGrantsEnded(draft: Draft, scenario: Scenario, use: Use, grants: ReadonlySet<string>): Scenario {
  const made = scenario.steps.flatMap(({ use: id, makes }) => (grants.has(id) && makes !== undefined ? [makes] : []))
  const ended = made.filter((name) => scenario.vars[name]?.type === use.object?.type)
  if (ended.length === 0) throw new Unbuildable(`no grant makes what \`${use.id}\` ends`)
  const builder = new Builder(draft.stage, draft.options)
  builder.resume(scenario)
  const act = builder.steps.pop()
  for (const name of ended) builder.move(name, [use], 0)
  if (act !== undefined) builder.steps.push(act)
  return builder.scenario()
}

/** Inserts a use before the act, with the moves to where it may be made and from there back, none of which approves. */
function detour(
  draft: Draft,
  scenario: Scenario,
  by: Pick<Change, 'use' | 'extra' | 'slot'> & { to?: readonly string[] | undefined; isChange?: true },
  grants: ReadonlySet<string>,
): Scenario {
  const act = scenario.steps.at(-1)
  const type = draft.stage.charter.objects.get(draft.use.object?.type ?? '')
  if (act?.object === undefined || type === undefined) throw new Unbuildable('the act has no object')
  const plain = { ...type, transitions: type.transitions.filter((use) => !grants.has(use.id)) }
  const granted = type.transitions.find((use) => grants.has(use.id))
  const here = granted?.to.findLast((state) => draft.use.from.includes(state)) ?? draft.use.from[0]
  const there = by.use.from.length === 0 ? [] : movesFrom(plain, here, by.use.from)
  const left = by.use.to[0] ?? there?.at(-1)?.to[0] ?? here
  if (there === undefined) throw new Unbuildable(`no moves lead to where \`${by.use.id}\` may be made`)
  // Where nothing leads back but a new approval, the act is tried at once: whoever forgets to take approvals back leaves it where it was.
  const back = movesFrom(plain, left, by.to ?? draft.use.from) ?? []
  const builder = new Builder(draft.stage, draft.options)
  builder.resume(scenario)
  const last = builder.steps.pop()
  builder.move(act.object, there, 0)
  if (by.slot === undefined) builder.move(act.object, [by.use], 0)
  else nameAnother(builder, by.use, act.object, by.slot)
  const change = builder.steps.pop()
  // What was said when it was made would change nothing.
  const otherwise = by.isChange === true && by.extra.length === 0 && by.slot === undefined ? { variant: 1 } : {}
  if (change !== undefined) builder.steps.push({ ...change, ...otherwise, extra: by.extra })
  builder.move(act.object, back, 0)
  if (last !== undefined) builder.steps.push(last)
  return builder.scenario()
}

/** Adds a use that names another object than before in one of its slots, as rightful as the first. */
export function nameAnother(builder: Builder, use: Use, object: Var, slot: Slot): void {
  const from = use.constraints.find((each) => each.kind === 'from' && each.slot === slot)
  const states = { [slot]: from?.kind === 'from' ? from.states : [] }
  const member = builder.casting.pick(use, object)
  builder.step(use, { member, object, wants: { states }, purpose: 'setup', depth: 0 })
}
