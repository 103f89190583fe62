/** Many identical calls at the same moment: only as many may take effect as do one after the other. */

import type { Sent } from '../finding.ts'
import type { Change } from '../oracle/change.ts'
import { effectOf, type Sights, timesOver } from '../oracle/effect.ts'
import { invariantsBroken } from '../oracle/invariant.ts'
import type { AbuseCase } from '../plan/scenario.ts'
import { inShort, type Lab, refuses } from './lab.ts'
import { createdKey } from './learn.ts'
import { existsAs } from './observe.ts'
import type { Play } from './play.ts'
import { pointedBy, stepsMaking } from './repeat-tactic.ts'
import { toHttp } from './request.ts'
import { type Control, changesIn, type Scene, setScene, sightsOf, type Trial } from './trial.ts'
import { Unreached } from './unreached.ts'

const sequentialMost = 3

/** How often the call takes effect when made again and again, up to a few times. */
async function sequentialEffects(lab: Lab, abuse: AbuseCase, control: Control): Promise<number> {
  const scene = await setScene(lab, abuse.abuse)
  const { play, step, attacker } = scene
  const { best } = await play.prepare(step, {})
  const before = await sightsOf(play, step, attacker)
  const keys = new Set<string>()
  let accepted = 0
  for (let call = 0; call < sequentialMost; call++) {
    const exchange = await play.exchange(step, play.use(step), best.request)
    if (refuses(lab.charter, play.use(step), exchange)) continue
    accepted++
    const key = createdKey(lab.charter, play.use(step), best.request, exchange)
    if (key !== undefined) keys.add(key)
  }
  const after = await sightsOf(play, step, attacker)
  return countEffects(scene, control, before, after, keys, accepted).effects
}

/** Effects by what can be counted: new objects that exist, else numbers that moved; a mere change of state counts as one. */
function countEffects(
  scene: Scene,
  control: Control,
  before: Sights,
  after: Sights,
  keys: ReadonlySet<string>,
  accepted: number,
): { effects: number; changes: Change[] } {
  const { play, step } = scene
  const use = play.use(step)
  const changes = effectOf(changesIn(play, step, before, after), control.signature, [])
  const moved = timesOver(changes, control.signature)
  if (use.creates) return { effects: Math.max(keys.size, moved), changes }
  // More than was accepted cannot have happened: such a number moves by itself.
  return { effects: accepted === 0 ? Math.min(moved, 1) : moved, changes }
}

export async function raceTrial(
  lab: Lab,
  abuse: AbuseCase,
  control: Control,
  skip?: ReadonlySet<number>,
): Promise<Trial> {
  if (abuse.tactic.kind === 'race' && abuse.tactic.across !== undefined)
    return raceAcross(lab, abuse, abuse.tactic.across)
  const allowed = await sequentialEffects(lab, abuse, control)
  if (allowed >= sequentialMost)
    throw new Unreached('one after the other it may be repeated as well, so there is no limit to overrun')
  let last: Trial | undefined
  for (let round = 0; round < lab.racing.rounds; round++) {
    await lab.reset?.()
    last = await raceRound(lab, abuse, control, allowed, skip)
    if (last.effect) return last
  }
  if (last === undefined) throw new Unreached('races are switched off')
  return last
}

async function raceRound(
  lab: Lab,
  abuse: AbuseCase,
  control: Control,
  allowed: number,
  skip: ReadonlySet<number> | undefined,
): Promise<Trial> {
  const scene = await setScene(lab, abuse.abuse, skip)
  const { play, step, attacker, state } = scene
  const use = play.use(step)
  const { best } = await play.prepare(step, {})
  const person = await play.person(step.as)
  const before = await sightsOf(play, step, attacker, (sent) => play.sent.push(sent))
  const http = toHttp(lab.charter, use, best.request, play.serverOf(use))
  const request = person === undefined ? http : person.apply(http)
  const exchanges = await lab.race(Array.from({ length: lab.racing.width }, () => request))
  const accepted = exchanges.filter((exchange) => !refuses(lab.charter, use, exchange))
  const first = accepted[0] ?? exchanges[0]
  if (first !== undefined)
    play.sent.push({
      use: use.id,
      operation: use.operation,
      as: step.as,
      purpose: 'abuse',
      exchange: first,
      times: lab.racing.width,
      captures: [],
    })
  const after = await sightsOf(play, step, attacker, (sent) => play.sent.push(sent))
  const keys = await existing(
    play,
    scene,
    accepted.flatMap((exchange) => createdKey(lab.charter, use, best.request, exchange) ?? []),
  )
  const { effects, changes } = countEffects(scene, control, before, after, keys, accepted.length)
  const broken = invariantsBroken(lab.charter, use.operation, before, after)
  const why = `${accepted.length} of ${exchanges.length} were accepted, ${effects} took effect, ${allowed} may`
  const effect = effects > Math.max(allowed, 1) || broken.length > 0
  // Where not even one call got through, nothing raced.
  if (!effect && allowed === 0 && accepted.length === 0)
    throw new Unreached(`not even one of the calls was accepted: ${first === undefined ? 'no answer' : inShort(first)}`)
  return {
    effect,
    why,
    changes: broken.length > 0 ? broken.map((each) => each.change) : changes,
    disclosed: [],
    sent: play.sent,
    state,
    overrun: { effects, allowed: Math.max(allowed, 1) },
  }
}

async function existing(play: Play, scene: Scene, keys: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  for (const key of new Set(keys))
    if (await existsAs(play, scene.step, play.use(scene.step), key, scene.attacker)) found.add(key)
  return found
}

const mostObjects = 14

/** Different objects that draw on the same one: as many scenes over one shared object, each brought to the point of the act. */
async function gather(lab: Lab, abuse: AbuseCase, slot: string, count: number): Promise<Scene[]> {
  const first = await setScene(lab, abuse.abuse)
  const name = first.step.refs[slot] ?? pointedBy(lab, abuse, slot)
  if (name === undefined) throw new Unreached(`nothing on the way names the ${slot}`)
  const kept = new Map([[name, first.play]])
  const scenes = [first]
  while (scenes.length < count) scenes.push(await setScene(lab, abuse.abuse, stepsMaking(abuse, kept), kept))
  return scenes
}

/** One after the other until the first refusal; how many fit. */
async function howManyFit(lab: Lab, abuse: AbuseCase, slot: string): Promise<number> {
  const first = await setScene(lab, abuse.abuse)
  const name = first.step.refs[slot] ?? pointedBy(lab, abuse, slot)
  const kept = new Map(name === undefined ? [] : [[name, first.play]])
  let scene = first
  for (let fitted = 0; fitted < mostObjects - 2; fitted++) {
    const { best } = await scene.play.prepare(scene.step, {})
    const exchange = await scene.play.exchange(scene.step, scene.play.use(scene.step), best.request)
    if (refuses(lab.charter, scene.play.use(scene.step), exchange)) return fitted
    scene = await setScene(lab, abuse.abuse, stepsMaking(abuse, kept), kept)
  }
  throw new Unreached(`${mostObjects - 2} calls one after the other all fit, so the limit is too far to overrun`)
}

async function raceAcross(lab: Lab, abuse: AbuseCase, slot: string): Promise<Trial> {
  const allowed = await howManyFit(lab, abuse, slot)
  if (allowed === 0) throw new Unreached('not even one call fits')
  let last: Trial | undefined
  for (let round = 0; round < lab.racing.rounds; round++) {
    await lab.reset?.()
    last = await acrossRound(lab, abuse, slot, allowed)
    if (last.effect) return last
  }
  if (last === undefined) throw new Unreached('races are switched off')
  return last
}

async function acrossRound(lab: Lab, abuse: AbuseCase, slot: string, allowed: number): Promise<Trial> {
  const scenes = await gather(lab, abuse, slot, Math.min(mostObjects, allowed * 2 + 2))
  const requests = []
  for (const { play, step } of scenes) {
    const { best } = await play.prepare(step, {})
    const person = await play.person(step.as)
    const http = toHttp(lab.charter, play.use(step), best.request, play.serverOf(play.use(step)))
    requests.push(person === undefined ? http : person.apply(http))
  }
  const before = await Promise.all(scenes.map((scene) => sightsOf(scene.play, scene.step, scene.attacker)))
  const exchanges = await lab.race(requests)
  let effects = 0
  const changes: Change[] = []
  for (const [index, scene] of scenes.entries()) {
    const after = await sightsOf(scene.play, scene.step, scene.attacker)
    const into = scene.play.use(scene.step).to
    const label = scene.play.scenario.vars[scene.step.object ?? '']?.type
    const moved = changesIn(scene.play, scene.step, before[index] ?? new Map(), after).filter(
      (change) => change.label === label && change.pointer === 'state' && into.includes(String(change.after)),
    )
    if (moved.length > 0) effects++
    changes.push(...moved.map((change) => ({ ...change, label: `${change.label} ${index + 1}` })))
  }
  const sent = scenes.flatMap((scene, index): Sent[] => {
    const exchange = exchanges[index]
    const use = scene.play.use(scene.step)
    const abuseSent =
      exchange === undefined
        ? []
        : [
            {
              use: use.id,
              operation: use.operation,
              as: scene.step.as,
              purpose: 'abuse' as const,
              exchange,
              captures: [],
            },
          ]
    return [...scene.play.sent, ...abuseSent]
  })
  const why = `${effects} of ${scenes.length} on the same ${slot} took effect at once, ${allowed} fit one after the other`
  return {
    effect: effects > allowed,
    why,
    changes,
    disclosed: [],
    sent: arranged(sent),
    state: scenes[0]?.state ?? '-',
    overrun: { effects, allowed },
  }
}

/** Preparation first, then everything that was sent at once. */
function arranged(sent: readonly Sent[]): Sent[] {
  return [...sent.filter((each) => each.purpose !== 'abuse'), ...sent.filter((each) => each.purpose === 'abuse')]
}
