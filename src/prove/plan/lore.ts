/**
 * What playing scenarios taught about moves: outcomes that did not come, moves that one call does not complete, and what must be done
 * before a rule holds. A scenario that failed gives the next things to believe; whether they are so is tried, never assumed.
 */
import type { Charter, ConstraintId, ObjectType, Slot, Use, UseId } from '../../charter/charter.ts'
import { slotType } from '../../constraint/slot.ts'
import { requestRoots } from './argument.ts'
import { useById } from './graph.ts'
import { parentOf as knownParent, movedAlong } from './kin.ts'
import {
  grantsFor,
  isMeant,
  measureOf,
  type Preparation,
  pointedAtFor,
  possibleMoves,
  preparationsOf,
  type Situation,
  samePreparation,
} from './preparation.ts'
import type { Scenario, Step, Var, VarSpec } from './scenario.ts'

/** What to believe of the moves of a charter when planning. */
export interface Lore {
  /** Uses not to go by, and outcomes not to count on, as `use>state`. */
  readonly avoid: ReadonlySet<string>
  /** How many people must make a move before it leads on. */
  readonly times: ReadonlyMap<UseId, number>
  readonly first: ReadonlyMap<UseId, readonly Preparation[]>
  /** Which arguments other than the usual ones are tried in a move with several outcomes. */
  readonly variants: ReadonlyMap<UseId, number>
}

/** Nothing learnt yet. */
export const noLore: Lore = { avoid: new Set(), times: new Map(), first: new Map(), variants: new Map() }

/** Where a scenario came to a stand. */
export interface Mishap {
  readonly step: Step
  /** What the charter had against the step. */
  readonly broken: readonly ConstraintId[]
  /** The states objects were in. */
  readonly states: Readonly<Record<Var, string | undefined>>
  /** An object that should have been in one of some states, where that is what went wrong. */
  readonly wanted?: { readonly name: Var; readonly states: readonly string[] }
  /** Demands that had to break for the one that was to break alone. */
  readonly together?: readonly ConstraintId[]
}

const mostTimes = 4
const mostFurther = 4
const mostVariants = 3

/** Things to believe instead, by what the charter has against the step that failed; none when it has nothing. */
export function lessonsOf(charter: Charter, scenario: Scenario, lore: Lore, mishap: Mishap): Lore[] {
  const use = useById(charter, mishap.step.use)
  if (use === undefined) return []
  const { wanted } = mishap
  if (wanted !== undefined) return otherOutcomes(charter, { scenario, lore, mishap }, wanted.name, wanted.states)
  const missed = demandedStates(use).flatMap(({ slot, states }) => {
    const name = varIn(mishap.step, slot)
    const state = mishap.states[name ?? '']
    return name === undefined || state === undefined || states.includes(state)
      ? []
      : otherOutcomes(charter, { scenario, lore, mishap }, name, states)
  })
  if (missed.length > 0) return missed
  return preparations(charter, { scenario, lore, mishap }, use)
}

interface Failed {
  readonly scenario: Scenario
  readonly lore: Lore
  readonly mishap: Mishap
}

function demandedStates(use: Use): { slot: Slot; states: readonly string[] }[] {
  return use.constraints.flatMap((each) => (each.kind === 'from' ? [{ slot: each.slot, states: each.states }] : []))
}

function varIn(step: Step, slot: Slot): Var | undefined {
  return slot === 'object' ? step.object : step.refs[slot]
}

/** The last move did not lead where it should have: it takes more people or other arguments, or leads elsewhere. */
function otherOutcomes(charter: Charter, failed: Failed, name: Var, wanted: readonly string[]): Lore[] {
  const { scenario, lore, mishap } = failed
  const isMoved = (step: Step): boolean =>
    (step.object ?? step.makes) === name || movedAlong(charter, scenario, step, name) !== undefined
  const last = before(scenario, mishap.step).findLast(isMoved)
  const made = useById(charter, last?.use ?? '')
  const move = last === undefined ? undefined : movedAlong(charter, scenario, last, name)
  const use = made === undefined || move === undefined ? made : { ...made, from: move.from, to: move.to }
  const state = mishap.states[name]
  if (use === undefined || state === undefined) return []
  const times = lore.times.get(use.id) ?? 1
  const more = !use.creates && use.from.includes(state) && use.to.includes(state) && times < mostTimes
  const outcomes = use.to.filter((each) => wanted.includes(each))
  const id = move?.use ?? use.id
  const mayVary = outcomes.length > 0 && use.to.length > 1 && !lore.variants.has(use.id) && isDecidedByArguments(use)
  const variants = mayVary ? Array.from({ length: mostVariants }, (_, index) => index + 1) : []
  return [
    ...(more ? [{ ...lore, times: new Map([...lore.times, [use.id, times + 1]]) }] : []),
    ...variants.map((variant) => ({ ...lore, variants: new Map([...lore.variants, [use.id, variant]]) })),
    avoiding(lore, outcomes.length === 0 ? [id] : outcomes.map((each) => `${id}>${each}`)),
  ]
}

/** Whether rules tell which other arguments a use may be made with. */
function isDecidedByArguments({ constraints }: Use): boolean {
  return constraints.some((each) => {
    const read = each.kind === 'when' ? each.rule.reads : each.kind === 'limit' ? (each.sum?.reads ?? []) : []
    return read.some(([root = '']) => requestRoots.has(root))
  })
}

/** What may make broken rules about facts true, done right before the use: all that is likely at once, then one by one. */
function preparations(charter: Charter, failed: Failed, use: Use): Lore[] {
  const { lore, mishap } = failed
  const known = lore.first.get(use.id) ?? []
  const isNew = (each: Preparation) => !known.some((other) => samePreparation(other, each))
  const grants = use.constraints.flatMap((each) =>
    each.kind === 'approval' && mishap.broken.includes(each.id) ? grantsFor(charter, use, each).filter(isNew) : [],
  )
  const forRules = use.constraints.map((each) =>
    (each.kind === 'when' || each.kind === 'limit') && mishap.broken.includes(each.id)
      ? slotsRead(charter, use, measureOf(each).reads)
          .flatMap((slot) => situationOf(charter, failed, use, slot) ?? [])
          .flatMap((situation) => preparationsOf(charter, use, each, situation))
          .filter(isNew)
      : [],
  )
  const forRefs = use.constraints.map((each) =>
    each.kind === 'from' && mishap.broken.includes(each.id) ? pointedAtFor(charter, use, each).filter(isNew) : [],
  )
  const wanted = [...forRefs, ...forRules]
  const likely = distinct(wanted.flatMap(([first]) => (first !== undefined && isMeant(first) ? [first] : [])))
  const together = likely.length > 1 ? [likely] : []
  const single = distinct([...grants, ...wanted.flat()]).map((each) => [each])
  return [...together, ...single].map((each) => preparing(lore, use, [...known, ...each]))
}

function distinct(preparations: readonly Preparation[]): Preparation[] {
  return preparations.filter((each, index) => preparations.findIndex((other) => samePreparation(other, each)) === index)
}

/** Objects a rule speaks of; none when it speaks of the request, which is another's to choose. */
function slotsRead(charter: Charter, use: Use, reads: readonly (readonly string[])[]): Slot[] {
  const roots = [...new Set(reads.map(([root = '']) => (root === 'state' ? 'object' : root)))]
  const slots = roots.filter((root) => slotType(charter, use, root) !== undefined)
  const rest = roots.filter((root) => !slots.includes(root))
  return rest.every((root) => root === 'principal' || root === 'claims') ? slots : []
}

/** What an object in a slot of the step that failed was like, and what had been done to it; undefined where there is none. */
function situationOf(charter: Charter, { scenario, mishap }: Failed, use: Use, slot: Slot): Situation | undefined {
  const type = slotType(charter, use, slot)
  if (type === undefined) return undefined
  const { object = '' } = mishap.step
  const above = scenario.vars[object]?.supply === 'made' ? knownParent(charter, scenario, object) : undefined
  const name = slot === 'parent' ? (above ?? parentOf(scenario, type, mishap.step)) : varIn(mishap.step, slot)
  const done = scenario.steps.filter((step) => step.object === name && name !== undefined)
  return { slot, type, state: mishap.states[name ?? ''], done, passed: passedBy(charter, scenario, name) }
}

/** The states that an object is planned to leave again on its way, each with the move that leads out of it. */
function passedBy(charter: Charter, { steps }: Scenario, name: Var | undefined): Situation['passed'] {
  let states: readonly string[] = []
  return steps.flatMap((step) => {
    const use = useById(charter, step.use)
    if (name === undefined || use === undefined || (step.makes !== name && step.object !== name)) return []
    const left = step.makes === name ? [] : [{ states, next: use }]
    states = use.to.length > 0 ? use.to : states
    return left
  })
}

/** The object of a scenario that the object of a step was made under. */
export function parentOf(
  scenario: Pick<Scenario, 'steps' | 'vars'>,
  type: ObjectType | undefined,
  step: Pick<Step, 'object'>,
): Var | undefined {
  const maker = scenario.steps.find((each) => each.makes !== undefined && each.makes === step.object)
  const named = Object.values(maker?.refs ?? {}).find((name) => scenario.vars[name]?.type === type?.name)
  return named ?? Object.keys(scenario.vars).find((name) => isParentOf(scenario.vars[name], step.object))
}

function isParentOf(spec: VarSpec | undefined, object: Var | undefined): boolean {
  return spec?.of !== undefined && spec.of === object && spec.at === undefined
}

/**
 * What to believe where the charter has nothing against what was refused: the objects a call names may have to be further along, or
 * the step, or what led up to the act, is gone around.
 */
export function detoursOf(charter: Charter, scenario: Scenario, lore: Lore, mishap: Mishap): Lore[] {
  const { step } = mishap
  const use = useById(charter, step.use)
  if (use === undefined) return []
  const known = lore.first.get(use.id) ?? []
  const further = Object.keys(step.refs).flatMap((slot) =>
    furtherMoves(charter, { scenario, lore, mishap }, use, slot).map((move) =>
      preparing(lore, use, [...known, { constraint: unsaid, slot, use: move.id, wishes: [] }]),
    ),
  )
  if (step !== scenario.steps.at(-1)) return [...further, avoiding(lore, [use.id])]
  const last = before(scenario, step).findLast((each) => each.object !== undefined && each.object === step.object)
  const move = useById(charter, last?.use ?? '')
  const outcomes = move?.to.filter((each) => use.from.includes(each)) ?? []
  const around =
    move === undefined
      ? []
      : [
          avoiding(
            lore,
            outcomes.map((each) => `${move.id}>${each}`),
          ),
        ]
  return [...further, ...around]
}

/** Stands for a demand that only the API makes. */
const unsaid: ConstraintId = ''

/** Moves of an object that a step names, after which it may still be named. */
function furtherMoves(charter: Charter, failed: Failed, use: Use, slot: Slot): Use[] {
  const situation = situationOf(charter, failed, use, slot)
  return situation === undefined
    ? []
    : possibleMoves(charter, use, situation)
        .slice(0, mostFurther)
        .filter((move) => mayStillBeNamed(use, slot, move))
}

function mayStillBeNamed(use: Use, slot: Slot, move: Use): boolean {
  const from = use.constraints.find((each) => each.kind === 'from' && each.slot === slot)
  return from?.kind !== 'from' || move.to.every((state) => from.states.includes(state))
}

function preparing(lore: Lore, use: Use, first: readonly Preparation[]): Lore {
  return { ...lore, first: new Map([...lore.first, [use.id, first]]) }
}

function avoiding(lore: Lore, marks: readonly string[]): Lore {
  return { ...lore, avoid: new Set([...lore.avoid, ...marks]) }
}

function before(scenario: Scenario, step: Step): readonly Step[] {
  return scenario.steps.slice(0, scenario.steps.indexOf(step))
}
