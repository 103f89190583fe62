/** Runs the proofs of a charter against a running system. Yields events; whoever listens decides what is shown. */
import type { Charter, Demand, Use } from '../../charter/charter.ts'
import type { Cell, Finding, Outcome, ProveEvent, Verdict } from '../finding.ts'
import type { Member } from '../plan/cast.ts'
import { Casting } from '../plan/casting.ts'
import { planUse, type UsePlan } from '../plan/plan-use.ts'
import { type AbuseCase, nameOf, type Scenario } from '../plan/scenario.ts'
import type { BuildOptions } from '../plan/wants.ts'
import { Findings } from './collect.ts'
import type { Lab } from './lab.ts'
import { mayShowLater } from './later.ts'
import { reduceTrial, repeatTrial } from './reduce.ts'
import { runTrial } from './tactic.ts'
import { type Control, runControl, type Trial } from './trial.ts'
import { Held, Unreached } from './unreached.ts'
import { who } from './words.ts'

export interface ProveOptions {
  readonly lab: Lab
  readonly seed: string
  /** Operations to prove; all when absent. */
  readonly only?: ReadonlySet<string>
  /** How often an effect must show again on fresh objects. */
  readonly repeats: number
  readonly stopped: () => string | undefined
  readonly usage: () => { readonly requests: number; readonly ms: number }
  readonly notes: readonly string[]
}

/** Plans and proves, use after use; the last event is the outcome, also when the run is stopped early. */
export async function* prove(options: ProveOptions): AsyncGenerator<ProveEvent> {
  const { lab } = options
  const run = new Run(options)
  const uses = usesInOrder(lab.charter, options.only)
  yield { kind: 'planned', uses: uses.length, cases: uses.reduce((sum, use) => sum + use.constraints.length, 0) }
  for (const text of options.notes) yield { kind: 'note', text }
  let partial: string | undefined
  for (const [index, use] of uses.entries()) {
    partial = options.stopped()
    if (partial !== undefined) break
    yield { kind: 'use', use: use.id, index: index + 1, of: uses.length }
    yield* run.proveUse(use)
  }
  partial ??= options.stopped()
  const outcome: Outcome = {
    charter: lab.charter.name,
    seed: options.seed,
    findings: run.findings.list(),
    cells: run.cells,
    ...options.usage(),
    notes: [...options.notes],
    ...(partial === undefined ? {} : { partial }),
  }
  yield { kind: 'end', outcome }
}

/** Lists last, when there is something to list; otherwise in the order of the charter. */
export function usesInOrder(charter: Charter, only: ReadonlySet<string> | undefined): Use[] {
  const uses = [...charter.operations.values()].flatMap((operation) => operation.uses)
  const wanted = uses.filter((use) => only === undefined || only.has(use.operation))
  const lists = (use: Use) => charter.operations.get(use.operation)?.lists !== undefined
  return [...wanted.filter((use) => !lists(use)), ...wanted.filter(lists)]
}

interface Judged {
  readonly verdict: Verdict
  readonly why: string
  readonly trial?: Trial
  readonly finding?: Finding
}

/** Reasons that other people and objects do not change. */
const hopeless = /another use of|no limit to overrun|no hook|hook$|races are switched off|more than the \d+ a case/
const mostAlternatives = 6

/** What no operation makes, as invoices, is listed while there is something from what was proven before. */
function listsWhatNobodyMakes(charter: Charter, use: Use): boolean {
  const listed = charter.operations.get(use.operation)?.lists?.object
  return listed !== undefined && charter.objects.get(listed)?.transitions.some((each) => each.creates) !== true
}

class Run {
  readonly cells: Cell[] = []
  readonly findings: Findings
  private readonly options: ProveOptions
  private readonly raisers = new Map<string, Use>()
  private readonly searched = new Set<string>()
  private readonly controls = new Map<string, Control | Unreached>()

  constructor(options: ProveOptions) {
    this.options = options
    this.findings = new Findings(options.lab)
  }

  async *proveUse(use: Use): AsyncGenerator<ProveEvent> {
    const { lab } = this.options
    this.controls.clear()
    if (!listsWhatNobodyMakes(lab.charter, use)) await lab.reset?.()
    const { plan, control, why } = await this.workingPlan(use)
    yield { kind: 'control', use: use.id, works: control !== undefined, why }
    for (const skipped of plan.notReached) {
      this.cells.push(this.cellOf(use, skipped.constraint, '-', '-', skipped.tactic, 'not-reached', skipped.why))
      yield { kind: 'skipped', skipped }
    }
    for (const abuse of plan.cases) {
      if (this.options.stopped() !== undefined) return
      yield* this.proveCase(use, abuse, why)
    }
    if (plan.cases.length === 0 && plan.notReached.length === 0)
      this.cells.push(this.cellOf(use, `${use.id}.by`, '-', '-', 'control', 'held', 'open to everyone by design'))
  }

  /** The first way of choosing people and objects in which the rightful call works. */
  private async workingPlan(use: Use): Promise<{ plan: UsePlan; control: Control | undefined; why: string }> {
    let first: { plan: UsePlan; why: string } | undefined
    for await (const { member, options } of this.alternatives(use)) {
      const plan = planUse(this.options.lab.stage, use, options, member)
      if (plan.control === undefined) {
        first ??= { plan, why: plan.notReached[0]?.why ?? 'no scenario was found' }
        continue
      }
      const control = await this.controlOf(plan.control)
      if (!(control instanceof Unreached) && control.works) {
        this.noteRaiser(use, control)
        return { plan, control, why: '' }
      }
      const why = control instanceof Unreached ? control.message : control.why
      // A scenario that can be written down tells more than one that cannot.
      if (first === undefined || first.plan.control === undefined) first = { plan, why }
    }
    return {
      plan: first?.plan ?? { control: undefined, cases: [], notReached: [] },
      control: undefined,
      why: first?.why ?? 'no scenario was found',
    }
  }

  /** Ways of choosing people and objects, the plainest first: found instead of made, filled up, other people. */
  private async *alternatives(use: Use): AsyncGenerator<{ member?: Member; options: BuildOptions }> {
    const { stage } = this.options.lab
    const found: ReadonlySet<string> = new Set()
    const plain = planUse(stage, use, { found }).control
    yield { options: { found } }
    const types = [
      ...new Set(Object.values(plain?.vars ?? {}).map((spec) => spec.type)),
      ...(plain === undefined ? typesOf(use) : []),
    ]
    const listed = types.filter((type) => stage.charter.objects.get(type)?.list !== undefined)
    for (const type of types) {
      const enrich = use.object?.type === type ? this.raisers.get(type) : await this.raiserOf(type)
      if (enrich !== undefined && enrich.id !== use.id) yield { options: { found, enrich: new Map([[type, enrich]]) } }
    }
    for (const type of listed) yield { options: { found: new Set([type]) } }
    const creators = stage.charter.objects.get(use.object?.type ?? '')?.transitions.filter((each) => each.creates) ?? []
    for (const creator of creators.slice(1)) yield { options: { found, creator: creator.id } }
    for (const creator of creators.slice(1))
      for (const type of listed.filter((each) => each !== use.object?.type))
        yield { options: { found: new Set([type]), creator: creator.id } }
    const others = new Casting(stage, { found }).able(use, undefined).slice(1, 4)
    for (const member of others) yield { member, options: { found } }
    if (listed.length > 1) yield { options: { found: new Set(listed) } }
    for (const member of others) for (const type of listed) yield { member, options: { found: new Set([type]) } }
  }

  /** A use that raises a number of an object, looked for once among the moves that leave it where it is. */
  private async raiserOf(typeName: string): Promise<Use | undefined> {
    const { stage } = this.options.lab
    const type = stage.charter.objects.get(typeName)
    if (this.searched.has(typeName) || type === undefined) return this.raisers.get(typeName)
    this.searched.add(typeName)
    for (const use of type.transitions) {
      const writes = stage.charter.operations.get(use.operation)?.writes === true
      if (use.creates || !writes || use.to.some((state) => !use.from.includes(state)) || this.raisers.has(typeName))
        continue
      const { control } = planUse(stage, use, { found: new Set() })
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

  /** Controls are made once for each scenario, and again never. */
  private async controlOf(scenario: Scenario): Promise<Control | Unreached> {
    const key = keyOf(scenario)
    const known = this.controls.get(key)
    if (known !== undefined) return known
    const made = await tryTo(() => runControl(this.options.lab, scenario))
    this.controls.set(key, made)
    return made
  }

  private async *proveCase(use: Use, abuse: AbuseCase, controlWhy: string): AsyncGenerator<ProveEvent> {
    if (!listsWhatNobodyMakes(this.options.lab.charter, use)) await this.options.lab.reset?.()
    const { verdict, why, trial, finding } = await this.judgeAnyhow(use, abuse, controlWhy)
    const role = abuse.abuse.steps.at(-1)?.as ?? 'nobody'
    const state = abuse.tactic.kind === 'from-state' ? abuse.tactic.state : (trial?.state ?? '-')
    this.cells.push(
      this.cellOf(use, abuse.constraint, who(this.options.lab, role), state, nameOf(abuse.tactic), verdict, why),
    )
    yield { kind: 'case', case: abuse, verdict, why }
    if (finding !== undefined) yield { kind: 'finding', finding }
  }

  /** When a case cannot be brought about with one choice of people and objects, it is tried with a few others. */
  private async judgeAnyhow(use: Use, abuse: AbuseCase, controlWhy: string): Promise<Judged> {
    const first = await this.judge(use, abuse, controlWhy)
    if (first.verdict !== 'not-reached' || hopeless.test(first.why)) return first
    let tried = 0
    for await (const { member, options } of this.alternatives(use)) {
      if (tried++ > mostAlternatives) break
      await this.options.lab.reset?.()
      const other = planUse(this.options.lab.stage, use, options, member).cases.find((each) => each.id === abuse.id)
      if (other === undefined || sameScenario(other.abuse, abuse.abuse)) continue
      const judged = await this.judge(use, other, controlWhy)
      if (judged.verdict !== 'not-reached') return judged
    }
    return first
  }

  /** The same case on objects that are there already, when that takes fewer steps and works as well. */
  private async shortest(
    use: Use,
    proven: { abuse: AbuseCase; control: Control; trial: Trial },
  ): Promise<typeof proven> {
    let best = proven
    let tried = 0
    for await (const { member, options } of this.alternatives(use)) {
      if (tried++ > mostAlternatives) break
      const other = planUse(this.options.lab.stage, use, options, member).cases.find(
        (each) => each.id === best.abuse.id,
      )
      if (other === undefined || other.abuse.steps.length >= best.abuse.abuse.steps.length) continue
      await this.options.lab.reset?.()
      const control = await this.controlOf(other.control)
      if (control instanceof Unreached || !control.works) continue
      await this.options.lab.reset?.()
      const trial = await tryTo(() => runTrial(this.options.lab, other, control))
      if (!(trial instanceof Unreached) && trial.effect) best = { abuse: other, control, trial }
    }
    return best
  }

  private async judge(use: Use, abuse: AbuseCase, controlWhy: string): Promise<Judged> {
    const { lab, repeats } = this.options
    const control = await this.controlOf(abuse.control)
    if (control instanceof Unreached) return { verdict: 'not-reached', why: `no control: ${control.message}` }
    if (!control.works) return { verdict: 'not-reached', why: `no control: ${control.why || controlWhy}` }
    const constraint = constraintOf(lab.charter, use, abuse)
    if (constraint === undefined) return { verdict: 'not-reached', why: 'the constraint is gone' }
    const covered = this.findings.coveredBy(use, constraint, abuse)
    if (covered !== undefined) return { verdict: 'held', why: `covered by ${covered}` }
    const writes = lab.charter.operations.get(use.operation)?.writes ?? true
    if (writes && !control.visible && needsSight(abuse) && !mayShowLater(abuse))
      return { verdict: 'not-reached', why: 'what the rightful call does shows in nothing that anyone may read' }
    const trial = await tryTo(() => runTrial(lab, abuse, control))
    if (trial instanceof Unreached) return { verdict: 'not-reached', why: trial.message }
    if (!trial.effect) return { verdict: 'held', why: trial.why, trial }
    if (this.findings.knows(use, constraint, abuse)) {
      this.findings.addTo(use, constraint, abuse, trial)
      return { verdict: 'proven', why: trial.why, trial }
    }
    const repeated = await repeatTrial(lab, abuse, control, repeats)
    if (repeated.succeeded < repeated.of)
      return {
        verdict: 'not-reached',
        why: `took effect once but only in ${repeated.succeeded} of ${repeated.of} repeats`,
        trial,
      }
    const best = await this.shortest(use, { abuse, control, trial })
    const shortest = await reduceTrial(lab, best.abuse, best.control, best.trial)
    const finding = this.findings.add(use, constraint, best.abuse, { trial: shortest, control: best.control, repeated })
    return { verdict: 'proven', why: trial.why, trial: shortest, finding }
  }

  private cellOf(
    use: Use,
    constraint: string,
    actor: string,
    state: string,
    tactic: string,
    verdict: Verdict,
    why: string,
  ): Cell {
    return { use: use.id, operation: use.operation, constraint, actor, state, tactic, verdict, why }
  }
}

function keyOf(scenario: Scenario): string {
  return JSON.stringify(scenario, (name, value: unknown) => (name === 'rule' ? sourceOf(value) : value))
}

function sourceOf(rule: unknown): unknown {
  return typeof rule === 'object' && rule !== null && 'source' in rule ? rule.source : undefined
}

function sameScenario(left: Scenario, right: Scenario): boolean {
  return keyOf(left) === keyOf(right)
}

function typesOf(use: Use): string[] {
  return [use.object?.type, ...use.refs.map((ref) => ref.object)].filter((each) => each !== undefined)
}

export function constraintOf(charter: Charter, use: Use, abuse: AbuseCase): Demand | undefined {
  const all: readonly Demand[] = [...use.constraints, ...charter.rules, ...charter.invariants]
  return all.find((each) => each.id === abuse.constraint)
}

/** Disclosures show in the answer itself. */
function needsSight(abuse: AbuseCase): boolean {
  return !['read-field', 'list', 'guess', 'write-field', 'rightful'].includes(abuse.tactic.kind)
}

async function tryTo<T>(work: () => Promise<T>): Promise<T | Unreached> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Unreached) return error
    if (error instanceof Held) return new Unreached(error.message)
    throw error
  }
}
