/** A call again that says something else: whoever remembers what was said, and not who said it, lets it pass. */
import { comparisons } from '../../../cel/traverse.ts'
import type { CallRequest, ObjectType } from '../../../charter/charter.ts'
import { getPointer, type Reference } from '../../../charter/pointer.ts'
import { optionsOf, propertiesOf } from '../../../charter/source/schema.ts'
import { slotType } from '../../../constraint/slot.ts'
import { placeValue, valueAt } from '../../../wire/place.ts'
import { isRecord } from '../../../wire/to-http.ts'
import { argumentOf, descriptionOf, requestRoots } from '../../plan/argument.ts'
import { isOwn } from '../../plan/graph.ts'
import { writtenPath } from '../../plan/instance.ts'
import type { Step } from '../../plan/scenario.ts'
import type { Manner, Play } from './play.ts'

const mostRequests = 3
const mostOthers = 4

interface Choice {
  readonly at: Reference
  readonly values: readonly unknown[]
}

/**
 * What the call of a step may say instead, and breaks no more by it: what others have where a rule compares an argument with what
 * somebody has (`request.code != me.code`), and other values of those that the description names one by one.
 */
export async function saidOtherwise(play: Play, step: Step, manner: Manner): Promise<CallRequest[]> {
  const { problem, best } = await play.prepare(step, manner)
  if (best.distance >= 1) return []
  const { request } = best
  const fits = (each: CallRequest): boolean => {
    const { broken } = problem.judge(each)
    const isMeant = (id: string) => id === manner.target || problem.tolerated.has(id)
    return broken.every(isMeant) && (manner.target === undefined || broken.includes(manner.target))
  }
  const choices = [...(await comparedIn(play, step, request)), ...namedIn(play, step, request)]
  // Of one argument, one other value tells as much as all of them.
  const found = choices.flatMap(({ at, values }) => {
    const others = values
      .filter((value) => value !== valueAt(request, at))
      .map((value) => placeValue(request, at, value))
    return others.find(fits) ?? []
  })
  return found.slice(0, mostRequests)
}

/** Arguments that a rule compares with a member of an object, and what that is of others. */
async function comparedIn(play: Play, step: Step, request: CallRequest): Promise<Choice[]> {
  const { charter } = play.lab
  const use = play.use(step)
  const rules = use.constraints.flatMap((each) => (each.kind === 'when' ? comparisons(each.rule) : []))
  const found: Choice[] = []
  for (const { left, right } of rules) {
    const sides = [writtenPath(left) ?? [], writtenPath(right) ?? []]
    const said = sides.find(([root = '']) => requestRoots.has(root))
    const [slot = '', ...members] = sides.find((side) => side !== said) ?? []
    const type = slotType(charter, use, slot)
    const at = said === undefined ? undefined : argumentOf({ charter, use, request, alias: undefined }, said)?.at
    if (type === undefined || at === undefined || typeof valueAt(request, at) !== 'string') continue
    found.push({ at, values: await valuesOf(play, type, members) })
  }
  return found
}

/** What a member is of several objects: of people, each by their own eyes; of others, of those that were seen. */
async function valuesOf(play: Play, type: ObjectType, members: readonly string[]): Promise<unknown[]> {
  const { lab } = play
  const values: unknown[] = [...lab.latest.values()].flatMap((fact) =>
    fact.type === type.name ? [getPointer(fact.value, members)] : [],
  )
  const people = isOwn(lab.charter, type) ? lab.stage.members.filter(({ pool }) => !pool).slice(0, mostOthers) : []
  for (const { principal } of people) {
    const thing = principal.id === undefined ? undefined : await play.byKey(type.name, principal.id)
    values.push(getPointer(thing?.fact?.value, members))
  }
  return values.filter((value) => typeof value === 'string')
}

/** Members of the body whose values the description names one by one. */
function namedIn(play: Play, step: Step, { body }: CallRequest): Choice[] {
  const { charter } = play.lab
  const use = play.use(step)
  const home = descriptionOf({ charter, use })
  const schema = charter.operations.get(use.operation)?.shape.body?.schema
  if (home === undefined || schema === undefined || !isRecord(body)) return []
  return Object.entries(propertiesOf(home, schema)).flatMap(([name, property]) => {
    const values = optionsOf(home, property.schema)
    const at = { from: 'request', in: 'body', pointer: [name] } as const
    return Object.hasOwn(body, name) ? [{ at, values }] : []
  })
}
