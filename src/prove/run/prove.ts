/** Runs the proofs of a charter against a running system. Yields events; whoever listens decides what is shown. */
import type { Use } from '../../charter/charter.ts'
import type { Cell, Outcome, ProveEvent } from '../finding.ts'
import { type AbuseCase, nameOf } from '../plan/scenario.ts'
import type { Choice } from './choice.ts'
import { Findings } from './collect.ts'
import { FieldsAtOnce } from './fields-at-once.ts'
import { type Judged, onTheWay } from './judged.ts'
import type { Lab } from './lab.ts'
import { witnessedCases } from './look/witness.ts'
import { reduceTrial, repeatTrial } from './reduce.ts'
import { sameCase } from './same-case.ts'
import { sameScenario } from './same-play.ts'
import { bringerOf } from './scene/bringer.ts'
import { declaredControl } from './scene/declared-control.ts'
import { KeptScene } from './scene/kept-scene.ts'
import { noteOwn } from './scene/own.ts'
import { judgeDescription } from './tactic/described.ts'
import { mayShowLater, needsSight } from './tactic/later.ts'
import { runTrial } from './tactic/tactic.ts'
import { type Control, nothingShows, type Trial } from './trial.ts'
import { Unreached, Unseen } from './unreached.ts'
import { constraintOf, usesInOrder } from './uses.ts'
import { mostLeads, tryTo, Ways, type WorkingPlan } from './ways.ts'
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
  await noteOwn(lab)
  let partial: string | undefined
  for (const [index, use] of uses.entries()) {
    partial = options.stopped()
    if (partial !== undefined) break
    yield { kind: 'use', use: use.id, index: index + 1, of: uses.length }
    try {
      yield* run.proveUse(use)
    } catch (error) {
      // Whatever a target does is an outcome; this is a fault of ours. What was proven until then still counts.
      partial = `Lockstep itself failed at ${use.id}: ${error instanceof Error ? error.message : String(error)}`
      break
    }
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

/** Reasons that other people and objects do not change. */
const hopeless =
  /another use of|the charter allows this call|no limit to overrun|no hook|hook$|races are switched off|more than the \d+ a case|not let in/
const mostAlternatives = 6
const mostLessons = 4

class Run {
  readonly cells: Cell[] = []
  readonly findings: Findings
  private readonly options: ProveOptions
  private readonly ways: Ways
  private readonly kept = new KeptScene()
  private readonly fields: FieldsAtOnce
  /** Ways of the present case in which it cannot be broken alone. */
  private inseparable: AbuseCase[] = []

  constructor(options: ProveOptions) {
    this.options = options
    this.findings = new Findings(options.lab)
    this.ways = new Ways(options.lab)
    this.fields = new FieldsAtOnce(this.ways, () => this.kept.keep())
  }

  async *proveUse(use: Use): AsyncGenerator<ProveEvent> {
    const { lab } = this.options
    yield* this.proveDescription(use)
    this.ways.forget()
    this.kept.keep()
    await lab.reset?.()
    const bringer = await bringerOf(this.ways, use)
    if (bringer !== undefined) await lab.reset?.()
    const working = await this.ways.working(use)
    const { plan, control, why } = working
    yield { kind: 'control', use: use.id, works: control !== undefined, why }
    for (const skipped of plan.notReached) {
      const { constraint, tactic, why } = skipped
      this.note(use, { constraint, tactic, verdict: 'not-reached', why })
      yield { kind: 'skipped', skipped }
    }
    this.fields.begin(plan.cases)
    for (const abuse of [...plan.cases, ...witnessedCases(lab, use, plan)]) {
      if (this.options.stopped() !== undefined) return
      yield* this.proveCase(use, abuse, working)
    }
    if (plan.cases.length === 0 && plan.notReached.length === 0)
      this.note(use, {
        constraint: `${use.id}.by`,
        tactic: 'control',
        verdict: 'held',
        why: 'open to everyone by design',
      })
  }

  /** A tool is to be described as it was approved. */
  private async *proveDescription(use: Use): AsyncGenerator<ProveEvent> {
    const constraint = use.constraints.find(({ kind }) => kind === 'integrity')
    if (constraint === undefined) return
    const { lab, repeats } = this.options
    const { abuse, verdict, why, trial, repeated } = await judgeDescription(lab, use, { id: constraint.id, repeats })
    const actor = who(lab, abuse.abuse.steps.at(-1)?.as ?? 'nobody')
    this.note(use, { constraint: constraint.id, actor, tactic: nameOf(abuse.tactic), verdict, why })
    yield { kind: 'case', case: abuse, verdict, why }
    if (verdict !== 'proven' || trial === undefined) return
    if (this.findings.knows(use, constraint, abuse, trial)) this.findings.addTo(use, constraint, abuse, trial)
    else
      yield {
        kind: 'finding',
        finding: this.findings.add(use, constraint, abuse, { trial, control: { sent: [] }, repeated }),
      }
  }

  private async *proveCase(use: Use, abuse: AbuseCase, working: WorkingPlan): AsyncGenerator<ProveEvent> {
    const held: Judged | undefined = (await this.fields.held(abuse)) ?? (await this.judgeOnKept(abuse))
    const judged = held ?? (await this.judgeAfresh(use, abuse, working))
    const { verdict, why, trial, finding, as } = judged
    this.kept.keep(abuse, trial)
    const role = as ?? abuse.abuse.steps.at(-1)?.as ?? 'nobody'
    const { tactic } = abuse
    const isIn = tactic.kind === 'from-state' || tactic.kind === 'leads'
    const state = isIn ? tactic.state : (trial?.state ?? '-')
    const actor = who(this.options.lab, role)
    this.note(use, { constraint: abuse.constraint, actor, state, tactic: nameOf(tactic), verdict, why })
    yield { kind: 'case', case: abuse, verdict, why }
    if (finding !== undefined) yield { kind: 'finding', finding }
  }

  /** Tries a case where a refusal left everything as it was; only another refusal counts there, all else is tried afresh. */
  private async judgeOnKept(abuse: AbuseCase): Promise<Judged | undefined> {
    const { lab } = this.options
    const control = this.ways.knownControl(abuse.control)
    const on = this.kept.fitting(abuse)
    if (on === undefined || control === undefined || control instanceof Unreached || !control.works) return undefined
    if (!control.visible && mayShowLater(abuse)) return undefined
    const trial = await tryTo(() => runTrial(lab, abuse, control, { on }))
    if (trial instanceof Unreached || trial.untouched === undefined) return undefined
    return { verdict: 'held', why: trial.why, trial }
  }

  private async judgeAfresh(use: Use, abuse: AbuseCase, working: WorkingPlan): Promise<Judged> {
    await this.options.lab.reset?.()
    this.inseparable = []
    const judged = await this.judgeAnyhow(use, abuse, working)
    return (judged.verdict === 'not-reached' ? await this.judgeTogether(use, working) : undefined) ?? judged
  }

  /** What is demanded twice is broken together, where nothing breaks it alone; the fewest others that were found. */
  private async judgeTogether(use: Use, { why }: WorkingPlan): Promise<Judged | undefined> {
    const fewest = this.inseparable.toSorted((left, right) => others(left).length - others(right).length)[0]
    if (fewest === undefined) return undefined
    await this.options.lab.reset?.()
    const judged = await this.judge(use, fewest, why)
    if (judged.verdict === 'not-reached') return undefined
    const remark = ` (only together with ${others(fewest).join(', ')})`
    return judged.verdict === 'held' ? { ...judged, why: judged.why + remark } : judged
  }

  /** When a case cannot be brought about with one choice of people and objects, it is tried with a few others. */
  private async judgeAnyhow(use: Use, abuse: AbuseCase, working: WorkingPlan): Promise<Judged> {
    const { lab } = this.options
    const { why: controlWhy } = working
    const first = await this.judge(use, abuse, controlWhy)
    if ((first.verdict !== 'not-reached' && first.unseen !== true) || hopeless.test(first.why)) return first
    if (first.unseen === true) return (await this.judgeFromFurther(use, abuse, working)) ?? first
    const lesson = await this.judgeByLessons(use, abuse, working, first)
    if (lesson !== undefined) return lesson
    for (const scenario of abuse.instead ?? []) {
      await lab.reset?.()
      const judged = await this.judge(use, { ...abuse, abuse: scenario }, controlWhy)
      if (judged.verdict !== 'not-reached') return { ...judged, as: scenario.steps.at(-1)?.as }
    }
    const { options } = working
    for (const lead of first.others?.slice(0, mostLeads) ?? []) {
      const judged = await this.judgeChosen(use, abuse, { options: { ...options, lead } }, controlWhy)
      if (judged !== undefined) return judged
    }
    let tried = 0
    for await (const choice of this.ways.alternatives(use)) {
      if (tried++ > mostAlternatives) break
      const judged = await this.judgeChosen(use, abuse, choice, controlWhy)
      if (judged !== undefined) return judged
    }
    return first
  }

  /** The same case with other people and objects; undefined where it is not reached so either. */
  private async judgeChosen(
    use: Use,
    abuse: AbuseCase,
    { member, options }: Choice,
    controlWhy: string,
  ): Promise<Judged | undefined> {
    const { lab } = this.options
    const other = sameCase(lab.stage, this.ways.plan(use, options, member).cases, abuse)
    if (other === undefined || sameScenario(other.abuse, abuse.abuse)) return undefined
    await lab.reset?.()
    const judged = await this.judge(use, other, controlWhy)
    return judged.verdict === 'not-reached' ? undefined : judged
  }

  /** What came to a stand on its way is tried with what that teaches, a few times. */
  private async judgeByLessons(
    use: Use,
    abuse: AbuseCase,
    { why, options }: WorkingPlan,
    first: Judged,
  ): Promise<Judged | undefined> {
    const { lab } = this.options
    const tried = [abuse.abuse]
    const lessons = [...this.ways.lessons(use, { scenario: abuse.abuse, options, mishap: onTheWay(first, abuse) })]
    for (let next = lessons.shift(); next !== undefined && tried.length <= mostLessons; next = lessons.shift()) {
      const other = sameCase(lab.stage, next.plan.cases, abuse)
      if (other === undefined || tried.some((each) => sameScenario(other.abuse, each))) continue
      tried.push(other.abuse)
      await lab.reset?.()
      const judged = await this.judge(use, other, why)
      if (judged.verdict !== 'not-reached') return judged
      const failure = { scenario: other.abuse, options: next.options, mishap: onTheWay(judged, other) }
      lessons.unshift(...this.ways.lessons(use, failure))
    }
    return undefined
  }

  /** What may show nothing because there was nothing to it yet is tried where more has come about. */
  private async judgeFromFurther(use: Use, abuse: AbuseCase, working: WorkingPlan): Promise<Judged | undefined> {
    const { lab } = this.options
    for (const options of this.ways.longer(use, working, abuse)) {
      const other = sameCase(lab.stage, this.ways.plan(use, options).cases, abuse)
      if (other === undefined || sameScenario(other.abuse, abuse.abuse)) continue
      await lab.reset?.()
      const judged = await this.judge(use, other, working.why)
      if (judged.verdict !== 'not-reached' && judged.unseen !== true) return judged
    }
    return undefined
  }

  /** The same case on objects that are there already, when that takes fewer steps and works as well. */
  private async shortest(
    use: Use,
    proven: { abuse: AbuseCase; control: Control; trial: Trial },
  ): Promise<typeof proven> {
    const { lab } = this.options
    let best = proven
    let tried = 0
    for await (const { member, options } of this.ways.alternatives(use)) {
      if (tried++ > mostAlternatives) break
      const other = sameCase(lab.stage, this.ways.plan(use, options, member).cases, best.abuse)
      if (other === undefined || other.abuse.steps.length >= best.abuse.abuse.steps.length) continue
      await lab.reset?.()
      const control = await this.ways.controlOf(other.control)
      if (control instanceof Unreached || !control.works) continue
      await lab.reset?.()
      const trial = await tryTo(() => runTrial(lab, other, control))
      if (!(trial instanceof Unreached) && trial.effect) best = { abuse: other, control, trial }
    }
    return best
  }

  private async judge(use: Use, abuse: AbuseCase, controlWhy: string): Promise<Judged> {
    const { lab, repeats } = this.options
    const made = await this.ways.controlOf(abuse.control)
    const control = declaredControl(lab.charter, abuse, made) ?? made
    if (control instanceof Unreached)
      return { verdict: 'not-reached', why: `no control: ${control.message}`, others: control.others }
    if (!control.works) return { verdict: 'not-reached', why: `no control: ${control.why || controlWhy}` }
    const constraint = constraintOf(lab.charter, use, abuse)
    if (constraint === undefined) return { verdict: 'not-reached', why: 'the constraint is gone' }
    const covered = this.findings.coveredBy(use, constraint, abuse)
    if (covered !== undefined) return { verdict: 'held', why: `covered by ${covered}` }
    const writes = lab.charter.operations.get(use.operation)?.writes ?? true
    if (writes && !control.visible && needsSight(abuse)) return { verdict: 'not-reached', why: nothingShows(control) }
    const trial = await tryTo(() => runTrial(lab, abuse, control))
    if (trial instanceof Unreached) {
      const unseen = trial instanceof Unseen
      const { together } = trial.mishap ?? {}
      if (together !== undefined) this.inseparable.push({ ...abuse, together })
      return { verdict: 'not-reached', why: trial.message, mishap: trial.mishap, unseen, others: trial.others }
    }
    if (!trial.effect) return { verdict: 'held', why: trial.why, trial, unseen: trial.unfilled === true }
    if (this.findings.knows(use, constraint, abuse, trial)) {
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

  private note(
    use: Use,
    seen: Pick<Cell, 'constraint' | 'tactic' | 'verdict' | 'why'> & Partial<Pick<Cell, 'actor' | 'state'>>,
  ): void {
    this.cells.push({ use: use.id, operation: use.operation, actor: '-', state: '-', ...seen })
  }
}

function others({ together }: AbuseCase): readonly string[] {
  return together ?? []
}
