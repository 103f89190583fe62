/** Scenes in which a limit leaves room for one more call and no second one, so that a race has something to overrun. */
import type { CallRequest, Constraint } from '../../charter/charter.ts'
import { useById } from '../plan/graph.ts'
import type { AbuseCase } from '../plan/scenario.ts'
import { sized } from './arguments.ts'
import { inShort, judge, type Lab } from './lab.ts'
import { nextScene } from './next-scene.ts'
import { type Scene, setScene } from './trial.ts'
import { Unreached } from './unreached.ts'

const mostBefore = 8

/** A scene and the request to send in it; of a limit, all but one has been used up, or the amount is more than half of what is left. */
export async function withRoomForOne(
  lab: Lab,
  abuse: AbuseCase,
  skip?: ReadonlySet<number>,
): Promise<{ readonly scene: Scene; readonly request: CallRequest }> {
  const limit = useById(lab.charter, abuse.use)?.constraints.find((each) => each.id === abuse.constraint)
  let scene = await setScene(lab, abuse.abuse, skip)
  const { best } = await scene.play.prepare(scene.step, {})
  if (limit?.kind !== 'limit') return { scene, request: best.request }
  if (limit.sum !== undefined) {
    const large = await sized(scene.play, scene.step, limit.id, 0.6)
    return { scene, request: large ?? best.request }
  }
  let used = 0
  while (used < mostBefore && !(await isLast(scene, limit))) {
    const made = await scene.play.make(scene.step, { purpose: 'setup' })
    if (!made.accepted) throw new Unreached(`a call within the limit was refused: ${inShort(made.exchange)}`)
    used++
    const next = await nextScene(lab, abuse, limit.per, scene)
    if (next !== scene) next.play.sent.unshift(...scene.play.sent)
    scene = next
  }
  return { scene, request: (await scene.play.prepare(scene.step, {})).best.request }
}

/** Whether one more call fits and the one after it does not. */
async function isLast({ play, step }: Scene, { id }: Constraint): Promise<boolean> {
  const { seen, best } = await play.prepare(step, {})
  const counter = seen.facts.counters[id]
  if (counter === undefined || best.distance >= 1) return true
  const counters = { ...seen.facts.counters, [id]: { ...counter, count: counter.count + 1 } }
  const later = { ...seen, call: { ...seen.call, request: best.request }, facts: { ...seen.facts, counters } }
  return judge(play.lab, play.use(step), later).some(({ constraint }) => constraint === id)
}
