/** What must be true of the objects at all times, looked at around rightful calls. */
import type { Invariant } from '../../charter/charter.ts'
import type { AbuseCase } from '../plan/scenario.ts'
import { inShort, type Lab } from './lab.ts'
import { oddAmountsTrial } from './odd-amounts.ts'
import { Play } from './play.ts'
import { act, setScene, type Trial } from './trial.ts'
import { uniqueTrial } from './unique-tactic.ts'
import { Unreached } from './unreached.ts'
import { tryTo } from './ways.ts'

/** Makes the rightful call, as often as an `at-most` allows and once more, or for the same unique value again, and looks whether the invariant still holds. */
export async function rightfulTrial(lab: Lab, abuse: AbuseCase): Promise<Trial> {
  const invariant = lab.charter.invariants.find((each) => each.id === abuse.constraint)
  if (invariant?.kind === 'at-most') return oneTooMany(lab, abuse, invariant)
  const twice = invariant?.kind === 'unique' ? await uniqueTrial(lab, abuse, invariant) : undefined
  if (twice !== undefined) return twice
  const scene = await setScene(lab, abuse.abuse)
  const { made, broken } = await act(scene, {})
  if (!made.accepted) throw new Unreached(`the rightful call was refused: ${inShort(made.exchange)}`)
  const changes = broken.filter((each) => each.id === abuse.constraint).map((each) => each.change)
  // What cannot be brought about once more was looked at all the same.
  const odd = changes.length === 0 ? await tryTo(() => oddAmountsTrial(lab, abuse, made.request)) : undefined
  if (odd !== undefined && !(odd instanceof Unreached)) return odd
  const why = changes.length === 0 ? 'it holds before and after' : 'a rightful call broke it'
  return { effect: changes.length > 0, why, changes, disclosed: [], sent: scene.play.sent, state: scene.state }
}

async function oneTooMany(
  lab: Lab,
  abuse: AbuseCase,
  invariant: Extract<Invariant, { kind: 'at-most' }>,
): Promise<Trial> {
  const sent = []
  let standing = 0
  for (let count = 0; count <= invariant.count; count++) {
    const play = new Play(lab, abuse.abuse)
    const step = await play.setUp()
    const made = await play.make(step, { purpose: count === invariant.count ? 'abuse' : 'setup' })
    const fact = step.makes === undefined ? undefined : play.things.get(step.makes)?.fact
    sent.push(...play.sent)
    // A refusal below the bound has another reason, and says nothing about the bound.
    if (!made.accepted && count < invariant.count)
      throw new Unreached(`the rightful call was refused: ${inShort(made.exchange)}`)
    if (!made.accepted)
      return { effect: false, why: inShort(made.exchange), changes: [], disclosed: [], sent, state: '-' }
    if (fact !== undefined && (invariant.in.length === 0 || invariant.in.includes(fact.state ?? ''))) standing++
  }
  const effect = standing > invariant.count
  const change = {
    label: `${invariant.object}s per ${invariant.per}`,
    pointer: 'count',
    before: invariant.count,
    after: standing,
  }
  return {
    effect,
    why: `${standing} stand where ${invariant.count} may`,
    changes: effect ? [change] : [],
    disclosed: [],
    sent,
    state: '-',
  }
}
