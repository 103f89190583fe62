/** Calls at the same moment on different objects that draw on the same one. */
import type { CallRequest } from '../../../charter/charter.ts'
import { toHttp } from '../../../wire/to-http.ts'
import type { Sent } from '../../finding.ts'
import type { Change } from '../../oracle/change.ts'
import { effectOf, type Sights } from '../../oracle/effect.ts'
import { invariantsBroken } from '../../oracle/invariant.ts'
import { companionsOf } from '../../plan/graph.ts'
import type { AbuseCase, Var } from '../../plan/scenario.ts'
import type { Exchange } from '../../transport/exchange.ts'
import { type Lab, refuses } from '../lab.ts'
import { existsAs } from '../look/observe.ts'
import { createdKey } from '../scene/learn.ts'
import { keepMadeAlong, pointedBy, stepsMaking } from '../scene/next-scene.ts'
import type { Play } from '../scene/play.ts'
import { type Racing, release } from '../scene/release.ts'
import { type Control, changesIn, type Scene, setScene, sightsOf, type Trial } from '../trial.ts'
import { Unreached } from '../unreached.ts'
import { tryTo } from '../ways.ts'

const mostObjects = 14

/** How many fit one after the other, and the object they drew on. */
interface Fit {
  readonly allowed: number
  readonly name: Var | undefined
  readonly key: string | undefined
}

/** Different objects that draw on the same one: as many scenes over one shared object, each brought to the point of the act. */
async function gather(lab: Lab, abuse: AbuseCase, slot: string, { allowed, name, key }: Fit): Promise<Scene[]> {
  const first = await setScene(lab, abuse.abuse)
  if (name === undefined) throw new Unreached(`nothing on the way names the ${slot}`)
  // How many fit was learnt from this very object, so another that was found may have room for more.
  const found = abuse.abuse.vars[name]?.supply === 'found'
  if (found && (lab.reset === undefined || first.play.things.get(name)?.key !== key))
    throw new Unreached(
      `what the calls used of the ${slot} cannot be given back: the identities file has no reset hook`,
    )
  const count = Math.min(mostObjects, allowed * 2 + 2)
  const kept = keptWith(lab, abuse, name, first)
  const scenes = [first]
  while (scenes.length < count) {
    const next = await tryTo(() => setScene(lab, abuse.abuse, stepsMaking(abuse, kept), kept))
    if (!(next instanceof Unreached)) scenes.push(next)
    // Whoever may have but so many of what differs has enough of it for a race.
    else if (scenes.length > allowed) break
    else throw next
  }
  return scenes
}

/** What all calls share, and what only one call can have made of it; never anything else that each call acts on or names. */
function keptWith(lab: Lab, abuse: AbuseCase, name: Var | undefined, { play, step }: Scene): Map<Var, Play> {
  const kept = new Map(name === undefined ? [] : [[name, play]])
  keepMadeAlong(lab, abuse, kept)
  const own = new Set([step.object, ...Object.values(step.refs)])
  for (const each of kept.keys()) if (each !== name && own.has(each)) kept.delete(each)
  return kept
}

/** One after the other until the first refusal; how many fit. */
async function howManyFit(lab: Lab, abuse: AbuseCase, slot: string): Promise<Fit> {
  const first = await setScene(lab, abuse.abuse)
  const name = slot === 'object' ? first.step.object : (first.step.refs[slot] ?? pointedBy(lab, abuse, slot))
  const key = first.play.things.get(name ?? '')?.key
  const kept = keptWith(lab, abuse, name, first)
  let scene = first
  for (let fitted = 0; fitted < mostObjects - 2; fitted++) {
    const { best } = await scene.play.prepare(scene.step, {})
    const exchange = await scene.play.exchange(scene.step, scene.play.use(scene.step), best.request)
    if (refuses(lab.charter, scene.play.use(scene.step), exchange)) return { allowed: fitted, name, key }
    scene = await setScene(lab, abuse.abuse, stepsMaking(abuse, kept), kept)
  }
  throw new Unreached(`${mostObjects - 2} calls one after the other all fit, so the limit is too far to overrun`)
}

/** Whether the rightful call moves a number of what an invariant speaks of; true for a race over anything else. */
function drains({ charter }: Lab, abuse: AbuseCase, { signature }: Control, slot: string): boolean {
  const invariant = charter.invariants.find(({ id }) => id === abuse.constraint)
  if (invariant === undefined) return true
  const names = Object.entries(abuse.abuse.vars).flatMap(([name, { type }]) =>
    type === invariant.object ? [name] : [],
  )
  const own = [slot, ...names].map((label) => `${label}|`)
  return [...signature.deltas.keys()].some((mark) => own.some((label) => mark.startsWith(label)))
}

/** Races over different objects that share one, for a few rounds, until more take effect than fit one after the other. */
export async function raceAcross(lab: Lab, abuse: AbuseCase, control: Control, slot: string): Promise<Trial> {
  if (!drains(lab, abuse, control, slot)) throw new Unreached(`the rightful call takes nothing of the ${slot}`)
  const fit = await howManyFit(lab, abuse, slot)
  if (fit.allowed === 0) throw new Unreached('not even one call fits')
  let last: Trial | undefined
  for (let round = 0; round < lab.racing.rounds; round++) {
    await lab.reset?.()
    last = await acrossRound(lab, abuse, control, { slot, fit })
    if (last.effect) return last
  }
  if (last === undefined) throw new Unreached('races are switched off')
  return last
}

async function acrossRound(
  lab: Lab,
  abuse: AbuseCase,
  control: Control,
  { slot, fit }: { readonly slot: string; readonly fit: Fit },
): Promise<Trial> {
  const { allowed } = fit
  const scenes = await gather(lab, abuse, slot, fit)
  const calls: (Racing & { readonly request: CallRequest })[] = []
  for (const { play, step } of scenes) {
    const { best } = await play.prepare(step, {})
    const person = await play.person(step.as)
    const http = toHttp(lab.charter, play.use(step), best.request, play.serverOf(play.use(step)))
    calls.push({ request: best.request, person, http })
  }
  const before = await Promise.all(scenes.map((scene) => sightsOf(scene.play, scene.step, scene.attacker)))
  const exchanges = await release(lab, calls)
  const raced = scenes.map((scene, index) => ({
    scene,
    number: index + 1,
    request: calls[index]?.request ?? {},
    exchange: exchanges[index],
    before: before[index] ?? new Map(),
  }))
  const each = []
  for (const one of raced) each.push(await effectsOf(one, slot === 'object' ? control : undefined))
  const effects = each.filter(({ changes }) => changes.length > 0).length
  const [first] = each
  const broken = first === undefined ? [] : first.broken
  const type = abuse.abuse.vars[fit.name ?? '']?.type
  const what = slot === 'object' ? type : slot
  const why = `${effects} of ${scenes.length} on the same ${what} took effect at once, ${allowed} fit one after the other`
  return {
    effect: effects > allowed || broken.length > 0,
    why,
    changes: [...broken, ...each.flatMap(({ changes }) => changes)],
    disclosed: [],
    sent: arranged(scenes.flatMap((scene, index) => sentIn(scene, exchanges[index]))),
    state: scenes[0]?.state ?? '-',
    overrun: { effects, allowed },
  }
}

/** One call of a race, and what was seen before it. */
interface Raced {
  readonly scene: Scene
  /** What tells its object from those of the others. */
  readonly number: number
  readonly request: CallRequest
  readonly exchange: Exchange | undefined
  readonly before: Sights
}

/**
 * What one call did: the new object that exists, or the move of its object; and the invariants that do not hold any more.
 *
 * @param control - The rightful call, where its object is what they share: what it changes of others is what each call does.
 */
async function effectsOf(raced: Raced, control: Control | undefined): Promise<{ changes: Change[]; broken: Change[] }> {
  const { play, step, attacker } = raced.scene
  const use = play.use(step)
  const after = await sightsOf(play, step, attacker)
  const broken = invariantsBroken(play.lab.charter, use.operation, raced.before, after).map(({ change }) => change)
  if (control !== undefined) return { changes: besides(raced, control, after), broken }
  return { changes: use.creates ? await madeBy(raced) : movesOf(raced, after), broken }
}

/** What one call changed, as the rightful call does, of the objects that it alone moves along with the one all share; told apart by its number. */
function besides({ scene, number, before }: Raced, control: Control, after: Sights): Change[] {
  const { play, step } = scene
  const moved = companionsOf(play.lab.charter, play.use(step)).map(({ object }) => object?.type ?? '')
  const own = new Set(moved.filter((slot) => play.scenario.vars[step.refs[slot] ?? '']?.supply === 'made'))
  return effectOf(changesIn(play, step, before, after), control.signature, [])
    .filter(({ label }) => own.has(label))
    .map((change) => ({ ...change, label: `${change.label} ${number}` }))
}

/** The object that a call created, when it can be read. */
async function madeBy({ scene, number, request, exchange }: Raced): Promise<Change[]> {
  const { play, step, attacker } = scene
  const use = play.use(step)
  const key = exchange === undefined ? undefined : createdKey(play.lab.charter, use, request, exchange)
  if (key === undefined || !(await existsAs(play, step, use, key, attacker))) return []
  return [{ label: `new ${use.object?.type} ${number}`, pointer: 'exists', before: false, after: true }]
}

/** The moves of the object of one scene into where the use leads, told apart by its number. */
function movesOf({ scene, number, before }: Raced, after: Sights): Change[] {
  const { play, step } = scene
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
