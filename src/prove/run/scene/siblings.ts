/** Lists of keys in a request: beside the object that is named first they name others that are there. */
import type { CallRequest, Ref } from '../../../charter/charter.ts'
import type { Reference } from '../../../charter/pointer.ts'
import { placeValue, valueAt } from '../../../wire/place.ts'
import { companionsOf, useById } from '../../plan/graph.ts'
import { namedObjects } from '../../plan/implicit-ref.ts'
import type { Step, Var } from '../../plan/scenario.ts'
import type { Play } from './play.ts'
import type { Thing } from './thing.ts'

/** A request in which keys beside that of an existing object, in one list with it, are of others that were listed with it. */
export function withSiblings(play: Play, step: Step, request: CallRequest): CallRequest {
  return namedBy(play, step).reduce((bound, { key, name }) => {
    const thing = play.things.get(name)
    const at = listOf(key)
    const list = at === undefined ? undefined : valueAt(bound, at)
    if (thing?.siblings === undefined || at === undefined || !Array.isArray(list) || list.length < 2) return bound
    return placeValue(bound, at, renamed(list, thing, thing.siblings))
  }, request)
}

/** Whether everything that a step names, and its call moves along, is still where it may be moved from. */
export function isUnused(play: Play, step: Step): boolean {
  return companionsOf(play.lab.charter, play.use(step)).every(({ from, object }) => {
    const state = play.things.get(step.refs[object?.type ?? ''] ?? '')?.fact?.state
    return state === undefined || from.length === 0 || from.includes(state)
  })
}

/** What is the same stays the same, and what differs differs. */
function renamed(list: readonly unknown[], { key }: Thing, siblings: readonly string[]): unknown[] {
  const [own, ...others] = [key, ...siblings].map((each) => (typeof list[0] === 'number' ? Number(each) : each))
  const known = new Set<unknown>([own, ...others])
  const free = others.filter((each) => !list.includes(each))
  const names = new Map<unknown, unknown>([[list[0], own]])
  return list.map((each) => {
    if (!names.has(each)) names.set(each, known.has(each) ? each : (free.shift() ?? each))
    return names.get(each)
  })
}

function namedBy({ lab }: Play, step: Step): { key: Ref['key']; name: Var }[] {
  const use = useById(lab.charter, step.use)
  if (use === undefined) return []
  const own = use.object === undefined || step.object === undefined ? [] : [{ key: use.object.key, name: step.object }]
  const refs = namedObjects(lab.charter, use).flatMap(({ slot, key }) => {
    const name = step.refs[slot]
    return name === undefined ? [] : [{ key, name }]
  })
  return [...own, ...refs]
}

/** The list whose first element a key is. */
function listOf(key: Ref['key']): Reference | undefined {
  if (key.from !== 'request' || key.in !== 'body' || key.pointer.at(-1) !== '0') return undefined
  return { ...key, pointer: key.pointer.slice(0, -1) }
}
