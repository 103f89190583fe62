/** What must be true of the objects at all times, looked at around rightful calls. */
import type { Invariant } from '../../../charter/invariant.ts'
import type { AbuseCase } from '../../plan/scenario.ts'
import { inShort, type Lab } from '../lab.ts'
import { readThing } from '../look/observe.ts'
import { Play } from '../scene/play.ts'
import type { Thing } from '../scene/thing.ts'
import { act, setScene, type Trial } from '../trial.ts'
import { Unreached } from '../unreached.ts'
import { tryTo } from '../ways.ts'
import { inPartsTrial } from './in-parts.ts'
import { oddAmountsTrial } from './odd-amounts.ts'
import { uniqueTrial } from './unique.ts'

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
  const parts =
    changes.length === 0 && invariant?.kind === 'holds'
      ? await tryTo(() => inPartsTrial(lab, abuse, invariant))
      : undefined
  if (parts !== undefined && !(parts instanceof Unreached)) return parts
  const why = changes.length === 0 ? 'it holds before and after' : 'a rightful call broke it'
  return { effect: changes.length > 0, why, changes, disclosed: [], sent: scene.play.sent, state: scene.state }
}

async function oneTooMany(
  lab: Lab,
  abuse: AbuseCase,
  invariant: Extract<Invariant, { kind: 'at-most' }>,
): Promise<Trial> {
  const sent = []
  const made: { readonly play: Play; readonly thing: Thing }[] = []
  for (let count = 0; count <= invariant.count; count++) {
    const play = new Play(lab, abuse.abuse)
    // Somebody else may have as many.
    const [first] = made
    if (first !== undefined) play.seat(first.play)
    const step = await play.setUp()
    const { accepted, exchange } = await play.make(step, { purpose: count === invariant.count ? 'abuse' : 'setup' })
    const thing = play.things.get(step.makes ?? '')
    sent.push(...play.sent)
    // A refusal below the bound has another reason, and says nothing about the bound.
    if (!accepted && count < invariant.count) throw new Unreached(`the rightful call was refused: ${inShort(exchange)}`)
    if (!accepted) return { effect: false, why: inShort(exchange), changes: [], disclosed: [], sent, state: '-' }
    if (thing !== undefined) made.push({ play, thing })
  }
  const standing = await standingTogether(made, invariant)
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

/** How many of those made one holder has at the same time, at the end: the first may be gone, or moved on, by then. */
async function standingTogether(
  made: readonly { readonly play: Play; readonly thing: Thing }[],
  { in: states, per }: Extract<Invariant, { kind: 'at-most' }>,
): Promise<number> {
  const held = new Map<string, Set<string>>()
  for (const { play, thing } of made) {
    const sight = await readThing(play, thing, undefined)
    const fact = sight === undefined ? thing.fact : sight
    if (fact === undefined || fact === null) continue
    if (states.length > 0 && !states.includes(fact.state ?? '')) continue
    const holder = fact[per] ?? ''
    held.set(holder, (held.get(holder) ?? new Set()).add(thing.key))
  }
  return Math.max(0, ...[...held.values()].map((keys) => keys.size))
}
