/** The rightful call itself: whether it leads where the charter says, and leaves to others what they are to decide. */
import type { ObjectFact, ObjectType } from '../../../charter/charter.ts'
import { printPointer } from '../../../charter/pointer.ts'
import { type Change, sameValue } from '../../oracle/change.ts'
import { leaves } from '../../oracle/effect.ts'
import type { AbuseCase } from '../../plan/scenario.ts'
import { fieldsOfOthers, isDecidedAnew } from '../../plan/tactic/leads.ts'
import { inShort, type Lab } from '../lab.ts'
import { otherState } from '../look/in-state.ts'
import { outcomesOf } from '../look/outcome.ts'
import { variationsOf } from '../look/unseen.ts'
import type { Made, Play } from '../scene/play.ts'
import { act, type Scene, setScene, sightsOf, type Trial } from '../trial.ts'
import { Unreached } from '../unreached.ts'

/**
 * Makes the rightful call in a state that it must lead out of, and looks where the object is and what was changed. Throws `Unreached`
 * where it was refused, or changed nothing of what it says.
 */
export async function leadsTrial(lab: Lab, abuse: AbuseCase, skip: ReadonlySet<number> = new Set()): Promise<Trial> {
  const scene = await setScene(lab, abuse.abuse, skip)
  const other = await otherState(scene, abuse)
  if (other !== undefined) throw other
  const { play, step } = scene
  const { seen, best } = await play.prepare(step, {})
  const outcomes = await outcomesOf(play, play.use(step), seen, best.request)
  let { made, changes } = await act(scene, {})
  const others = made.accepted && said(changes, made).length === 0 ? await unlikeBefore(scene, made) : []
  for (const request of others) {
    if (said(changes, made).length > 0) break
    play.sent.splice(play.sent.findLastIndex(({ purpose }) => purpose === 'abuse'))
    ;({ made, changes } = await act(scene, { request }))
  }
  if (!made.accepted) throw new Unreached(`the rightful call was refused: ${inShort(made.exchange)}`)
  const told = { effect: false, why: inShort(made.exchange), changes: [], disclosed: [] }
  const trial = { ...told, accepted: true, sent: play.sent, state: scene.state }
  const now = await seenNow(scene)
  const use = play.use(step)
  const mover = lab.stage.members.find(({ name }) => name === step.as)
  if (mover === undefined) throw new Unreached('nobody makes the call')
  const fields = fieldsOfOthers(lab.charter, now.type, use, mover).map(({ at }) => printPointer(at))
  const taken = said(changes, made).filter(({ pointer }) => fields.includes(pointer))
  if (taken.length > 0) return { ...trial, effect: true, changes: taken }
  if (outcomes === undefined || now.fact.state === undefined)
    throw new Unreached(`where \`${use.id}\` leads cannot be told`)
  if (outcomes.has(now.fact.state)) return { ...trial, why: `it led to ${now.fact.state}: ${trial.why}` }
  const left = `it left the ${now.type.name} ${now.fact.state}, where the charter says ${[...outcomes].join(' or ')}`
  const isKept = now.fact.state === scene.state && made.exchange.response?.status !== 202
  if (!isKept || !isDecidedAnew(lab.charter, now.type, { use, state: scene.state, mover })) throw new Unreached(left)
  const kept = said(changes, made)
  if (kept.length === 0) throw new Unreached(`${left}, and changed nothing of what it says`)
  return { ...trial, effect: true, changes: kept, undecided: use }
}

/** The same call with values that the object does not have yet. */
async function unlikeBefore(scene: Scene, made: Made): Promise<Awaited<ReturnType<typeof variationsOf>>> {
  const { fact } = await seenNow(scene)
  const there = [...leaves(fact.value).values()]
  return variationsOf(scene, {}, made.request, (value) => there.includes(value))
}

/** What the call said, and the object acted on says now. */
function said(changes: readonly Change[], { request, accepted }: Made): Change[] {
  const values = accepted ? [...leaves(request.body).values()] : []
  return changes.filter(
    ({ label, pointer, after }) =>
      !label.startsWith('new ') &&
      pointer.startsWith('/') &&
      !pointer.endsWith('/length') &&
      values.some((value) => sameValue(value, after)),
  )
}

/** The object acted on as it is now, when it is at rest. Throws `Unreached` where nobody can look. */
async function seenNow({ play, step, attacker }: Scene): Promise<{ type: ObjectType; fact: ObjectFact }> {
  const type = typeOf(play, step.object)
  const fact = (await sightsOf(play, step, attacker)).get(type?.name ?? '')
  if (type === undefined || fact === undefined || fact === null)
    throw new Unreached(`nobody could look at the ${type?.name ?? 'object'}`)
  return { type, fact }
}

function typeOf(play: Play, name: string | undefined): ObjectType | undefined {
  return play.things.get(name ?? '')?.type
}
