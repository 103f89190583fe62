/** Scenes in which a limit leaves room for one more call and no second one, so that a race has something to overrun. */
import type { CallRequest, Constraint } from '../../../charter/charter.ts'
import { getPointer } from '../../../charter/pointer.ts'
import { placeValue } from '../../../wire/place.ts'
import { useById } from '../../plan/graph.ts'
import type { AbuseCase } from '../../plan/scenario.ts'
import { roomForAnother } from '../../plan/tactic/limit.ts'
import { inShort, judge, type Lab } from '../lab.ts'
import { sized } from '../scene/arguments.ts'
import { nextScene } from '../scene/next-scene.ts'
import { type Scene, setScene } from '../trial.ts'
import { Unreached } from '../unreached.ts'

const mostBefore = 8
const largestAmount = 1e12

/** A scene and the request to send in it; of a limit, all but one has been used up, or the amount is more than half of what is left. */
export async function withRoomForOne(
  lab: Lab,
  abuse: AbuseCase,
  skip?: ReadonlySet<number>,
): Promise<{ readonly scene: Scene; readonly request: CallRequest }> {
  const limit = useById(lab.charter, abuse.use)?.constraints.find((each) => each.id === abuse.constraint)
  let scene = await setScene(lab, abuse.abuse, skip)
  const wishes = limit?.kind === 'when' ? [] : roomForAnother(scene.play.use(scene.step))
  const { best } = await scene.play.prepare(scene.step, { wishes })
  if (limit?.kind === 'when') return { scene, request: await largest(scene, limit, best.request) }
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

/** The request with as large an amount as a rule lets pass: of what it measures by, nothing is left for a second one. */
async function largest(
  { play, step }: Scene,
  { rule }: Extract<Constraint, { kind: 'when' }>,
  request: CallRequest,
): Promise<CallRequest> {
  const { problem } = await play.prepare(step, {})
  const { soft } = problem.judge(request)
  const asked = rule.reads.filter(([root]) => root === 'request' || root === 'body').map(([, ...at]) => at)
  const at = asked.find((each) => typeof getPointer(request.body, each) === 'number')
  const now = Number(getPointer(request.body, at ?? []))
  if (at === undefined || now <= 0) return request
  const asking = (amount: number) => placeValue(request, { from: 'request', in: 'body', pointer: at }, amount)
  const fits = (amount: number): boolean => {
    const { broken, unmet, soft: misfits } = problem.judge(asking(amount))
    return broken.length + unmet === 0 && misfits <= soft
  }
  if (!fits(now)) return request
  let [most, above] = [now, now * 2]
  while (fits(above) && above < largestAmount) [most, above] = [above, above * 2]
  // What has no end is no share of anything.
  if (above >= largestAmount) return request
  while (above - most > 1) {
    const middle = Math.floor((most + above) / 2)
    if (fits(middle)) most = middle
    else above = middle
  }
  return asking(most)
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
