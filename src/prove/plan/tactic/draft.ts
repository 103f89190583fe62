import { parseCel } from '../../../cel/parse-cel.ts'
import type { Charter, Constraint, ConstraintId, Use } from '../../../charter/charter.ts'
import { Builder } from '../build.ts'
import type { Member, Stage } from '../cast.ts'
import { type Foreseen, foresee } from '../foresee.ts'
import { noLore } from '../lore.ts'
import { type AbuseCase, type NotReached, nameOf, type Scenario, type Tactic, type Wish } from '../scenario.ts'
import { type BuildOptions, possible, Unbuildable, type Wants } from '../wants.ts'

/** A constraint of one kind. */
export type ConstraintOf<K extends Constraint['kind']> = Extract<Constraint, { kind: K }>

/** Planning of one use under one way of choosing objects and people. */
export class Draft {
  readonly cases: AbuseCase[] = []
  readonly notReached: NotReached[] = []
  readonly stage: Stage
  readonly use: Use
  readonly options: BuildOptions
  readonly base: Wants

  constructor(stage: Stage, use: Use, options: BuildOptions, member: Member | undefined) {
    this.stage = stage
    this.use = use
    this.options = options
    this.base = {
      ...(options.needed === true ? neededWants(stage, use) : baseWants(stage, use)),
      ...(member === undefined ? {} : { member }),
    }
  }

  /** The scenario of the use; what is given replaces what is usual. Throws `Unbuildable`. */
  build(wants: Wants = {}, options: Partial<BuildOptions> = {}): Scenario {
    const choices = { ...this.options, ...options }
    const { scenario, unfit } = this.built(wants, choices)
    if (unfit.size === 0) return scenario
    // What such an object cannot go through is gone around where there is another way.
    const { lore = noLore } = choices
    const around = { ...choices, lore: { ...lore, avoid: new Set([...lore.avoid, ...unfit]) } }
    const other = possible(() => this.built(wants, around))
    return other === undefined || other.unfit.size > 0 ? scenario : other.scenario
  }

  private built(wants: Wants, options: BuildOptions): Foreseen {
    const builder = new Builder(this.stage, options)
    builder.addAct(this.use, { ...this.base, ...wants })
    return foresee(this.stage, builder.scenario(), wants.without)
  }

  /** What a builder has put together, in which the arguments of earlier steps settle what later rules ask of objects. */
  finish(builder: Builder): Scenario {
    return foresee(this.stage, builder.scenario()).scenario
  }

  /** Adds a case, or the reason why it cannot be built. */
  add(
    constraint: ConstraintId,
    tactic: Tactic,
    finding: string,
    make: () => { control?: Scenario; abuse: Scenario; instead?: readonly Scenario[] },
  ): void {
    try {
      const { control, abuse, instead } = make()
      const id = `${this.use.id}|${constraint}|${nameOf(tactic)}`
      const scenes = { control: control ?? this.build(), abuse, ...(instead?.length ? { instead } : {}) }
      this.cases.push({ id, use: this.use.id, constraint, tactic, finding, ...scenes })
    } catch (error) {
      if (!(error instanceof Unbuildable)) throw error
      this.skip(constraint, tactic, error.message)
    }
  }

  /** Notes what cannot be tried, and why. */
  skip(constraint: ConstraintId, tactic: Tactic, why: string): void {
    this.notReached.push({ use: this.use.id, constraint, tactic: nameOf(tactic), why })
  }
}

/** Small amounts need no approval where the charter says so; otherwise approvals are given. */
export function baseWants(stage: Stage, use: Use): Wants {
  const wishes: Wish[] = []
  let approvals: Wants['approvals'] = 'left-out'
  const needed = use.constraints.filter((each) => each.kind === 'approval')
  const some = needed.filter((each) => stage.charter.approvals.get(each.approval)?.neededWhen !== undefined)
  for (const constraint of needed) {
    const approval = stage.charter.approvals.get(constraint.approval)
    // Where several stand side by side, small things need one of them as well.
    if (approval?.neededWhen === undefined || some.length > 1) approvals = 'granted'
    else wishes.push({ rule: approval.neededWhen, want: false, slot: 'object' })
  }
  return { approvals, wishes }
}

/** Whether a use is meant for some objects only: those that need approvals, or are too much for another use of the operation. */
export function isForSome(stage: Stage, use: Use): boolean {
  return neededRules(stage, use).length > 0
}

/** Everything that any approval is needed for and that is too much for other uses, and all approvals given. */
function neededWants(stage: Stage, use: Use): Wants {
  return { approvals: 'granted', wishes: neededRules(stage, use).map((rule) => ({ rule, want: true, slot: 'object' })) }
}

function neededRules({ charter }: Stage, use: Use): Wish['rule'][] {
  const own = use.constraints.flatMap((each) =>
    each.kind === 'approval' ? (charter.approvals.get(each.approval)?.neededWhen ?? []) : [],
  )
  return [...own, ...tooMuchForOthers(charter, use)]
}

/** What an object must be for other uses of the operation to be beyond their limit, where the use itself has none such. */
function tooMuchForOthers(charter: Charter, use: Use): Wish['rule'][] {
  const limitsOf = ({ constraints }: Use) => constraints.flatMap((each) => (each.kind === 'limit' ? [each] : []))
  const own = new Set(limitsOf(use).map(({ sum }) => sum?.source))
  const others = charter.operations.get(use.operation)?.uses.filter((each) => isBeside(use, each)) ?? []
  return others.flatMap(limitsOf).flatMap(({ sum, atMost }) => {
    const reads = [...(sum?.reads ?? []), ...atMost.reads]
    if (sum === undefined || own.has(sum.source) || reads.some(([root]) => root !== 'object')) return []
    const parsed = parseCel(`(${sum.source}) > (${atMost.source})`, ['object'])
    return parsed.ok ? [parsed.expression] : []
  })
}

/** Whether another use of the same operation is made of the same objects. */
function isBeside(use: Use, other: Use): boolean {
  return other !== use && !use.creates && !other.creates && other.object?.type === use.object?.type
}
