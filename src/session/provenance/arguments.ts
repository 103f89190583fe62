import type { Pattern, ValueRule } from '../../charter/agent.ts'
import type { Call, CallRequest, Charter, ConstraintId, OperationId } from '../../charter/charter.ts'
import { parsePointer, printPointer } from '../../charter/pointer.ts'
import type { OperationShape } from '../../charter/source/description.ts'
import type { Origin, TracedValue } from '../../constraint/facts.ts'
import { valueRulesOf } from '../../constraint/values.ts'
import { kindOf } from './form/address.ts'
import { type Memory, type Seen, sourceKey } from './memory.ts'
import { writtenInPrompt } from './prompt-text.ts'
import { argumentLeaves } from './structure/leaves.ts'
import { parseJson } from './structure/parse-text.ts'
import { trace, traceAddresses } from './trace.ts'

/**
 * Where the arguments come from that the charter's `values` speak of: the facts of those constraints, by id.
 *
 * Each text and number at the place of a rule, in the body, the query or the path, is one value, those of a list or a record each by itself; with `of: addresses` each address
 * in a text. Nothing, truth values, empty texts and members of an enumeration are no values: there is too little in them to be planted.
 */
export function traceCall(
  charter: Charter,
  memory: Memory,
  call: Call,
): Readonly<Record<ConstraintId, readonly TracedValue[]>> {
  const parts = partsOf(call.request, charter.operations.get(call.operation)?.shape)
  return Object.fromEntries(
    valueRulesOf(charter, call.operation).map(({ constraint, rule }) => {
      const traced = parts.flatMap(({ value, schema }) =>
        placesOf(value, rule.at).flatMap((place) =>
          traceAt(memory, rule, { ...place, schema: schemaAt(schema, rule.at) }),
        ),
      )
      return [constraint, traced.map((each) => endorsed(memory, { constraint, rule }, each))]
    }),
  )
}

/** One argument by its place, and where it was seen before; best first. Plain JSON, without the value. */
export interface ArgumentOrigin {
  readonly in: 'path' | 'query' | 'body'
  readonly at: string
  readonly origins: readonly Origin[]
}

/** More arguments than somebody can look at are not told. */
const mostTold = 200

/** Where every argument comes from, for whoever is asked about the call; as in `traceCall`, without what is too little to come from anywhere. */
export function originsOf(charter: Charter, memory: Memory, call: Call): readonly ArgumentOrigin[] {
  const written = valueRulesOf(charter, call.operation).filter(({ rule }) => rule.written !== undefined)
  return partsOf(call.request, charter.operations.get(call.operation)?.shape)
    .flatMap(({ in: part, value, schema }) => {
      const own = written.flatMap(({ rule }) =>
        placesOf(value, rule.at).map(({ at }) => ({ rule, at: printPointer(at) })),
      )
      return argumentLeaves(value).flatMap((leaf) => {
        const steps = (parsePointer(leaf.at) ?? []).map((step) => (isIndex.test(step) ? '*' : step))
        const { rule } = own.find(({ at }) => isWithin(at, leaf.at)) ?? {}
        return isListed(schemaAt(schema, steps), leaf.value) ? [] : [{ in: part, leaf, rule }]
      })
    })
    .slice(0, mostTold)
    .map(({ in: part, leaf, rule }) => ({ in: part, at: leaf.at, origins: originsAt(memory, rule, leaf.value) }))
}

/** Where arguments stand, each with its schema. What stands in several places by the same name is looked at in each. */
function partsOf(
  { body, query, path }: CallRequest,
  shape: OperationShape | undefined,
): readonly { readonly in: ArgumentOrigin['in']; readonly value: unknown; readonly schema: unknown }[] {
  const described = (part: 'query' | 'path'): unknown => {
    const own = (shape?.parameters ?? []).filter((each) => each.in === part)
    return { properties: Object.fromEntries(own.map((each) => [each.name, each.schema])) }
  }
  return [
    { in: 'body', value: body, schema: shape?.body?.schema },
    { in: 'query', value: query, schema: described('query') },
    { in: 'path', value: path, schema: described('path') },
  ]
}

/** The arguments of a call as one value, wherever they stand. */
export function argumentsOf(request: CallRequest): unknown {
  const { body, query, path } = request
  return isAlone(request) ? body : [body, query ?? {}, path ?? {}]
}

const isAlone = ({ query = {}, path = {} }: CallRequest): boolean =>
  Object.keys(query).length + Object.keys(path).length === 0

/**
 * The arguments, as places of `argumentsOf`, that say nothing of whom or what a call is about: where `values` of the operation name such,
 * all others, but for keys and what is called an id. None where they name nothing: then anything may.
 */
export function freePlaces(charter: Charter, { operation, request }: Call): readonly string[] {
  const rules = valueRulesOf(charter, operation).filter(({ rule }) => rule.of !== 'addresses')
  if (rules.length === 0) return []
  const keys = keyNames(charter, operation)
  const all = isAlone(request) ? [request.body] : [request.body, request.query, request.path]
  return all.flatMap((value, index) => {
    const named = rules.flatMap(({ rule }) => placesOf(value, rule.at).map(({ at }) => printPointer(at)))
    const free = argumentLeaves(value).filter(({ at }) => {
      const name = (parsePointer(at) ?? []).findLast((step) => !isIndex.test(step)) ?? ''
      return (
        !idName.test(name) &&
        !keys.has(spelled(name)) &&
        !named.some((each) => isWithin(each, at) || isWithin(at, each))
      )
    })
    return free.map(({ at }) => (isAlone(request) ? at : `/${index}${at}`))
  })
}

const idName = /(?:^|[_-])(?:id|key)s?$|[a-z](?:Id|ID|Key)s?$/

const isWithin = (outer: string, at: string): boolean => at === outer || at.startsWith(`${outer}/`)

/** What an operation takes the keys of objects from. */
function keyNames(charter: Charter, operation: OperationId): ReadonlySet<string> {
  const uses = charter.operations.get(operation)?.uses ?? []
  const keys = uses.flatMap(({ object, refs }) =>
    [...(object === undefined ? [] : [object]), ...refs].map(({ key }) => key),
  )
  return new Set(
    keys.flatMap((key) =>
      'from' in key && key.from === 'request'
        ? [spelled(key.in === 'body' ? (key.pointer.at(-1) ?? '') : key.name)]
        : [],
    ),
  )
}

/**
 * What is to be remembered when a question about arguments is approved: each value, and its source where that is what is approved. And
 * when a call goes ahead: the values that an approved source gave, so that they are not asked about elsewhere.
 *
 * @param traced - Of the constraints that asked, or of all when the call goes ahead unasked.
 */
export function endorsements(
  charter: Charter,
  operation: OperationId,
  {
    traced,
    asked,
  }: {
    readonly traced: Readonly<Record<ConstraintId, readonly TracedValue[]>>
    readonly asked: ReadonlySet<ConstraintId>
  },
): readonly Seen[] {
  return valueRulesOf(charter, operation).flatMap(({ constraint, rule }) =>
    (traced[constraint] ?? []).flatMap(({ value, origins }): Seen[] => {
      const isAsked = asked.has(constraint)
      const approval = isAsked ? approvalOf(rule) : origins.find(({ trust }) => trust === 'endorsed')?.approval
      const own: Seen[] = value === undefined || approval === undefined ? [] : [{ kind: 'endorsed', value, approval }]
      const source = origins.find(({ trust }) => trust !== 'endorsed')
      if (!isAsked || rule.approves === 'value' || source?.call === undefined || source.trust !== 'untrusted')
        return own
      return [...own, { kind: 'endorsed-source', constraint, call: source.call }]
    }),
  )
}

const approvalOf = ({ otherwise }: ValueRule): string | undefined =>
  otherwise === 'deny' ? undefined : otherwise.approval

function endorsed(
  memory: Memory,
  { constraint, rule }: { readonly constraint: ConstraintId; readonly rule: ValueRule },
  traced: TracedValue,
): TracedValue {
  const approval = approvalOf(rule)
  const best = traced.origins.find(({ trust }) => trust !== 'endorsed')
  if (approval === undefined || best?.trust !== 'untrusted' || best.call === undefined) return traced
  // Only what the answer says as it stands: a link put together with something else may carry that out.
  if (best.how === 'joined' || best.how === 'encoded' || best.how === 'lookalike') return traced
  if (!memory.sources.has(sourceKey(constraint, best.call))) return traced
  return { ...traced, origins: [{ ...best, trust: 'endorsed', approval }] }
}

function traceAt(
  memory: Memory,
  rule: ValueRule,
  { at, value, schema }: Placed & { readonly schema: unknown },
): readonly TracedValue[] {
  const place = printPointer(at)
  return argumentLeaves(value).flatMap((leaf): readonly TracedValue[] => {
    if (isListed(schema, leaf.value)) return []
    const pointer = place + leaf.at
    if (rule.of !== 'addresses')
      return [{ at: pointer, value: leaf.value, origins: originsAt(memory, rule, leaf.value) }]
    return traceAddresses(memory, String(leaf.value)).map(({ address, origins }) => ({
      at: pointer,
      part: kindOf(address),
      value: address,
      origins,
    }))
  })
}

function originsAt(memory: Memory, rule: ValueRule | undefined, value: string | number): readonly Origin[] {
  const { written } = rule ?? {}
  const origins = trace(memory, value)
  if (written === undefined || origins[0]?.trust === 'prompt') return origins
  return writtenInPrompt(memory.prompt, String(value), written)
    ? [{ trust: 'prompt', how: 'form' }, ...origins]
    : origins
}

/**
 * Every place a pattern means, with what stands there, in whatever shape it comes: `*` is also one thing that stands in the place of a list,
 * what should be one thing may be a list of such, or JSON in a text. A text or number where something should be within stands for that.
 */
function placesOf(given: unknown, pattern: Pattern, at: readonly string[] = []): readonly Placed[] {
  const [step, ...rest] = pattern
  if (step === undefined) return [{ at, value: given }]
  const value = typeof given === 'string' ? (structureIn(given) ?? given) : given
  if (typeof value !== 'object' || value === null) return [{ at, value }]
  const members = Object.entries(value)
  const isList = Array.isArray(value) || members.every(([name]) => isIndex.test(name))
  const [next] = rest
  const isItem =
    step === '*' && !isList && members.some(([name]) => next !== undefined && spelled(name) === spelled(next))
  if (isItem) return placesOf(value, rest, at)
  return members.flatMap(([name, each]) => {
    if (step === '*' || spelled(name) === spelled(step)) return placesOf(each, rest, [...at, name])
    return isList && !isIndex.test(step) ? placesOf(each, pattern, [...at, name]) : []
  })
}

interface Placed {
  readonly at: readonly string[]
  readonly value: unknown
}

const isIndex = /^\d+$/

/** JSON of a list or an object. What is nested deeper than anybody would write stays text. */
function structureIn(text: string): unknown {
  return /^\s*[[{]/.test(text) && (text.match(/[[{]/g) ?? []).length <= 4096 ? parseJson(text) : undefined
}

/** Many who read arguments do not mind how a name is written: `Bcc` is `bcc`, `replyTo` is `reply_to`. */
function spelled(name: string): string {
  return name.replace(/[_-]/g, '').toLowerCase()
}

function schemaAt(schema: unknown, pattern: Pattern): unknown {
  return pattern.reduce<unknown>((inner, step) => {
    const members = member(inner, 'properties')
    return step === '*' ? (member(inner, 'items') ?? member(inner, 'additionalProperties')) : member(members, step)
  }, schema)
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(name) : undefined
}

function isListed(schema: unknown, value: string | number): boolean {
  const choices = [schema, member(schema, 'items')].map((each) => member(each, 'enum'))
  return choices.some((each) => Array.isArray(each) && each.includes(value))
}
