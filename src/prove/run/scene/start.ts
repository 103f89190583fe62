/** The request a search for arguments starts from: everything that must be named is named. */
import type { CallRequest, Charter, ObjectFact, Slot, Use } from '../../../charter/charter.ts'
import { getPointer, type Reference } from '../../../charter/pointer.ts'
import { placeValue, valueAt } from '../../../wire/place.ts'
import { placeKey } from '../../plan/argument.ts'
import { namedObjects } from '../../plan/implicit-ref.ts'
import type { Step, Var } from '../../plan/scenario.ts'
import { judge, type Lab, type Seen } from '../lab.ts'
import { tamper } from '../tactic/tamper.ts'
import { enrolling } from './enrol.ts'
import { withFreshKeys } from './idempotency-key.ts'
import type { Manner, Play } from './play.ts'
import { makeRequest } from './request.ts'
import { withSiblings } from './siblings.ts'
import type { Thing } from './thing.ts'
import { withUnusedValues } from './unused-value.ts'

/** A request with every name it must carry: keys of the object and its references, what the step adds. */
export async function startOf(
  play: Play,
  step: Step,
  use: Use,
  objects: Readonly<Record<Slot, ObjectFact | null>>,
): Promise<CallRequest> {
  const { charter, supply } = play.lab
  const usual = withUnusedValues(play.lab, use, await play.principal(step.as), makeRequest(charter, use, supply))
  let request = await enrolling(play, step, use, usual)
  request = withFreshKeys(charter, use, request, supply)
  const object = step.object === undefined ? undefined : await play.thing(step.object)
  if (object !== undefined)
    request = { ...request, path: { ...request.path, ...ownNames(play.lab.charter, use, object) } }
  for (const ref of namedObjects(play.lab.charter, use)) {
    const name = step.refs[ref.slot]
    if (ref.key.from === 'object' || ref.key.from === 'where') continue
    // An optional reference that is not given must not be there by way of an example; a mere code may.
    if (name === undefined && isCode(play.lab.charter, ref.object)) continue
    if (name === undefined) request = placeValue(request, ref.key, undefined)
    else request = placeKey({ charter, use }, request, ref.key, (await play.thing(name)).key)
  }
  if (object !== undefined && use.object !== undefined)
    request = placeKey({ charter, use }, request, use.object.key, object.key)
  for (const { at, in: where, value } of step.extra) {
    const place =
      where !== undefined
        ? ({ from: 'request', in: where, name: at[0] ?? '' } as const)
        : ({ from: 'request', in: 'body', pointer: at } as const)
    if ('idOf' in value) request = placeKey({ charter, use }, request, place, (await play.principal(value.idOf)).id)
    else if ('saidBy' in value)
      request = placeValue(request, place, getPointer(await saidBy(play, value.saidBy), value.there))
    else if ('value' in value) request = placeValue(request, place, value.value)
    else if ('leftOut' in value) request = placeValue(request, place, undefined)
    else
      request = placeValue(
        request,
        place,
        await tamper(play, step, use, { at, request, objects, little: value.tamper === 'a little' }),
      )
  }
  return request
}

/** What an object says, or what it was made with where nobody sees that. */
async function saidBy(play: Play, name: Var): Promise<unknown> {
  const { fact, learnt } = await play.thing(name)
  return fact?.value ?? learnt
}

/** A request without members that its caller may not set: an example is everybody's; what the step itself adds, or the case tolerates, stays. */
export function withoutForbidden(
  lab: Lab,
  { use, seen, step }: { readonly use: Use; readonly seen: Seen; readonly step: Step },
  request: CallRequest,
  { target, tolerated }: Manner,
): CallRequest {
  const forbidden = judge(lab, use, seen, request).filter(
    ({ kind, outcome, constraint }) =>
      kind === 'set-by' && outcome === 'broken' && constraint !== target && tolerated?.has(constraint) !== true,
  )
  return forbidden.reduce((left, { constraint }) => {
    const field = use.constraints.find((each) => each.id === constraint)
    const at = field?.kind === 'set-by' ? field.field.in : undefined
    const isAdded = step.extra.some((each) => each.at.join('/') === at?.join('/'))
    return at === undefined || isAdded
      ? left
      : placeValue(left, { from: 'request', in: 'body', pointer: at }, undefined)
  }, request)
}

/** Path parameters an object was reached by before, such as its parent's. */
function ownNames(charter: Charter, use: Use, thing: Thing): Record<string, unknown> {
  const wanted = new Set(
    charter.operations
      .get(use.operation)
      ?.shape.parameters.filter((each) => each.in === 'path')
      .map((each) => each.name),
  )
  return Object.fromEntries(Object.entries(thing.path).filter(([name]) => wanted.has(name)))
}

/**
 * Puts the keys of one play into arguments found in another one.
 *
 * @param start - What the arguments were found from: what was put there in place of its keys stays.
 */
export function withKeys(
  play: Play,
  step: Step,
  request: CallRequest,
  keyed: CallRequest,
  start: CallRequest = request,
): CallRequest {
  const use = play.use(step)
  const isMeant = (place: Reference) => valueAt(request, place) !== valueAt(start, place)
  const places = [
    ...namedObjects(play.lab.charter, use).flatMap((ref) =>
      isCode(play.lab.charter, ref.object) && play.scenario.vars[step.refs[ref.slot] ?? '']?.supply !== 'made'
        ? []
        : [ref.key],
    ),
    ...(use.object === undefined ? [] : [use.object.key]),
  ]
  const names = Object.entries(keyed.path ?? {}).filter(([name]) => !isMeant({ from: 'request', in: 'path', name }))
  let bound: CallRequest = { ...request, path: { ...request.path, ...Object.fromEntries(names) } }
  for (const place of places) {
    if (place.from !== 'request' || isMeant(place)) continue
    const key = valueAt(keyed, place)
    if (key !== undefined) bound = placeValue(bound, place, key)
  }
  const caller = play.peek(step.as)?.principal ?? {}
  bound = withUnusedValues(play.lab, use, caller, bound, isMeant)
  return withFreshKeys(play.lab.charter, use, withSiblings(play, step, bound), play.lab.supply)
}

/** A type that nobody can look at is but a name for what an argument says, as the code of a coupon. */
function isCode(charter: Charter, type: string): boolean {
  return charter.objects.get(type)?.read === undefined
}
