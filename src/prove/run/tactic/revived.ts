/** Whether a use of an object takes its parent out of a final state. */
import type { AbuseCase } from '../../plan/scenario.ts'
import { inShort, type Lab } from '../lab.ts'
import { act, exists, setScene, type Trial } from '../trial.ts'
import { Unreached } from '../unreached.ts'

/** Makes the use after its parent has ended. What becomes of the object itself proves nothing: the charter may allow that. */
export async function revivedTrial(lab: Lab, abuse: AbuseCase, skip?: ReadonlySet<number>): Promise<Trial> {
  const scene = await setScene(lab, abuse.abuse, skip)
  const { play, step, state } = scene
  const type = lab.charter.objects.get(abuse.tactic.kind === 'revived' ? abuse.tactic.type : '')
  const ended = [...play.things.values()].find((thing) => thing.type === type)
  if (type === undefined || !type.final.includes(ended?.fact?.state ?? ''))
    throw new Unreached(`the ${type?.name} could not be brought to its end`)
  // That the charter has something against the use by now is no reason not to try it.
  const { best } = await play.prepare(step, {})
  const { made, changes, before, after } = await act(scene, { request: best.request })
  const left = changes.filter(({ label, pointer }) => {
    const [then, now] = [before.get(label), after.get(label)]
    const isParent = pointer === 'state' && exists(then) && exists(now) && then.type === type.name
    return isParent && type.final.includes(then.state ?? '') && !type.final.includes(now.state ?? '')
  })
  const why = inShort(made.exchange)
  return { effect: left.length > 0, why, accepted: made.accepted, changes: left, disclosed: [], sent: play.sent, state }
}
