/** A rightful call in which what must be said is not said: left out, null, or empty. */
import { placeValue } from '../../../wire/place.ts'
import type { AbuseCase } from '../../plan/scenario.ts'
import type { Lab } from '../lab.ts'
import { type Control, setScene, type Trial } from '../trial.ts'
import { Turns } from '../turns.ts'
import { Unreached } from '../unreached.ts'
import { lastStep } from './last-step.ts'

const nothings = [undefined, null, ''] as const

/** Each way of saying nothing, until one takes effect. Throws `Unreached` where the charter allows that, or nothing could show. */
export async function leftOutTrial(
  lab: Lab,
  abuse: AbuseCase,
  control: Control,
  skip?: ReadonlySet<number>,
): Promise<Trial> {
  const member = abuse.tactic.kind === 'left-out' ? abuse.tactic.member : ''
  const at = { from: 'request', in: 'body', pointer: [member] } as const
  const turns = new Turns(lab, abuse, () => setScene(lab, abuse.abuse, skip), undefined)
  let last: Trial | undefined
  for (const nothing of nothings) {
    const trial = await turns.take(async (scene) => {
      const { best } = await scene.play.prepare(scene.step, {})
      if (best.distance >= 1) throw new Unreached(`no arguments were found with which \`${abuse.use}\` is rightful`)
      const request = placeValue(best.request, at, nothing)
      return lastStep(scene, abuse, control, { target: abuse.constraint, nothing: 'unsaid', request })
    })
    if (trial?.effect === true) return trial
    // One way that shows nothing leaves the question open, whatever becomes of the others.
    last = last?.unseen === undefined ? trial : last
  }
  if (last === undefined) throw new Unreached('nothing was sent')
  return last
}
