/** Whether an object that nobody can look at is there: whoever may go on with it can, and cannot with a key that nothing has. */
import type { Charter, ObjectType, Use } from '../../../charter/charter.ts'
import { Builder } from '../../plan/build.ts'
import { Unbuildable } from '../../plan/wants.ts'
import { refuses } from '../lab.ts'
import { Play } from '../scene/play.ts'
import type { Scene } from '../trial.ts'
import { isGivenUp } from '../unreached.ts'
import { unheardOf } from './observe.ts'

const mostUses = 3

/**
 * Looks whether what the last step of a scene says it made is there, by making uses of it that its state allows.
 *
 * Undefined when nothing tells: no operation takes its key, or each that does takes any key, or none works.
 */
export async function goesOn(scene: Scene): Promise<boolean | undefined> {
  const made = scene.play.things.get(scene.step.makes ?? '')
  if (made === undefined) return undefined
  let refused = false
  for (const use of usesWith(scene.play.lab.charter, made.type, made.fact?.state).slice(0, mostUses)) {
    const works = await tryUse(scene, use)
    if (works === true) return true
    refused ||= works === false
  }
  return refused ? false : undefined
}

/** Uses that need the key of an object and may be made of it in its state; those that change something first. */
function usesWith(charter: Charter, type: ObjectType, state: string | undefined): Use[] {
  const operations = [...charter.operations.values()]
  const fitting = operations.flatMap((operation) =>
    operation.uses.filter(
      ({ object, creates, from }) =>
        object?.type === type.name &&
        object.key.from === 'request' &&
        !creates &&
        (from.length === 0 || (state !== undefined && from.includes(state))),
    ),
  )
  const writes = ({ operation }: Use): number => Number(charter.operations.get(operation)?.writes ?? true)
  return fitting.toSorted((left, right) => writes(right) - writes(left))
}

/** Whether a use works with the key, and does not with one that nothing has; undefined when that cannot be told. */
async function tryUse({ play, step }: Scene, use: Use): Promise<boolean | undefined> {
  const builder = new Builder(play.lab.stage, { found: new Set(), settled: play.lab.settled })
  builder.resume(play.scenario)
  const known = builder.steps.length
  const name = step.makes ?? ''
  try {
    builder.move(name, [use], 0)
    const steps = builder.steps.slice(known)
    const longer = new Play(play.lab, builder.scenario())
    longer.goOnFrom(play)
    for (const each of steps.slice(0, -1)) await longer.setUpStep(each)
    const last = steps.at(-1)
    const made = play.things.get(name)
    if (last === undefined || made === undefined) return undefined
    // Whoever takes any key takes this one as well.
    const blind = new Play(play.lab, builder.scenario())
    blind.goOnFrom(longer)
    blind.things.set(name, { ...made, key: unheardOf(made.key) })
    const { best } = await blind.prepare(last, {})
    const asked = await blind.exchange(last, use, best.request)
    if (!refuses(play.lab.charter, use, asked)) return undefined
    const { accepted } = await longer.make(last, { purpose: 'observe' })
    play.sent.push(...longer.sent)
    return accepted
  } catch (error) {
    if (error instanceof Unbuildable || isGivenUp(error)) return undefined
    throw error
  }
}
