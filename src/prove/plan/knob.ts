import Big from 'big.js'

import { childrenOf, type Node } from '../../cel/ast.ts'
import type { Scope } from '../../cel/closure.ts'
import { compileNode } from '../../cel/compile.ts'
import type { Expression } from '../../cel/parse-cel.ts'
import { Timestamp } from '../../cel/time.ts'
import { type ComparisonNode, comparisons } from '../../cel/traverse.ts'
import type { CallRequest, Use } from '../../charter/charter.ts'
import type { Reference } from '../../charter/pointer.ts'
import { optionsOf } from '../../charter/source/schema.ts'
import {
  type Argument,
  argumentOf,
  descriptionOf,
  existingFor,
  type Form,
  formOf,
  type Ground,
  sampleOf,
} from './argument.ts'
import { nearestIn } from './bounds.ts'
import type { Stage } from './cast.ts'
import { instancesOf, writtenPath } from './instance.ts'
import { type Listed, listedOf, sized, usualLists, withMember } from './list-value.ts'
import { momentsAround } from './moment.ts'
import { idsBeside } from './people.ts'

/** An argument that decides a rule, and the values worth trying: on each side of every boundary, and beyond. Undefined leaves it out. */
export interface Knob {
  readonly at: Reference
  readonly values: readonly unknown[]
}

/** Gives the scope a rule is evaluated in, for any request. */
export type ScopeFor = (request: CallRequest) => Scope

/**
 * The arguments an expression depends on, with values that lie around each of its boundaries. Lists are made longer and shorter, and
 * what a macro says of elements is tried on the first, the last, one more and all of them.
 *
 * @param alias - A variable that stands for the body, as `object` while the object is being created.
 */
export function knobsOf(
  { charter, members }: Stage,
  use: Use,
  rule: Expression,
  request: CallRequest,
  scopeFor: ScopeFor,
  alias?: string,
): Knob[] {
  const ground: Ground = { charter, use, request, alias }
  const beside = (id: unknown) => idsBeside(charter, members, id)
  const question = { ...questionOf(rule, request, scopeFor), beside }
  const found: Knob[] = []
  for (const read of question.reads) {
    const argument = argumentOf(ground, read)
    if (argument === undefined) continue
    const values = valuesOf(ground, question, argument, read)
    found.push({ at: argument.at, values: distinct(values.map(argument.write)) })
    if (argument.below[0] === '0') found.push(...furtherElements(ground, read, argument, values))
  }
  return found
}

/** A rule, written out for elements of lists, and how it is evaluated. */
interface Question {
  readonly nodes: readonly Node[]
  readonly reads: readonly (readonly string[])[]
  readonly comparisons: readonly ComparisonNode[]
  /** Paths the rule asks whether they are there at all. */
  readonly asked: ReadonlySet<string>
  readonly request: CallRequest
  readonly scopeFor: ScopeFor
  readonly worth: (node: Node) => unknown
  /** Ids of others than the one who has an id. */
  readonly beside: (id: unknown) => readonly string[]
}

function questionOf(rule: Expression, request: CallRequest, scopeFor: ScopeFor): Omit<Question, 'beside'> {
  const scope = scopeFor(request)
  const worth = (node: Node): unknown => compileNode(node)(scope)
  const nodes = [rule.ast, ...instancesOf(rule.ast, worth)]
  const elements = nodes.flatMap(elementsRead)
  const reads = new Map([...rule.reads, ...elements].map((path) => [path.join('\n'), path]))
  return {
    nodes,
    reads: [...reads.values()],
    comparisons: nodes.flatMap((ast) => comparisons({ ast })),
    asked: new Set(nodes.flatMap(askedIn)),
    request,
    scopeFor,
    worth,
  }
}

/** The places within lists that an expression reads by number, as `request.items[0].quantity`. */
function elementsRead(node: Node): (readonly string[])[] {
  const path = writtenPath(node)
  if (path === undefined) return childrenOf(node).flatMap(elementsRead)
  return path.some((token) => /^\d+$/.test(token)) ? [path] : []
}

/** The paths of `has(…)` and of optional members. */
function askedIn(node: Node): string[] {
  const below = childrenOf(node).flatMap(askedIn)
  const asks = node.kind === 'has' || (node.kind === 'select' && node.optional)
  const path = asks ? writtenPath(node) : undefined
  return path === undefined ? below : [path.join('\n'), ...below]
}

/** Values worth trying for one argument, in the form the API takes. */
function valuesOf(ground: Ground, question: Question, argument: Argument, read: readonly string[]): unknown[] {
  const form = formOf(ground, argument.schema)
  const isList = Array.isArray(argument.current) || (argument.current === undefined && form === 'array')
  const list = isList ? listedOf(ground, argument, read) : undefined
  const values: unknown[] = []
  for (const comparison of question.comparisons)
    values.push(...acrossComparison(ground, question, comparison, { argument, read, list }))
  if (list === undefined) values.push(...question.nodes.flatMap(literalsOf))
  else values.push(...usualLists(list))
  if (typeof argument.current === 'boolean') values.push(!argument.current)
  if (question.asked.has(read.join('\n')) && argument.at.in !== 'path')
    values.push(argument.current === undefined ? sampleOf(ground, argument, read) : undefined)
  const formed = values.map((value) => inForm(value, argument.current, form))
  return distinct([...formed, ...nearestIn(ground, argument.schema, formed)])
}

interface Turned {
  readonly argument: Argument
  readonly read: readonly string[]
  /** The argument as a list, when it is one. */
  readonly list: Listed | undefined
}

function acrossComparison(ground: Ground, question: Question, comparison: ComparisonNode, turned: Turned): unknown[] {
  const { left, right, op } = comparison
  const { read, list, argument } = turned
  const existing = existingFor(ground, argument)
  const sides = [
    [left, right],
    [right, left],
  ] as const
  return sides.flatMap(([side, other]) => {
    const concerned = [side, ...instancesOf(side, question.worth)].some((node) => mentions(node, read))
    if (!concerned) return []
    if (op === 'in' && side === right) return listsAround(ground, argument, read, question.worth(other))
    return around(question, side, other, { argument, list, existing })
  })
}

/** The same member of one more element, and of all of them. */
function furtherElements(
  ground: Ground,
  read: readonly string[],
  { at, below }: Argument,
  values: readonly unknown[],
): Knob[] {
  const above = read.slice(0, read.length - below.length)
  const whole = argumentOf(ground, above)
  if (whole === undefined) return []
  const list = listedOf(ground, whole, above)
  const made = values.map((value) => withMember(list, below.slice(1), value))
  const all = list.elements.length > 1 ? [{ at, values: distinct(made.map((each) => each.all)) }] : []
  return [{ at, values: distinct(made.flatMap((each) => each.more)) }, ...all]
}

/** Lists with and without an element, made of what the description allows. */
function listsAround(ground: Ground, argument: Argument, read: readonly string[], element: unknown): unknown[] {
  const listed: unknown[] = Array.isArray(argument.current) ? argument.current : []
  const options = optionsOf(descriptionOf(ground), argumentOf(ground, [...read, '0'])?.schema)
  const others = options.filter((each) => each !== element)
  const without = listed.filter((each) => each !== element)
  return [...(without.length > 0 ? [without] : []), ...others.map((each) => [each]), [...without, element]]
}

/** Values of an argument for which one side of a comparison comes to stand just below, at and just above the other. */
function around(
  { request, scopeFor, beside }: Question,
  side: Node,
  other: Node,
  { argument, list, existing }: Pick<Turned, 'argument' | 'list'> & { readonly existing: readonly string[] },
): unknown[] {
  const target = compileNode(other)(scopeFor(request))
  if (Array.isArray(target)) return list === undefined ? [...target, 'none-of-these'] : [target]
  if (target instanceof Timestamp) return list === undefined ? momentsAround(target, argument.current) : []
  const goal = numberOf(target)
  if (goal === undefined) return list === undefined ? opposites(target, [...existing, ...beside(target)]) : []
  const evaluate = compileNode(side)
  const measure = (value: unknown): Big | undefined => numberOf(evaluate(scopeFor(argument.place(value))))
  const isText = list === undefined && measure(1) === undefined && measure('x') !== undefined
  const write = list !== undefined ? (size: number) => sized(list, size) : isText ? texts : (value: number) => [value]
  const at = (value: number): Big | undefined => write(value).map(measure)[0]
  const [zero, one] = [at(0), at(1)]
  // Rules over money are linear in each argument, so two points tell where the boundary is.
  const solved =
    zero === undefined || one === undefined || one.eq(zero) ? goal : goal.minus(zero).div(one.minus(zero)).round(6)
  const { current } = argument
  const step = isWhole(solved) && Number.isInteger(Number(current)) && !/\./.test(String(current)) ? 1 : 0.01
  const near = [
    solved,
    solved.minus(step),
    solved.plus(step),
    solved.minus(1),
    solved.plus(1),
    solved.div(2).round(2, Big.roundDown),
    solved.times(2),
    solved.times(10),
  ]
  return [...near.map(Number), 0, -1, 1, -solved.toNumber(), 0.01].flatMap(write)
}

const longestText = 10_000

function texts(length: number): string[] {
  return Number.isInteger(length) && length >= 0 && length <= longestText ? ['x'.repeat(length)] : []
}

/** What is made up comes last: an API may know what there is. */
function opposites(target: unknown, existing: readonly string[]): unknown[] {
  if (typeof target === 'string') return [target, ...existing, otherText(target)]
  return typeof target === 'boolean' ? [target, !target] : []
}

function isWhole(value: Big): boolean {
  return value.eq(value.round(0))
}

function numberOf(value: unknown): Big | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return new Big(value)
  return value instanceof Big ? value : undefined
}

function otherText(text: string): string {
  const currencies = ['EUR', 'USD', 'GBP', 'JPY']
  return currencies.includes(text) ? (currencies.find((each) => each !== text) ?? 'USD') : `${text}-other`
}

function literalsOf(node: Node): string[] {
  if (node.kind === 'literal') return typeof node.value === 'string' ? [node.value] : []
  if (node.kind === 'index' || node.kind === 'map') return []
  return childrenOf(node).flatMap(literalsOf)
}

function mentions(node: Node, read: readonly string[]): boolean {
  const path = writtenPath(node)
  if (path !== undefined) return path.join('\n') === read.join('\n')
  return childrenOf(node).some((child) => mentions(child, read))
}

/** A value written as the API takes it: money often travels as text. */
function inForm(value: unknown, current: unknown, form: Form): unknown {
  if (typeof value !== 'number') return value
  if (form === 'string' || (form === undefined && typeof current === 'string')) {
    return typeof current === 'string' && /\.\d\d$/.test(current) ? value.toFixed(2) : String(value)
  }
  return form === 'integer' ? Math.trunc(value) : value
}

function distinct(values: readonly unknown[]): unknown[] {
  const seen = new Set<string>()
  return values.filter((value) => {
    const mark = `${typeof value}:${Array.isArray(value) ? JSON.stringify(value) : String(value)}`
    return !seen.has(mark) && seen.add(mark) !== undefined
  })
}
