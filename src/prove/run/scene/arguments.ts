/** Which arguments a step is made with: the search problem that the charter and the wishes of a scenario pose. */
import { type Expression, parseCel } from '../../../cel/parse-cel.ts'
import type { CallRequest, Charter, Constraint, ConstraintId, Use } from '../../../charter/charter.ts'
import { callVariables } from '../../../charter/linker.ts'
import { makeContext } from '../../../constraint/context.ts'
import { makeScopePlan } from '../../../constraint/scope.ts'
import { objectsFor } from '../../../constraint/slot.ts'
import type { Reason } from '../../../decide/decision.ts'
import { isRecord } from '../../../wire/to-http.ts'
import { takesArgument } from '../../plan/argument.ts'
import { misfitsOf } from '../../plan/bounds.ts'
import { companionsOf } from '../../plan/graph.ts'
import { type Knob, knobsOf, type ScopeFor } from '../../plan/knob.ts'
import type { Scenario, Step, Wish } from '../../plan/scenario.ts'
import { type Attempt, type Problem, variants } from '../../plan/solve.ts'
import { judge, judgeAsPlanned, type Lab, type Seen } from '../lab.ts'
import type { Manner, Play } from './play.ts'
import { withSiblings } from './siblings.ts'

/** The call that arguments are wanted for, with what is known before it. */
export interface Occasion {
  readonly play: Play
  readonly step: Step
  readonly lab: Lab
  readonly use: Use
  readonly seen: Seen
  readonly wishes: readonly Wish[]
  /** The call may name any objects: what is known is taken to be known of those. */
  readonly anyObject?: true
}

/** The problem to find arguments that break exactly the target of a manner, or nothing, and fulfil the wishes. */
export function problemOf(occasion: Occasion, start: CallRequest, manner: Manner): Problem {
  const { lab, use, seen, wishes } = occasion
  const rules = use.constraints.flatMap((each) => expressionsOf(lab.charter, each, seen, use))
  const scoped = rules.map((rule) => ({ use, rule, scope: scopeFor(lab.charter, use, seen, rule) }))
  const others = argumentRules(lab.charter, use).map(({ use: other, rule }) => ({
    use: other,
    rule,
    scope: scopeFor(lab.charter, other, seen, rule),
  }))
  const misfits = amountsIn(occasion, start)
  return {
    start,
    named: (request) => withSiblings(occasion.play, occasion.step, request),
    tolerated: manner.tolerated ?? new Set(),
    ...(manner.target === undefined ? {} : { target: manner.target }),
    judge: (request) => {
      const open = wishes.filter((wish) => holds(occasion, wish, request) !== wish.want)
      const soft = open.filter((wish) => wish.soft === true).length
      const against = others.filter(({ rule, scope }) => rule.evaluate(scope(request)) === false).length
      const reasons = (occasion.anyObject ? judgeAsPlanned : judge)(lab, use, seen, request)
      // What cannot be evaluated stands in the way of a rightful call, and shows nobody to have broken it.
      const counted = reasons.filter(({ constraint, outcome }) => constraint !== manner.target || outcome !== 'unknown')
      return {
        broken: counted.map(({ constraint }) => constraint),
        unmet: open.length - soft,
        soft: soft + against + misfits(request),
      }
    },
    // Wishes come first: a value near their boundary is less likely to get in the way of anything else.
    knobs: (request): readonly Knob[] => [
      ...wishes.flatMap((wish) => wishKnobs(occasion, wish, request)),
      ...[...scoped, ...others].flatMap(({ use: of, rule, scope }) => knobsOf(lab.stage, of, rule, request, scope)),
    ],
  }
}

/** How many amounts of a request the API does not take: those that wishes, limits and rules read. */
function amountsIn({ lab, use, seen, wishes }: Occasion, request: CallRequest): (request: CallRequest) => number {
  const { charter } = lab
  const rules = use.constraints.flatMap((each) => [
    ...expressionsOf(charter, each, seen, use),
    ...(each.kind === 'limit' && each.sum !== undefined ? [each.sum] : []),
  ])
  const own = misfitsOf(
    { charter, use, request, alias: undefined },
    rules.flatMap(({ reads }) => reads),
  )
  const wished = wishes.map(({ rule, slot }) =>
    misfitsOf({ charter, use, request, alias: use.creates ? slot : undefined }, rule.reads),
  )
  return (each) => [own, ...wished].reduce((sum, count) => sum + count(each), 0)
}

/** Rules over arguments of the other moves that the same call makes: it must satisfy them as well, where the target leaves that open. */
function argumentRules(charter: Charter, use: Use): { use: Use; rule: Expression }[] {
  return companionsOf(charter, use).flatMap((other) =>
    other.constraints.flatMap((each) =>
      each.kind === 'when' && each.rule.reads.some(([root]) => callRoots.has(root ?? ''))
        ? [{ use: other, rule: each.rule }]
        : [],
    ),
  )
}

const callRoots: ReadonlySet<string> = new Set(['request', 'body', 'query', 'path', 'header'])

/** Rules whose boundaries tell which arguments to try; a limit is one about what is left of it. */
function expressionsOf(charter: Charter, constraint: Constraint, seen: Seen, use: Use): Expression[] {
  if (constraint.kind === 'when') return [constraint.rule]
  if (constraint.kind === 'limit' && constraint.sum !== undefined) {
    const used = String(seen.facts.counters[constraint.id]?.sum ?? 0)
    const variables = [...callVariables, ...use.refs.map((ref) => ref.slot)]
    const left = parseCel(`(${constraint.sum.source}) + (${used}) <= (${constraint.atMost.source})`, variables)
    return left.ok ? [left.expression] : []
  }
  const needed = constraint.kind === 'approval' ? charter.approvals.get(constraint.approval)?.neededWhen : undefined
  return needed === undefined ? [] : [needed]
}

/** Wishes that a step can fulfil: those on the step, and those on the object it makes. */
export function wishesOf(scenario: Scenario, step: Step): readonly Wish[] {
  const made = step.makes === undefined ? [] : (scenario.vars[step.makes]?.wishes ?? [])
  // What a step on its way finds there is known before it; what the act finds is what it is judged by.
  const there = step.purpose === 'setup' ? ['object', ...Object.keys(step.refs)] : []
  const known = new Set(['request', 'body', 'now', ...there])
  const others = step.wishes.filter((wish) => !made.includes(wish))
  const own = others.filter((wish) => wish.rule.reads.every(([root]) => root !== undefined && known.has(root)))
  // What is merely nice to have has the finer boundaries, so it is tried first.
  return [...made, ...own].toSorted((left, right) => Number(right.soft ?? false) - Number(left.soft ?? false))
}

function wishKnobs(occasion: Occasion, wish: Wish, request: CallRequest): Knob[] {
  const { lab, use } = occasion
  const alias = use.creates ? wish.slot : undefined
  const knobs = knobsOf(lab.stage, use, wish.rule, request, wishScope(occasion, wish), alias)
  // What the API does not take is not sent for the sake of what is only nice to have.
  const isTaken = ({ at }: Knob) => at.in !== 'body' || takesArgument(lab.charter, use, at.pointer[0] ?? '')
  return wish.soft === true && alias !== undefined ? knobs.filter(isTaken) : knobs
}

function wishScope({ lab, use, seen }: Occasion, wish: Wish): ScopeFor {
  const scope = scopeFor(lab.charter, use, seen, wish.rule)
  if (!use.creates) return scope
  // What the body does not say yet, as a fee, counts as nothing where a wish is only nice to have.
  const unsaid =
    wish.soft === true ? wish.rule.reads.filter(([root, member]) => root === wish.slot && member !== undefined) : []
  const nothing = Object.fromEntries(unsaid.map(([, member]) => [member ?? '', 0]))
  return (request) => ({
    ...scope(request),
    [wish.slot]: isRecord(request.body) ? { ...nothing, ...request.body } : nothing,
  })
}

function holds(occasion: Occasion, wish: Wish, request: CallRequest): boolean {
  return wish.rule.evaluate(wishScope(occasion, wish)(request)) === true
}

function scopeFor(charter: Charter, use: Use, seen: Seen, expression: Expression): ScopeFor {
  const plan = makeScopePlan(charter, use)
  plan.add(expression)
  const { facts } = seen
  const own = use.object?.slot === undefined ? facts : { ...facts, objects: objectsFor(use, facts.objects) }
  return (request) => ({ ...plan.scopeOf(makeContext(use, own, { ...seen.call, request })) })
}

/** The reason why a demand cannot be evaluated; undefined when it can, or when it is met. */
export function doubtOf(reasons: readonly Reason[], id: ConstraintId | undefined): Reason | undefined {
  return reasons.find(({ constraint, outcome }) => constraint === id && outcome === 'unknown')
}

export function doubtWords(use: Use, { constraint, says }: Reason): string {
  return `whether \`${use.id}\` breaks ${constraint} cannot be told: ${says}`
}

/** Why the best arguments found are not what was asked for. */
export function explain(lab: Lab, use: Use, seen: Seen, best: Attempt, { target }: Manner): string {
  const all = judge(lab, use, seen, best.request)
  const doubt = doubtOf(all, target)
  if (doubt !== undefined) return doubtWords(use, doubt)
  const reasons = all.filter((reason) => reason.constraint !== target)
  if (target !== undefined && !best.broken.includes(target)) {
    const others = reasons.map((each) => each.constraint).join(', ')
    const also = reasons.length === 0 ? '' : ` without also breaking ${others}`
    return `no arguments were found for \`${use.id}\` that break ${target}${also}`
  }
  if (reasons.length === 0) return `no arguments were found for \`${use.id}\` that bring what is wanted`
  const what = reasons.map((each) => `${each.constraint} (${each.says})`).join('; ')
  return `\`${use.id}\` would ${target === undefined ? '' : 'also '}break ${what}`
}

/**
 * The request with the amount nearest to a share of the largest that breaks nothing; undefined when nothing fits. Where more than half
 * of it is asked for, more than half it is, so that a second one does not fit.
 */
export async function sized(
  play: Play,
  step: Step,
  limit: ConstraintId,
  share: number,
  manner: Manner = {},
): Promise<CallRequest | undefined> {
  const { problem, seen, best } = await play.prepare(step, manner)
  if (best.distance >= 1) return undefined
  const use = play.use(step)
  const constraint = use.constraints.find((each) => each.id === limit)
  const sum = constraint?.kind === 'limit' ? constraint.sum : undefined
  if (sum === undefined) return best.request
  const scope = scopeFor(play.lab.charter, use, seen, sum)
  const amount = (request: CallRequest) => Number(sum.evaluate(scope(request)))
  const all = [best.request, ...variants({ ...problem, start: best.request }, 40)]
  // What the API does not take is no part of anything.
  const least = Math.min(...all.map((each) => problem.judge(each).soft))
  const fitting = all.filter((each) => problem.judge(each).soft <= least)
  const most = Math.max(...fitting.map(amount))
  const goal = share * most
  return fitting
    .filter((each) => amount(each) > (share > 0.5 ? most / 2 : 0))
    .toSorted((left, right) => Math.abs(amount(left) - goal) - Math.abs(amount(right) - goal))[0]
}
