/** Calls at the same moment on different objects that draw on the same one. */
import type { Sent } from '../finding.ts'
import type { Change } from '../oracle/change.ts'
import type { Sights } from '../oracle/effect.ts'
import type { AbuseCase } from '../plan/scenario.ts'
import type { Exchange } from '../transport/exchange.ts'
import { type Lab, refuses } from './lab.ts'
import { pointedBy, stepsMaking } from './repeat-tactic.ts'
import { toHttp } from './request.ts'
import { changesIn, type Scene, setScene, sightsOf, type Trial } from './trial.ts'
import { Unreached } from './unreached.ts'

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

/** Races over different objects that share one, for a few rounds, until more take effect than fit one after the other. */
export async function raceAcross(lab: Lab, abuse: AbuseCase, slot: string): Promise<Trial> {
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
  const moves = []
  for (const [index, scene] of scenes.entries()) moves.push(await movesOf(scene, before[index] ?? new Map(), index + 1))
  const effects = moves.filter((each) => each.length > 0).length
  const sent = scenes.flatMap((scene, index) => sentIn(scene, exchanges[index]))
  const why = `${effects} of ${scenes.length} on the same ${slot} took effect at once, ${allowed} fit one after the other`
  return {
    effect: effects > allowed,
    why,
    changes: moves.flat(),
    disclosed: [],
    sent: arranged(sent),
    state: scenes[0]?.state ?? '-',
    overrun: { effects, allowed },
  }
}

/** The moves of the object of one scene into where the use leads, told apart by its number. */
async function movesOf({ play, step, attacker }: Scene, before: Sights, number: number): Promise<Change[]> {
  const after = await sightsOf(play, step, attacker)
  const into = play.use(step).to
  const label = play.scenario.vars[step.object ?? '']?.type
  return changesIn(play, step, before, after)
    .filter((change) => change.label === label && change.pointer === 'state' && into.includes(String(change.after)))
    .map((change) => ({ ...change, label: `${change.label} ${number}` }))
}

/** Everything sent in one scene, its part of the race last. */
function sentIn({ play, step }: Scene, exchange: Exchange | undefined): readonly Sent[] {
  if (exchange === undefined) return play.sent
  const { id, operation } = play.use(step)
  return [...play.sent, { use: id, operation, as: step.as, purpose: 'abuse', exchange, captures: [] }]
}

/** Preparation first, then everything that was sent at once. */
function arranged(sent: readonly Sent[]): Sent[] {
  return [...sent.filter((each) => each.purpose !== 'abuse'), ...sent.filter((each) => each.purpose === 'abuse')]
}
