import type { CallRequest, ConstraintId } from '../../charter/charter.ts'
import type { Knob } from './knob.ts'
import { placeValue } from './place.ts'

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
    for (const knob of problem.knobs(best.request)) {
      for (const value of knob.values) {
        if (best.distance === 0) return best
        const next = attempt(problem, placeValue(best.request, knob.at, value))
        if (next.distance < best.distance) best = next
      }
    }
    if (best.distance === before) break
  }
  return best
}

/** Every request one knob away from a solution that is also a solution, the nearest boundary first: different ways to break one rule. */
export function variants(problem: Problem, most: number): CallRequest[] {
  const first = solve(problem)
  const found: CallRequest[] = first.distance < 1 ? [first.request] : []
  for (const knob of problem.knobs(first.request)) {
    for (const value of knob.values) {
      const next = attempt(problem, placeValue(first.request, knob.at, value))
      if (next.distance < 1 && !found.some((each) => same(each, next.request))) found.push(next.request)
      if (found.length >= most) return found
    }
  }
  return found
}

function attempt(problem: Problem, request: CallRequest): Attempt {
  const { broken, unmet, soft } = problem.judge(request)
  const others = broken.filter((id) => id !== problem.target && !problem.tolerated.has(id)).length
  const missing = problem.target !== undefined && !broken.includes(problem.target) ? 1 : 0
  // A soft wish never outweighs anything that must be.
  return { request, broken, unmet, distance: others + missing + unmet + soft / 100 }
}

function same(left: CallRequest, right: CallRequest): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}
