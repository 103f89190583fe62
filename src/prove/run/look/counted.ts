/** Objects that a limit counts while they are in a state: they may have come out of it by themselves. */
import type { ConstraintId, Use } from '../../../charter/charter.ts'
import { factId } from '../lab.ts'
import type { Play } from '../scene/play.ts'
import type { Thing } from '../scene/thing.ts'
import { readThing } from './observe.ts'

const mostLooks = 30

/** Looks once more at what counts towards a limit that is to be broken, so that it is judged by what stands now. */
export async function lookAtCounted(play: Play, use: Use, target: ConstraintId | undefined): Promise<void> {
  const limit = use.constraints.find((each) => each.id === target)
  const states = limit?.kind === 'limit' ? limit.while : undefined
  if (states === undefined) return
  const { charter, latest, past } = play.lab
  const counted = new Map<string, Thing>()
  for (const { created, objects, request } of past) {
    const fact = created ?? objects['object']
    const type = charter.objects.get(fact?.type ?? '')
    if (fact === undefined || fact === null || type === undefined) continue
    const id = factId(fact.type, fact.key)
    const now = latest.get(id) ?? fact
    if (states.includes(now.state ?? '')) counted.set(id, { type, key: fact.key, path: { ...request.path }, fact: now })
  }
  for (const [id, thing] of [...counted].slice(-mostLooks)) {
    const before = thing.fact
    const sight = await readThing(play, thing, undefined)
    // What is gone is in none of the states.
    if (sight === null && before !== undefined) latest.set(id, { ...before, state: '(gone)' })
  }
}
