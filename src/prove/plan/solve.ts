import type { CallRequest, ConstraintId } from '../../charter/charter.ts'
import { placeValue, valueAt } from '../../wire/place.ts'
import type { Knob } from './knob.ts'
import type { Step } from './scenario.ts'

/** What the charter says of a request: constraints it would break, wishes it leaves open, and soft ones among them. */
export interface Judged {
  readonly broken: readonly ConstraintId[]
  readonly unmet: number
  readonly soft: number
}

/** Arguments wanted: where to begin, what may be turned, and how far off a request is. */
export interface Problem {
  readonly start: CallRequest
  readonly knobs: (request: CallRequest) => readonly Knob[]
  readonly judge: (request: CallRequest) => Judged
  /** Gives what a request lists the names of what is there. */
  readonly named?: (request: CallRequest) => CallRequest
  /** The constraint to break; undefined to break none. */
  readonly target?: ConstraintId
  /** Constraints that may break as well because the same fact decides both. */
  readonly tolerated: ReadonlySet<ConstraintId>
}

/** A request, and what still stands in the way of its being what was asked for; nothing when it is. */
export interface Attempt {
  readonly request: CallRequest
  readonly broken: readonly ConstraintId[]
  readonly unmet: number
  readonly distance: number
}

const rounds = 3

/** The request nearest to breaking the target and nothing else: coordinate descent over the knobs. Deterministic. */
export function solve(problem: Problem): Attempt {
  let best = attempt(problem, problem.start)
  for (let round = 0; round < rounds && best.distance > 0; round++) {
    const before = best.distance
    let knobs = problem.knobs(best.request)
    for (let index = 0; index < knobs.length; index++) {
      const turned = turn(problem, best, knobs[index])
      // A knob of a list holds what else was in the list before.
      if (turned !== best) knobs = problem.knobs(turned.request)
      best = turned
      if (best.distance === 0) return best
    }
    if (best.distance === before) break
  }
  return best
}

/** The best of an attempt and those one knob away from it. */
function turn(problem: Problem, from: Attempt, knob: Knob | undefined): Attempt {
  let best = from
  for (const value of knob?.values ?? []) {
    if (knob === undefined || best.distance === 0) break
    const next = attempt(problem, placeValue(best.request, knob.at, value))
    if (next.distance < best.distance) best = next
  }
  return best
}

/**
 * Every solution one knob away from a solution or from a request that breaks nothing: different ways to break one rule. The nearest
 * boundaries of every knob come before the farther ones of any.
 */
export function variants(problem: Problem, most: number): CallRequest[] {
  const first = solve(problem)
  const found: CallRequest[] = first.distance < 1 ? [first.request] : []
  const { target: _broken, ...rightful } = problem
  const origins = problem.target === undefined ? [first] : [first, solve(rightful)]
  const solutions = origins.flatMap((from) =>
    problem.knobs(from.request).map((knob) => solutionsOf(problem, from, knob)),
  )
  for (let turn = solutions.map((each) => each.next()); turn.some(({ done }) => done !== true); ) {
    for (const { value } of turn) {
      if (value !== undefined && !found.some((each) => same(each, value))) found.push(value)
      if (found.length >= most) return found
    }
    turn = solutions.map((each) => each.next())
  }
  return found
}

/** The arguments a step shall be made with: the best, others by their number, or many times as much. */
export function asWanted(
  problem: Problem,
  best: Attempt,
  { variant, times }: Pick<Step, 'variant' | 'times'>,
): Attempt {
  if (times !== undefined) return larger(problem, best, times)
  return variant === undefined ? best : otherwise(problem, best, variant)
}

/** As many times as much of each amount that rules read, else as much as they let it be. */
function larger(problem: Problem, best: Attempt, times: number): Attempt {
  return problem.knobs(best.request).reduce((most, { at, values }) => {
    const now = amountOf(valueAt(most.request, at))
    if (now === undefined || now <= 0) return most
    const isText = typeof valueAt(most.request, at) === 'string'
    const all = [isText ? (now * times).toFixed(2) : now * times, ...values]
    const more = all
      .filter((each) => (amountOf(each) ?? 0) > now && (amountOf(each) ?? 0) <= now * times)
      .toSorted((left, right) => (amountOf(right) ?? 0) - (amountOf(left) ?? 0))
    const fits = more.map((each) => attempt(problem, placeValue(most.request, at, each)))
    return fits.find(({ distance }) => distance <= most.distance) ?? most
  }, best)
}

/** A number, also where it is written as text with cents. */
function amountOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^\d+\.\d\d$/.test(value) ? Number(value) : undefined
}

/** Another solution than the one that is there, by its number; the same where there are not so many. */
function otherwise(problem: Problem, best: Attempt, number: number): Attempt {
  const others = variants({ ...problem, start: best.request }, number + 1).filter((each) => !same(each, best.request))
  const request = others[number - 1]
  return request === undefined ? best : { ...best, request }
}

function* solutionsOf(problem: Problem, from: Attempt, knob: Knob): Generator<CallRequest, undefined> {
  for (const value of knob.values) {
    const next = attempt(problem, placeValue(from.request, knob.at, value))
    if (next.distance < 1) yield next.request
  }
  return undefined
}

function attempt(problem: Problem, turned: CallRequest): Attempt {
  const request = problem.named?.(turned) ?? turned
  const { broken, unmet, soft } = problem.judge(request)
  const others = broken.filter((id) => id !== problem.target && !problem.tolerated.has(id)).length
  const missing = problem.target !== undefined && !broken.includes(problem.target) ? 1 : 0
  // A soft wish never outweighs anything that must be.
  return { request, broken, unmet, distance: others + missing + unmet + soft / 100 }
}

function same(left: CallRequest, right: CallRequest): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}
