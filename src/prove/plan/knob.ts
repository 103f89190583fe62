import Big from 'big.js'

import { childrenOf, type Node } from '../../cel/ast.ts'
import type { Scope } from '../../cel/closure.ts'
import { compileNode } from '../../cel/compile.ts'
import type { Expression } from '../../cel/parse-cel.ts'
import { comparisons } from '../../cel/traverse.ts'
import type { CallRequest, Charter, Use } from '../../charter/charter.ts'
import { evaluateReference, type Reference } from '../../charter/pointer.ts'
import { itemSchema, propertiesOf, resolveSchema } from '../../charter/source/schema.ts'
import { placeValue } from './place.ts'

/** An argument that decides a rule, and the values worth trying: on each side of every boundary, and beyond. */
export interface Knob {
  readonly at: Reference
  readonly values: readonly unknown[]
}

/** Gives the scope a rule is evaluated in, for any request. */
export type ScopeFor = (request: CallRequest) => Scope

const requestRoots: ReadonlySet<string> = new Set(['request', 'path', 'query', 'header', 'body'])

/**
 * The arguments an expression depends on, with values that lie around each of its boundaries.
 *
 * @param alias - A variable that stands for the body, as `object` while the object is being created.
 */
export function knobsOf(
  charter: Charter,
  use: Use,
  rule: Expression,
  request: CallRequest,
  scopeFor: ScopeFor,
  alias?: string,
): Knob[] {
  const found: Knob[] = []
  for (const read of [...rule.reads, ...elementsRead(rule.ast)]) {
    const at = placeOf(charter, use, read, request, alias)
    if (at === undefined) continue
    const current = evaluateReference(at, { request: { ...request, headers: request.header ?? {} } })
    const values: unknown[] = []
    for (const comparison of comparisons(rule)) {
      for (const [side, other] of [
        [comparison.left, comparison.right],
        [comparison.right, comparison.left],
      ] as const) {
        if (comparison.op === 'in' && side === comparison.right && mentions(side, read)) {
          values.push(...listsAround(charter, use, at, current, compileNode(other)(scopeFor(request))))
        } else if (mentions(side, read))
          values.push(
            ...around(side, other, { at, current, request, scopeFor, place: (next) => placeValue(request, at, next) }),
          )
      }
    }
    if (!Array.isArray(current)) values.push(...literalsOf(rule.ast))
    if (typeof current === 'boolean') values.push(!current)
    found.push({ at, values: distinct(values.map((value) => inForm(value, current, formOf(charter, use, at)))) })
  }
  return found
}

/** The places within lists that an expression reads by number, as `request.items[0].quantity`. */
function elementsRead(node: Node): (readonly string[])[] {
  const path = writtenPath(node)
  if (path === undefined) return childrenOf(node).flatMap(elementsRead)
  return path.some((token) => /^\d+$/.test(token)) ? [path] : []
}

/** The chain of members and literal indexes a node spells out; undefined for anything else. */
function writtenPath(node: Node): readonly string[] | undefined {
  if (node.kind === 'ident') return [node.name]
  if (node.kind !== 'select' && node.kind !== 'has' && node.kind !== 'index') return undefined
  const { target } = node
  const last = node.kind !== 'index' ? node.field : node.index.kind === 'literal' ? String(node.index.value) : undefined
  const above = writtenPath(target)
  return last === undefined || above === undefined ? undefined : [...above, last]
}

interface Side {
  readonly at: Reference
  readonly current: unknown
  readonly request: CallRequest
  readonly scopeFor: ScopeFor
  readonly place: (value: unknown) => CallRequest
}

/** Lists with and without an element, made of what the description allows. */
function listsAround(charter: Charter, use: Use, at: Reference, current: unknown, element: unknown): unknown[] {
  const listed: unknown[] = Array.isArray(current) ? current : []
  const description = charter.sources.get(charter.operations.get(use.operation)?.shape.source ?? '')?.description
  const schema = schemaAt(charter, use, at)
  const items =
    description === undefined || schema === undefined
      ? undefined
      : itemSchema(description, resolveSchema(description, schema))
  const options =
    description === undefined || items === undefined ? undefined : resolveSchema(description, items)['enum']
  const others = (Array.isArray(options) ? options : []).filter((each: unknown) => each !== element)
  const without = listed.filter((each) => each !== element)
  return [...(without.length > 0 ? [without] : []), ...others.map((each: unknown) => [each]), [...without, element]]
}

/** Values of an argument for which one side of a comparison comes to stand just below, at and just above the other. */
function around(side: Node, other: Node, how: Side): unknown[] {
  const target = compileNode(other)(how.scopeFor(how.request))
  if (Array.isArray(target)) return [...target, 'none-of-these']
  const goal = numberOf(target)
  if (goal === undefined)
    return typeof target === 'string'
      ? [target, otherText(target)]
      : typeof target === 'boolean'
        ? [target, !target]
        : []
  const evaluate = compileNode(side)
  const at = (value: number) => numberOf(evaluate(how.scopeFor(how.place(value))))
  const [zero, one] = [at(0), at(1)]
  // Rules over money are linear in each argument, so two points tell where the boundary is.
  const solved =
    zero === undefined || one === undefined || one.eq(zero) ? goal : goal.minus(zero).div(one.minus(zero)).round(6)
  const step = isWhole(solved) && Number.isInteger(Number(how.current)) && !/\./.test(String(how.current)) ? 1 : 0.01
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
  return [...near.map(Number), 0, -1, 1, -solved.toNumber(), 0.01]
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
  if (node.kind === 'call')
    return [...node.args, ...(node.target === undefined ? [] : [node.target])].flatMap(literalsOf)
  if (node.kind === 'and' || node.kind === 'or' || node.kind === 'binary')
    return [node.left, node.right].flatMap(literalsOf)
  if (node.kind === 'not') return literalsOf(node.operand)
  return node.kind === 'list' ? node.items.flatMap(literalsOf) : []
}

function mentions(node: Node, read: readonly string[]): boolean {
  const path = writtenPath(node)
  if (path !== undefined) return path.join('.') === read.join('.')
  if (node.kind === 'and' || node.kind === 'or' || node.kind === 'binary')
    return mentions(node.left, read) || mentions(node.right, read)
  if (node.kind === 'not' || node.kind === 'neg') return mentions(node.operand, read)
  if (node.kind === 'call')
    return [...node.args, ...(node.target === undefined ? [] : [node.target])].some((each) => mentions(each, read))
  return false
}

/** Where the request carries what an expression reads; undefined for what is no argument. */
function placeOf(
  charter: Charter,
  use: Use,
  read: readonly string[],
  request: CallRequest,
  alias: string | undefined,
): Reference | undefined {
  const [root = '', ...rest] = read
  const [first] = rest
  if (first === undefined) return undefined
  if (root === alias) return { from: 'request', in: 'body', pointer: fieldPointer(charter, use, rest) }
  if (!requestRoots.has(root)) return undefined
  if (root === 'body') return { from: 'request', in: 'body', pointer: rest }
  if (root === 'header') return { from: 'request', in: 'header', name: first }
  if (root === 'path' || root === 'query') return { from: 'request', in: root, name: first }
  if (request.path !== undefined && Object.hasOwn(request.path, first))
    return { from: 'request', in: 'path', name: first }
  const shape = charter.operations.get(use.operation)?.shape
  const named = shape?.parameters.find((each) => each.name === first)
  if (named?.in === 'query' || named?.in === 'path') return { from: 'request', in: named.in, name: first }
  return { from: 'request', in: 'body', pointer: rest }
}

function fieldPointer(charter: Charter, use: Use, rest: readonly string[]): readonly string[] {
  const [name = '', ...below] = rest
  const field = charter.objects.get(use.object?.type ?? '')?.fields.get(name)
  return field === undefined ? rest : [...field.in, ...below]
}

type Form = 'string' | 'integer' | 'number' | 'boolean' | undefined

function schemaAt(charter: Charter, use: Use, at: Reference): unknown {
  const shape = charter.operations.get(use.operation)?.shape
  const description = charter.sources.get(shape?.source ?? '')?.description
  if (shape === undefined || description === undefined) return undefined
  if (at.in !== 'body') return shape.parameters.find((each) => each.in === at.in && each.name === at.name)?.schema
  let schema: unknown = shape.body?.schema
  for (const token of at.pointer) {
    const element = /^\d+$/.test(token) && schema !== undefined ? itemSchema(description, schema) : undefined
    schema = schema === undefined ? undefined : (element ?? propertiesOf(description, schema)[token]?.schema)
  }
  return schema
}

function formOf(charter: Charter, use: Use, at: Reference): Form {
  const description = charter.sources.get(charter.operations.get(use.operation)?.shape.source ?? '')?.description
  const schema = schemaAt(charter, use, at)
  if (description === undefined || schema === undefined) return undefined
  const type = resolveSchema(description, schema)['type']
  const one = Array.isArray(type) ? type.find((each) => each !== 'null') : type
  return one === 'string' || one === 'integer' || one === 'number' || one === 'boolean' ? one : undefined
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
