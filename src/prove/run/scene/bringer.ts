/** Finds out what brings about objects that no operation creates, as invoices that come into being when something is paid. */
import { bare } from '../../../charter/bare.ts'
import type { Charter, ObjectType, Use } from '../../../charter/charter.ts'
import type { Schema } from '../../../charter/source/description.ts'
import { propertiesOf, resolveSchema } from '../../../charter/source/schema.ts'
import type { Scenario } from '../../plan/scenario.ts'
import type { Bringer } from '../../plan/wants.ts'
import type { Lab } from '../lab.ts'
import { Unreached } from '../unreached.ts'
import { tryTo, type Ways } from '../ways.ts'
import { listedKeys } from './find.ts'
import { Play } from './play.ts'

const mostCandidates = 12

/**
 * What brings about the objects that a use lists, where no operation creates them: the first use after whose rightful call there is
 * one more in the list of somebody who had a part in it. Searched once for each type; undefined where nothing does or nothing need be.
 */
export async function bringerOf(ways: Ways, list: Use): Promise<Bringer | undefined> {
  const { charter } = ways.lab
  const lists = charter.operations.get(list.operation)?.lists
  const type = charter.objects.get(lists?.object ?? '')
  if (type === undefined || type.transitions.some((each) => each.creates)) return undefined
  if (ways.bringers.has(type.name)) return ways.bringers.get(type.name)
  ways.bringers.set(type.name, undefined)
  for (const use of candidatesFor(charter, list, type).slice(0, mostCandidates)) {
    await ways.lab.reset?.()
    const { plan, control, options } = await ways.working(use)
    if (plan.control === undefined || control === undefined) continue
    await ways.lab.reset?.()
    const scenario = plan.control
    const brings = await tryTo(() => bringsAnother(ways.lab, scenario, list, type))
    if (brings instanceof Unreached || !brings) continue
    const bringer = { use, options }
    ways.bringers.set(type.name, bringer)
    return bringer
  }
  return undefined
}

/** Plays a scenario with looks at the list before and after its last step. */
async function bringsAnother(lab: Lab, scenario: Scenario, list: Use, type: ObjectType): Promise<boolean> {
  const play = new Play(lab, scenario)
  const step = await play.setUp()
  const owners = Object.values(scenario.vars).flatMap((spec) => spec.owner ?? [])
  const lookers = [...new Set([...owners, step.as, ...(lab.observer === undefined ? [] : [lab.observer])])]
  const look = async () => Promise.all(lookers.map((name) => listedKeys(play, type, list, name)))
  const before = await look()
  const made = await play.make(step)
  if (!made.accepted) return false
  const after = await look()
  return after.some((keys, index) => [...keys].some((key) => before[index]?.has(key) !== true))
}

/** Moves of other objects, first those of the types that a listed object names, as an invoice its order. */
function candidatesFor(charter: Charter, list: Use, type: ObjectType): Use[] {
  const named = namedTypes(charter, list, type)
  const ranked = [...charter.objects.values()]
    .filter((each) => each !== type)
    .toSorted((left, right) => Number(named.has(right.name)) - Number(named.has(left.name)))
  return ranked.flatMap((each) =>
    each.transitions.filter((use) => use.kind !== 'along' && charter.operations.get(use.operation)?.writes === true),
  )
}

/** Types whose key is a member of what is listed, and the declared parent. */
function namedTypes(charter: Charter, list: Use, type: ObjectType): ReadonlySet<string> {
  const operation = charter.operations.get(list.operation)
  const shape = operation?.shape
  const description = charter.sources.get(shape?.source ?? '')?.description
  const parents = type.parent === undefined ? [] : [type.parent.object]
  if (shape === undefined || description === undefined) return new Set(parents)
  let schema: Schema | undefined = shape.responses.find((each) => each.status.startsWith('2'))?.schema
  for (const token of operation?.lists?.items ?? [])
    schema = schema === undefined ? undefined : propertiesOf(description, schema)[token]?.schema
  const item = schema === undefined ? undefined : resolveSchema(description, schema)['items']
  const members = new Set(Object.keys(propertiesOf(description, item)).map(bare))
  const named = [...charter.objects.keys()].filter((name) => members.has(`${bare(name)}id`) || members.has(bare(name)))
  return new Set([...parents, ...named])
}
