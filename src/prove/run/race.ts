/** Many identical calls at the same moment: only as many may take effect as do one after the other. */

import type { CallRequest } from '../../charter/charter.ts'
import { toHttp } from '../../wire/to-http.ts'
import type { Sent } from '../finding.ts'
import type { Change } from '../oracle/change.ts'
import { effectOf, type Sights, timesOver } from '../oracle/effect.ts'
import { invariantsBroken } from '../oracle/invariant.ts'
import { useById } from '../plan/graph.ts'
import type { AbuseCase } from '../plan/scenario.ts'
import type { Exchange } from '../transport/exchange.ts'
import { withFreshKeys } from './idempotency-key.ts'
import { inShort, type Lab, refuses } from './lab.ts'
import { createdKey } from './learn.ts'
import { existsAs } from './observe.ts'
import type { Play } from './play.ts'
import { raceAcross } from './race-across.ts'
import { release } from './release.ts'
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
    const exchange = await play.exchange(step, play.use(step), repeated(lab, abuse, best.request))
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

/** Races a call against itself for a few rounds, until it takes effect more often than one after the other. */
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
  const calls = Array.from({ length: lab.racing.width }, () => ({
    person,
    http: toHttp(lab.charter, use, repeated(lab, abuse, best.request), play.serverOf(use)),
  }))
  const exchanges = await release(lab, calls)
  const accepted = exchanges.filter((exchange) => !refuses(lab.charter, use, exchange))
  const first = accepted[0] ?? exchanges[0]
  if (first !== undefined) play.sent.push(racedIn(scene, first, lab.racing.width))
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

/** The same call once more: with the same idempotency key only where that is what must not work. */
function repeated(lab: Lab, abuse: AbuseCase, request: CallRequest): CallRequest {
  const use = useById(lab.charter, abuse.use)
  const keyed = use?.constraints.some((each) => each.kind === 'idempotency' && each.id === abuse.constraint)
  return use === undefined || keyed === true ? request : withFreshKeys(lab.charter, use, request, lab.supply)
}

function racedIn({ play, step }: Scene, exchange: Exchange, times: number): Sent {
  const { id, operation } = play.use(step)
  return { use: id, operation, as: step.as, purpose: 'abuse', exchange, times, captures: [] }
}

async function existing(play: Play, scene: Scene, keys: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  for (const key of new Set(keys))
    if (await existsAs(play, scene.step, play.use(scene.step), key, scene.attacker)) found.add(key)
  return found
}
