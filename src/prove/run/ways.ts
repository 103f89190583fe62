/** The ways in which one use can be brought about: other people, objects found instead of made, filled up first. */
import type { Use } from '../../charter/charter.ts'
import { tellingLeaves } from '../oracle/effect.ts'
import type { Member } from '../plan/cast.ts'
import { Casting } from '../plan/casting.ts'
import { fillersOf } from '../plan/fill.ts'
import { detoursOf, lessonsOf, type Mishap, noLore } from '../plan/lore.ts'
import { planUse, type UsePlan } from '../plan/plan-use.ts'
import type { AbuseCase, Scenario } from '../plan/scenario.ts'
import type { Bringer, BuildOptions } from '../plan/wants.ts'
import { type Choice, choicesFor } from './choice.ts'
import type { Lab } from './lab.ts'
import { keyOf, sameScenario, textOf } from './same-play.ts'
import { type Control, runControl } from './trial.ts'
import { Held, othersOf, Unreached } from './unreached.ts'

/** A plan, and the rightful call of it where one was found to work. */
export interface WorkingPlan {
  readonly plan: UsePlan
  readonly control: Control | undefined
  readonly options: BuildOptions
  /** Why no rightful call works; empty when one does. */
  readonly why: string
}

/** A rightful scenario that did not work, and how it was chosen. */
export interface Failure {
  readonly scenario: Scenario
  readonly options: BuildOptions
  readonly member?: Member | undefined
  readonly mishap: Mishap | undefined
}

type Teach = typeof lessonsOf

const mostCaseLessons = 3
/** How many people are tried who have what others have not. */
export const mostLeads = 3
const mostLonger = 3
/** How many scenarios are tried with what was learnt where one failed, and from there on. */
const mostLessons = 8
const mostInAll = 24

/** Plans uses, and remembers what was learnt about how to bring them about. */
export class Ways {
  readonly lab: Lab
  /** What brings about objects that no operation creates, by type; undefined where nothing was found. */
  readonly bringers = new Map<string, Bringer | undefined>()
  private readonly raisers = new Map<string, Use>()
  private readonly searched = new Set<string>()
  private readonly controls = new Map<string, Control | Unreached>()
  private readonly plans = new Map<string, UsePlan>()
  /** What was learnt of moves by scenarios that failed, and others that then worked. */
  private lore = noLore
  /** Where nothing that was learnt led any further. */
  private readonly stuck = new Set<string>()

  constructor(lab: Lab) {
    this.lab = lab
  }

  /** Forgets which rightful calls worked: the target has changed. */
  forget(): void {
    this.controls.clear()
    this.plans.clear()
  }

  /** Plans a use with everything learnt so far. */
  plan(use: Use, options: BuildOptions, member?: Member): UsePlan {
    const { stage, settled } = this.lab
    const all = { lore: this.lore, ...options, bringers: new Map(this.bringers), settled: new Map(settled) }
    const key = `${use.id} ${member?.name} ${textOf(all)}`
    const plan = this.plans.get(key) ?? planUse(stage, use, all, member)
    this.plans.set(key, plan)
    return plan
  }

  /** The first way of choosing people and objects in which the rightful call works, and shows what it does. */
  async working(use: Use): Promise<WorkingPlan> {
    const first = await this.firstWorking(use)
    return (await this.naming(use, first)) ?? first
  }

  private async firstWorking(use: Use): Promise<WorkingPlan> {
    let first: WorkingPlan | undefined
    let failure: Failure | undefined
    for await (const { member, options } of this.alternatives(use)) {
      if (first !== undefined) await this.lab.reset?.()
      const [plan, control] = await this.cast(use, options, member)
      if (plan.control === undefined || control === undefined) {
        first ??= { plan, control: undefined, options, why: plan.notReached[0]?.why ?? 'no scenario was found' }
        continue
      }
      if (!(control instanceof Unreached) && control.works) {
        this.noteRaiser(use, control)
        return (await this.telling(use, control)) ?? { plan, control, options, why: '' }
      }
      const failed = { scenario: plan.control, options, member, mishap: control.mishap }
      failure ??= failed
      const led = member === undefined ? await this.led(use, options, othersOf(control)) : undefined
      if (led !== undefined) return led
      const otherwise = await this.otherwise(use, failed, lessonsOf)
      if (otherwise !== undefined) return otherwise
      const why = control instanceof Unreached ? control.message : control.why
      // A scenario that can be written down tells more than one that cannot.
      if (first === undefined || first.plan.control === undefined) first = { plan, control: undefined, options, why }
    }
    // Going around what was refused may leave out what matters, so that other people come before it.
    const detour = failure === undefined ? undefined : await this.otherwise(use, failure, detoursOf)
    if (detour !== undefined) return detour
    const nothing = { control: undefined, cases: [], notReached: [] }
    return first ?? { plan: nothing, control: undefined, options: { found: new Set() }, why: 'no scenario was found' }
  }

  /** The same choice of objects with somebody first who has what the one cast for it has not; undefined where it does not work so either. */
  private async led(use: Use, options: BuildOptions, others: readonly string[]): Promise<WorkingPlan | undefined> {
    for (const lead of others.slice(0, mostLeads)) {
      await this.lab.reset?.()
      const led = { ...options, lead }
      const [plan, control] = await this.cast(use, led, undefined)
      if (control === undefined || control instanceof Unreached || !control.works) continue
      this.noteRaiser(use, control)
      return { plan, control, options: led, why: '' }
    }
    return undefined
  }

  /** For a reading whose answer tells nothing yet, a way in which it does; undefined where none is needed or found. */
  private async telling(use: Use, control: Control): Promise<WorkingPlan | undefined> {
    const { charter, stage } = this.lab
    if (use.object === undefined || charter.operations.get(use.operation)?.writes !== false || tells(control))
      return undefined
    const members = [undefined, ...new Casting(stage, { found: new Set() }).able(use, undefined).slice(1, 3)]
    for (const fill of fillersOf(charter, use.object.type)) {
      for (const member of members) {
        const options = { found: new Set<string>(), fill }
        await this.lab.reset?.()
        const [plan, filled] = await this.cast(use, options, member)
        if (filled === undefined || filled instanceof Unreached || !filled.works || !tells(filled)) continue
        return { plan, control: filled, options, why: '' }
      }
    }
    return undefined
  }

  /** The same with other things in place of those that the object has already; undefined where that shows nothing either. */
  private async naming(use: Use, { plan, control, options }: WorkingPlan): Promise<WorkingPlan | undefined> {
    const writes = this.lab.charter.operations.get(use.operation)?.writes !== false
    if (plan.control === undefined || control === undefined || control.visible || !writes) return undefined
    const caller = plan.control.steps.at(-1)?.as
    const member = this.lab.stage.members.find(({ name }) => name === caller)
    const others = { ...options, another: true } as const
    const [before, after] = [options, others].map((each) => this.plan(use, each, member).control)
    if (before === undefined || after === undefined || sameScenario(before, after)) return undefined
    await this.lab.reset?.()
    const [other, shown] = await this.cast(use, others, member)
    if (shown === undefined || shown instanceof Unreached || !shown.works || !shown.visible) return undefined
    return { plan: other, control: shown, options: others, why: '' }
  }

  /** A plan and its control; planned anew when the control showed to whom objects belong, or who stands in them. */
  private async cast(
    use: Use,
    options: BuildOptions,
    member: Member | undefined,
  ): Promise<[UsePlan, Control | Unreached | undefined]> {
    const plan = this.plan(use, options, member)
    if (plan.control === undefined) return [plan, undefined]
    const known = this.lab.settled.size
    const control = await this.controlOf(plan.control)
    const works = !(control instanceof Unreached) && control.works
    if (works && this.lab.settled.size === known) return [plan, control]
    const again = this.plan(use, options, member)
    if (again.control === undefined) return [plan, control]
    const { vars: _, ...calls } = again.control
    // The same calls, of which it is now known whom they are about: cases need those people.
    if (works && keyOf({ ...plan.control, ...calls }) === keyOf(plan.control))
      this.controls.set(keyOf(again.control), control)
    else if (sameScenario(again.control, plan.control)) return [plan, control]
    if (works) await this.lab.reset?.()
    const other = await this.controlOf(again.control)
    const isBetter = !works || (!(other instanceof Unreached) && other.works)
    return isBetter ? [again, other] : [plan, control]
  }

  /** The same choice of people and objects with other moves, by what a failure teaches; undefined when none of a few works. */
  private async otherwise(use: Use, first: Failure, teach: Teach): Promise<WorkingPlan | undefined> {
    const { charter } = this.lab
    const isAct = first.mishap?.step.purpose === 'act'
    const mark =
      first.mishap === undefined ? '' : `${teach.name}|${isAct}|${first.options.needed}|${placeOf(first.mishap)}`
    if (first.mishap === undefined || this.stuck.has(mark)) return undefined
    const tried = [first.scenario]
    const spent = new Map<string, number>()
    const open = teach(charter, first.scenario, this.lore, first.mishap).map((lore) => ({ lore, at: first.mishap }))
    for (let next = open.shift(); next !== undefined && tried.length <= mostInAll; next = open.shift()) {
      const { lore, at } = next
      const place = at === undefined ? '' : placeOf(at)
      const options = { ...first.options, lore }
      const plan = this.plan(use, options, first.member)
      const scenario = plan.control
      if (scenario === undefined || tried.some((each) => sameScenario(each, scenario))) continue
      if ((spent.get(place) ?? 0) >= mostLessons) continue
      spent.set(place, (spent.get(place) ?? 0) + 1)
      tried.push(scenario)
      await this.lab.reset?.()
      const control = await this.controlOf(scenario)
      if (!(control instanceof Unreached) && control.works) {
        // What was gone around may be needed elsewhere.
        this.lore = teach === lessonsOf ? lore : { ...lore, avoid: this.lore.avoid }
        this.noteRaiser(use, control)
        return { plan, control, options, why: '' }
      }
      // Whoever came to a stand elsewhere may have come further.
      const { mishap } = control
      if (mishap === undefined || at === undefined || placeOf(mishap) === place) continue
      // What led past a step will do so on other ways as well.
      if (hasPassed(scenario, at, mishap)) this.lore = { ...this.lore, first: lore.first }
      open.unshift(...lessonsOf(charter, scenario, lore, mishap).map((each) => ({ lore: each, at: mishap })))
    }
    this.stuck.add(mark)
    return undefined
  }

  /** Plans of a case that may come further than one that failed on its way. */
  *lessons(
    use: Use,
    { scenario, options, member, mishap }: Failure,
  ): Generator<{ options: BuildOptions; plan: UsePlan }> {
    if (mishap === undefined) return
    for (const lore of lessonsOf(this.lab.charter, scenario, options.lore ?? this.lore, mishap).slice(
      0,
      mostCaseLessons,
    ))
      yield { options: { ...options, lore }, plan: this.plan(use, { ...options, lore }, member) }
  }

  /** Ways of choosing people and objects; see `choicesFor`. */
  alternatives(use: Use): AsyncGenerator<Choice> {
    const plain = this.plan(use, { found: new Set() }).control
    const raiserOf = async (type: string) => (use.object?.type === type ? this.raisers.get(type) : this.raiserOf(type))
    return choicesFor(this.lab.stage, use, plain, raiserOf)
  }

  /**
   * Longer ways to an act, by moves into where it may start: what came about on them may be what the act shows. Of those to a reading,
   * the moves come first that a field which shows nothing yet is named after.
   */
  *longer(use: Use, { options }: WorkingPlan, { tactic }: AbuseCase): Generator<BuildOptions> {
    const type = this.lab.charter.objects.get(use.object?.type ?? '')
    const usual = this.plan(use, options).control?.steps.map((step) => step.use) ?? []
    const isAnywhere = use.from.length === 0 && this.lab.charter.operations.get(use.operation)?.writes === false
    const moves = type?.transitions.filter(
      (move) =>
        !move.creates &&
        move.operation !== use.operation &&
        !usual.includes(move.id) &&
        move.to.some((state) => (isAnywhere || use.from.includes(state)) && !move.from.includes(state)),
    )
    const field = tactic.kind === 'read-field' ? tactic.field : ''
    const last = moves?.toReversed().toSorted((left, right) => Number(fills(right, field)) - Number(fills(left, field)))
    for (const through of last?.slice(0, mostLonger) ?? []) yield { ...options, through }
  }

  /** A use that raises a number of an object, looked for once among the moves that leave it where it is. */
  private async raiserOf(typeName: string): Promise<Use | undefined> {
    const { stage } = this.lab
    const type = stage.charter.objects.get(typeName)
    if (this.searched.has(typeName) || type === undefined) return this.raisers.get(typeName)
    this.searched.add(typeName)
    for (const use of type.transitions) {
      const writes = stage.charter.operations.get(use.operation)?.writes === true
      if (
        use.creates ||
        use.kind === 'along' ||
        !writes ||
        use.to.some((state) => !use.from.includes(state)) ||
        this.raisers.has(typeName)
      )
        continue
      const { control } = this.plan(use, { found: new Set() })
      const made = control === undefined ? undefined : await this.controlOf(control)
      if (made !== undefined && !(made instanceof Unreached) && made.works) this.noteRaiser(use, made)
    }
    return this.raisers.get(typeName)
  }

  /** Remembers uses that raise a number of an object: others may need what they bring. */
  private noteRaiser(use: Use, control: Control): void {
    const type = use.object?.type
    if (type === undefined || use.creates || this.raisers.has(type)) return
    const raises = [...control.signature.deltas].some(([mark, delta]) => mark.startsWith(`${type}|`) && delta > 0)
    if (raises) this.raisers.set(type, use)
  }

  /** What came of a rightful scenario; undefined when it was not played since the target changed. */
  knownControl(scenario: Scenario): Control | Unreached | undefined {
    return this.controls.get(keyOf(scenario))
  }

  /** Controls are made once for each scenario, and again never. */
  async controlOf(scenario: Scenario): Promise<Control | Unreached> {
    const key = keyOf(scenario)
    const known = this.controls.get(key)
    if (known !== undefined) return known
    const made = await tryTo(() => runControl(this.lab, scenario))
    this.controls.set(key, made)
    return made
  }
}

/** Whether an answer holds anything but the keys of what was asked about. */
function tells({ answer, after }: Control): boolean {
  const keys = new Set([...after.values()].map((fact) => fact?.key))
  return [...tellingLeaves(answer).values()].some((leaf) => !keys.has(String(leaf)))
}

/** Whether a field is named after a move, as `approved_by` after `approve`. */
function fills({ id }: Use, field: string): boolean {
  const verb = id.slice(id.lastIndexOf('.') + 1).toLowerCase()
  return verb.length > 3 && field.toLowerCase().includes(verb.replace(/e$/, ''))
}

/** Whether a scenario came to a stand only after the step at which another one did. */
function hasPassed({ steps }: Scenario, at: Mishap, now: Mishap): boolean {
  const end = steps.indexOf(now.step)
  return at.step.use !== now.step.use && steps.slice(0, Math.max(0, end)).some((step) => step.use === at.step.use)
}

function placeOf({ step, broken, states }: Mishap): string {
  return [step.use, ...broken, states[step.object ?? ''] ?? ''].join('|')
}

/** The result, or why a play could not be brought about. */
export async function tryTo<T>(work: () => Promise<T>): Promise<T | Unreached> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Unreached) return error
    if (error instanceof Held) return new Unreached(error.message, error.mishap)
    throw error
  }
}
