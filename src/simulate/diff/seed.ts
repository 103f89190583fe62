/** Calls to begin with: those of the charter's own cases, and made-up ones for uses that have none. */

import type { RawCase, RawCases, RawPrincipal } from '../../case/case-schema.ts'
import type { Expression } from '../../cel/parse-cel.ts'
import type { Charter, ObjectType, Ref, Use } from '../../charter/charter.ts'
import { getPointer, setPointer } from '../../charter/pointer.ts'
import { makeExample } from '../../charter/source/example.ts'
import type { Where } from '../../charter/where.ts'
import { refOf } from '../../constraint/slot.ts'
import { soughtOf } from '../../constraint/where.ts'

/** One call with all that is known around it, as a case says it; who calls is written out. */
export interface Seed {
  readonly operation: string
  readonly as: RawPrincipal
  readonly request: NonNullable<RawCase['call']['request']>
  readonly facts: NonNullable<RawCase['facts']>
  /** Where it comes from, for people. */
  readonly from: string
}

/** The calls of files of cases. Names of principals that are not declared become callers who are not signed in. */
export function seedsOfCases(file: RawCases): readonly Seed[] {
  return file.cases.map(({ description, call, facts }) => ({
    operation: call.operation,
    as: principalOf(file, call.as),
    request: call.request ?? {},
    facts: {
      ...facts,
      ...(facts?.past === undefined
        ? {}
        : { past: facts.past.map((each) => ({ ...each, as: principalOf(file, each.as) })) }),
    },
    from: `the case “${description}”`,
  }))
}

function principalOf(file: RawCases, as: string | RawPrincipal): RawPrincipal {
  return typeof as === 'string' ? (file.principals?.[as] ?? {}) : as
}

/** A made-up principal that is one actor. */
export function principalFor(charter: Charter, actor: string, id: string, tenant: string | undefined): RawPrincipal {
  const kind = charter.actors.get(actor)?.kind
  return {
    id,
    roles: [actor],
    actors: [actor],
    ...(kind === undefined ? {} : { kind }),
    ...(tenant === undefined ? {} : { tenant }),
  }
}

const caller = 'caller-1'
const tenant = 'tenant-1'

/** A call made up for a use: its arguments from the description, its objects as their `read` shows them, owned by the caller. */
export function seedOfUse(charter: Charter, use: Use): Seed {
  const by = use.constraints.find((each) => each.kind === 'by' && each.slot === 'object')
  const choice = by?.kind === 'by' ? by.choices[0] : undefined
  const actor = choice?.actor ?? [...charter.actors.keys()][0]
  const as = actor === undefined ? { id: caller, tenant } : principalFor(charter, actor, caller, tenant)
  const request = requestOf(charter, use)
  const objects: Record<string, unknown> = {}
  const own = charter.objects.get(use.object?.type ?? '')
  if (own !== undefined && use.object !== undefined && !use.creates)
    objects[use.object.slot ?? 'object'] = objectOf(charter, own, keyText(use.object.key, request), use.from[0])
  const parent = charter.objects.get(own?.parent?.object ?? '')
  if (parent !== undefined) objects['parent'] = objectOf(charter, parent, 'parent-1', undefined)
  for (const ref of use.refs) {
    const type = charter.objects.get(ref.object)
    if (type === undefined) continue
    objects[ref.slot] = objectOf(charter, type, refKey(ref, request), stateFor(use, ref.slot))
    if (ref.key.from === 'where') setSought(ref.key, ref.slot, { as, request, objects })
  }
  const filled = withReads(charter, use, request, objects)
  return { operation: use.operation, as, request, facts: { objects: filled }, from: `the description of \`${use.id}\`` }
}

/** What is looked for says what the call looks for; what must not be there is not. */
function setSought(
  where: Where,
  slot: string,
  { as, request, objects }: { as: RawPrincipal; request: Seed['request']; objects: Record<string, unknown> },
): void {
  const { path = {}, query = {}, header = {}, body } = request
  const call = { principal: as, request: { path, query, header, body } }
  for (const { at, is } of where.members) {
    const known = soughtOf({ ...where, members: [{ at, is }] }, call, (name) => wholeOf(objects[name]))
    const text = known?.[0]?.is ?? `${at.at(-1)}-1`
    if (known === undefined && is.from === 'object') put(objects, is.slot, is.pointer, text)
    put(objects, slot, at, text)
  }
  if (where.none) objects[slot] = null
}

function put(objects: Record<string, unknown>, slot: string, at: readonly string[], text: string): void {
  const value = Object.hasOwn(objects, slot) ? objects[slot] : undefined
  if (value === undefined || value === null) return
  objects[slot] = isBeside(value) ? { ...value, value: setPointer(value.value, at, text) } : setPointer(value, at, text)
}

/** The representation, where more is said of an object than that. */
function wholeOf(value: unknown): unknown {
  return isBeside(value) ? value.value : value
}

function isBeside(value: unknown): value is { readonly value: unknown } {
  return typeof value === 'object' && value !== null && 'value' in value && ('owner' in value || 'state' in value)
}

/** What rules read of objects and no description shows: what the request calls by the same name, or a number. */
function withReads(
  charter: Charter,
  use: Use,
  request: Seed['request'],
  objects: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const filled = { ...objects }
  for (const [root = '', ...rest] of rulesOf(charter, use).flatMap((rule) => rule.reads)) {
    const [at, last] = [rest.map(String), String(rest.at(-1))]
    const value = Object.hasOwn(filled, root) ? filled[root] : undefined
    if (at.length === 0 || value === undefined || value === null || getPointer(value, at) !== undefined) continue
    filled[root] = setPointer(value, at, getPointer(request.body, [last]) ?? 10)
  }
  return filled
}

/** Every expression that is about the arguments or objects of a use. */
export function rulesOf(charter: Charter, use: Use): readonly Expression[] {
  return use.constraints.flatMap((each): readonly Expression[] => {
    if (each.kind === 'when') return [each.rule]
    if (each.kind === 'limit') return each.sum === undefined ? [each.atMost] : [each.atMost, each.sum]
    const needed = each.kind === 'approval' ? charter.approvals.get(each.approval)?.neededWhen : undefined
    return needed === undefined ? [] : [needed]
  })
}

function stateFor(use: Use, slot: string): string | undefined {
  const from = use.constraints.find((each) => each.kind === 'from' && each.slot === slot)
  return from?.kind === 'from' ? from.states[0] : undefined
}

function refKey(ref: Ref, request: Seed['request']): string {
  return ref.key.from !== 'request' && ref.key.from !== 'response' ? `${ref.slot}-1` : keyText(ref.key, request)
}

function keyText(
  key: NonNullable<Use['object']>['key'],
  request: Seed['request'],
  _objects: unknown = undefined,
): string {
  if (key.from === 'principal') return caller
  if (key.in === 'body') return bodyText(request.body, key.pointer)
  const found = key.in === 'path' ? request.path : key.in === 'query' ? request.query : request.header
  return String(found?.[key.name] ?? `${key.name}-1`)
}

function bodyText(body: unknown, pointer: readonly string[]): string {
  let value = body
  for (const token of pointer)
    value = typeof value === 'object' && value !== null ? Reflect.get(value, token) : undefined
  return typeof value === 'string' || typeof value === 'number' ? String(value) : 'key-1'
}

function requestOf(charter: Charter, use: Use): Seed['request'] {
  const shape = charter.operations.get(use.operation)?.shape
  const home = charter.sources.get(shape?.source ?? '')?.description
  const place = (where: string): Record<string, unknown> =>
    Object.fromEntries(
      (shape?.parameters ?? [])
        .filter((each) => each.in === where && (where === 'path' || each.required))
        .map((each) => [each.name, where === 'path' ? `${each.name}-1` : (each.example ?? 'x')]),
    )
  const body =
    use.example?.body ??
    shape?.body?.example ??
    (shape?.body === undefined || home === undefined
      ? undefined
      : makeExample(home, shape.body.schema, { ...plainChance, direction: 'request' }))
  return {
    path: { ...place('path'), ...use.example?.path },
    query: { ...place('query'), ...use.example?.query },
    header: { ...place('header'), ...use.example?.header },
    ...(body === undefined ? {} : { body }),
  }
}

/** The same at every run: two runs must say the same. */
const plainChance = { random: (): number => 0, fresh: (hint: string): string => `${hint}-1` }

function objectOf(charter: Charter, type: ObjectType, key: string, state: string | undefined): unknown {
  const shape = charter.operations.get(type.read ?? '')?.shape
  const home = charter.sources.get(shape?.source ?? '')?.description
  const answer = shape?.responses.find((each) => each.status.startsWith('2'))
  let value: unknown =
    answer?.schema === undefined || home === undefined
      ? {}
      : (answer.example ?? makeExample(home, answer.schema, { ...plainChance, direction: 'response' }))
  const put = (at: unknown, what: string): void => {
    if (isPointer(at)) value = setPointer(value, at, what)
  }
  put(type.key, key)
  put(type.owner, caller)
  put(type.tenant, tenant)
  value = withState(type, value, state ?? type.states[0])
  return type.owner === 'creator' || type.tenant === 'creator' || type.state === undefined
    ? { value, owner: caller, tenant, creator: caller, ...(state === undefined ? {} : { state }) }
    : value
}

/** A representation in a state, where the state is a part of it. */
export function withState(type: ObjectType, value: unknown, state: string | undefined): unknown {
  if (state === undefined || type.state?.kind !== 'at') return value
  const written = [...(type.state.values ?? [])].find(([, name]) => name === state)?.[0] ?? state
  return setPointer(value, type.state.pointer, written)
}

function isPointer(at: unknown): at is readonly string[] {
  return Array.isArray(at)
}

/** The type of the object in a slot of an operation, of whichever use. */
export function typeAt(charter: Charter, operation: string, slot: string): ObjectType | undefined {
  for (const use of charter.operations.get(operation)?.uses ?? []) {
    const own = use.object?.type
    const named = slot === 'parent' ? charter.objects.get(own ?? '')?.parent?.object : refOf(use, slot)?.object
    const name = named ?? (slot === (use.object?.slot ?? 'object') ? own : undefined)
    const type = charter.objects.get(name ?? '')
    if (type !== undefined) return type
  }
  return undefined
}
