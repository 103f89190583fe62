import { type Closure, makeView, type Scope, type View } from '../cel/closure.ts'
import { allTrue, compileShared, compileWith } from '../cel/compile.ts'
import { parseDecimal } from '../cel/decimal.ts'
import type { Expression } from '../cel/parse-cel.ts'
import { Slots } from '../cel/slots.ts'
import type { Result } from '../cel/value.ts'
import type { CallRequest, Charter, ObjectType, Use } from '../charter/charter.ts'
import { momentOf } from '../charter/object-fact.ts'
import { getPointer } from '../charter/pointer.ts'
import { type Context, isLeftOut, slotFact } from './context.ts'
import { refOf, slotType } from './slot.ts'

type Reader = (context: Context) => unknown
type Members = ReadonlySet<string> | 'all'
type Row = Readonly<Record<string, unknown>>

/** Which variables the expressions of one use read. Filled while the use is compiled; the scope of a call then holds nothing else. */
export interface ScopePlan {
  readonly add: (expression: Expression) => void
  /** Whether an expression reads what the call says under this name. Not before the use is compiled. */
  readonly readsArgument: (name: string) => boolean
  /** Adds an expression and compiles it for the views of this use: what several expressions read is read once a call. */
  readonly compile: (expression: Expression) => (view: View) => Result
  /** Compiles a rule, which must be true for the call to be permitted. */
  readonly compileRule: (rule: Expression) => (view: View) => Result
  /** Whether all rules are true; false as well where one has no value. Most calls keep every rule, and need not ask for each. */
  readonly holds: (context: Context) => boolean
  /** What the compiled expressions look at, built when first asked for. */
  readonly viewOf: (context: Context) => View
  /** The scope of a call, built when first asked for. */
  readonly scopeOf: (context: Context) => Scope
}

/** Makes an empty plan for one use. */
export function makeScopePlan(charter: Charter, use: Use): ScopePlan {
  const reads = new Map<string, Set<string> | 'all'>()
  let readers: readonly (readonly [string, Reader])[] | undefined
  const slots = new Slots()
  const add = (expression: Expression): void => {
    readers = undefined
    for (const [root, member] of expression.reads) {
      if (root === undefined) continue
      const known = reads.get(root)
      if (member === undefined) reads.set(root, 'all')
      else if (known === undefined) reads.set(root, new Set([member]))
      else if (known !== 'all') known.add(member)
    }
  }
  const compile = (expression: Expression): ((view: View) => Result) => {
    add(expression)
    return compileWith(slots, expression.ast)
  }
  const rules: Closure[] = []
  const compileRule = (rule: Expression): ((view: View) => Result) => {
    rules.push(compileShared(slots, rule.ast))
    return compile(rule)
  }
  const viewOf = (context: Context): View => {
    if (context.view !== undefined) return context.view
    readers ??= [...reads].map(([name, members]) => [name, readerOf(charter, use, name, members)] as const)
    const scope: Record<string, unknown> = {}
    for (const [name, read] of readers) {
      const value = read(context)
      // An unknown variable stays out, so that whatever reads it has no value.
      if (value !== undefined) scope[name] = value
    }
    context.view = makeView(scope, slots.size)
    return context.view
  }
  return {
    add,
    readsArgument: (name) =>
      ['request', 'body', 'query'].some((root) => {
        const read = reads.get(root)
        return read === 'all' || read?.has(name) === true
      }),
    compile,
    compileRule,
    holds: (context) => rules.length === 0 || allTrue(rules, viewOf(context)),
    viewOf,
    scopeOf: (context) => viewOf(context).scope,
  }
}

function readerOf(charter: Charter, use: Use, name: string, members: Members): Reader {
  switch (name) {
    case 'request':
      return requestReader(charter, use, members)
    case 'path':
    case 'query':
      return (context) => context.call.request[name] ?? {}
    case 'header':
      return (context) => lowerNames(context.call.request.header)
    case 'body':
      return (context) => context.call.request.body
    case 'principal':
      return (context) => context.call.principal
    case 'claims':
      return (context) => context.call.principal.claims ?? {}
    case 'now':
      return (context) => momentOf(context.call.at)
    case 'state':
      return (context) => slotFact(context, 'object', use.object?.type)?.state
    default:
      return objectReader(charter, use, name, members)
  }
}

function lowerNames(header: Row | undefined): Row {
  return Object.fromEntries(Object.entries(header ?? {}).map(([name, value]) => [name.toLowerCase(), value]))
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Reads members of the body, overridden by query parameters, overridden by path parameters. */
function requestReader(charter: Charter, use: Use, members: Members): Reader {
  const type = use.object === undefined ? undefined : charter.objects.get(use.object.type)
  const money = new Set(
    [...(type?.fields.values() ?? [])].filter((f) => f.type === 'money' && f.in.length === 1).map((f) => f.in[0]),
  )
  const exact = (name: string, value: unknown): unknown => (money.has(name) ? toExact(value) : value)
  if (members === 'all') {
    return ({ call: { request } }) => {
      const body = isRow(request.body) ? request.body : {}
      const whole: Record<string, unknown> = { ...body, ...request.query, ...request.path }
      for (const name of money)
        if (name !== undefined && Object.hasOwn(whole, name)) whole[name] = exact(name, whole[name])
      return whole
    }
  }
  return picker(members, ({ call: { request } }, name) => exact(name, argumentOf(request, name)))
}

function argumentOf(request: CallRequest, name: string): unknown {
  if (request.path !== undefined && Object.hasOwn(request.path, name)) return request.path[name]
  if (request.query !== undefined && Object.hasOwn(request.query, name)) return request.query[name]
  return isRow(request.body) && Object.hasOwn(request.body, name) ? request.body[name] : undefined
}

/** Reads an object: its representation, with declared fields by name and money as exact numbers; null when there is none. */
function objectReader(charter: Charter, use: Use, slot: string, members: Members): Reader {
  const type = slotType(charter, use, slot)
  const ref = refOf(use, slot)
  const see = fieldsSeen(type, members)
  return (context) => {
    const fact = slotFact(context, slot, type?.name)
    if (fact === null || (fact === undefined && isLeftOut(context, ref))) return null
    return fact === undefined ? undefined : see(fact.value)
  }
}

/** How a representation of a type is seen by expressions. */
function fieldsSeen(type: ObjectType | undefined, members: Members): (value: unknown) => unknown {
  const fields = [...(type?.fields.values() ?? [])].filter(
    (f) => f.type === 'money' || f.at.length !== 1 || f.at[0] !== f.name,
  )
  if (fields.length === 0) return (value) => value
  if (members === 'all') {
    return (value) => {
      if (!isRow(value)) return value
      const whole: Record<string, unknown> = { ...value }
      for (const field of fields) {
        const found = getPointer(value, field.at)
        if (found !== undefined) whole[field.name] = field.type === 'money' ? toExact(found) : found
      }
      return whole
    }
  }
  return (value) => {
    if (!isRow(value)) return value
    const seen: Record<string, unknown> = {}
    for (const name of members) {
      const field = type?.fields.get(name)
      const found = field === undefined ? getPointer(value, [name]) : getPointer(value, field.at)
      if (found !== undefined && name !== '__proto__') seen[name] = field?.type === 'money' ? toExact(found) : found
    }
    return seen
  }
}

function picker(members: ReadonlySet<string>, read: (context: Context, name: string) => unknown): Reader {
  // `__proto__` is never a member: setting it would change what the object is.
  const names = [...members].filter((name) => name !== '__proto__')
  return (context) => {
    const picked: Record<string, unknown> = {}
    for (const name of names) {
      const value = read(context, name)
      if (value !== undefined) picked[name] = value
    }
    return picked
  }
}

function toExact(value: unknown): unknown {
  return typeof value === 'string' ? (parseDecimal(value) ?? value) : value
}
