/** One try of a case on fresh objects: what the observer saw around the decisive step. */
import type { CallRequest, ConstraintId, ObjectFact, Use } from '../../charter/charter.ts'
import type { Sent } from '../finding.ts'
import type { Change } from '../oracle/change.ts'
import { changesBetween, type Sights, type Signature, signatureOf } from '../oracle/effect.ts'
import { type Break, invariantsBroken } from '../oracle/invariant.ts'
import { useById } from '../plan/graph.ts'
import type { Mishap } from '../plan/lore.ts'
import type { Scenario, Step, Var } from '../plan/scenario.ts'
import { inShort, type Lab } from './lab.ts'
import { aroundOf, isOfWorth } from './look/around.ts'
import { atRest } from './look/at-rest.ts'
import { newBeside, toldBefore } from './look/beside.ts'
import { look } from './look/observe.ts'
import { namedIn, standingOf } from './look/permission.ts'
import { addWitnesses, shownToNamed, shownWithoutKey, type Witness } from './look/witness.ts'
import { followersOf } from './scene/along.ts'
import { patienceMs } from './scene/learn.ts'
import { type Made, type Manner, Play } from './scene/play.ts'

/** What came of one try. */
export interface Trial {
  readonly effect: boolean
  /** Why there was no effect, or what was answered. */
  readonly why: string
  readonly changes: readonly Change[]
  readonly disclosed: readonly string[]
  /** The decisive call was not refused. */
  readonly accepted?: boolean
  /** Why nothing could have shown, when the decisive call was not refused. */
  readonly unseen?: string
  /** The play as it was set up, when the decisive call was refused and nothing was seen to change. */
  readonly untouched?: Play
  readonly sent: readonly Sent[]
  /** State of the object acted on, before the abuse. */
  readonly state: string
  readonly overrun?: { readonly effects: number; readonly allowed: number }
  /** Constraints broken together with the target. */
  readonly also?: readonly ConstraintId[]
  /** A move on the way that kept what others had decided, although the charter has it decided anew. */
  readonly undecided?: Use
  /** What was not seen was not there for anybody: more may have to come about first. */
  readonly unfilled?: true
}

/** What the rightful call does. */
export interface Control {
  readonly works: boolean
  /** No call was made: what the charter declares stands in for it. */
  readonly declared?: true
  readonly why: string
  readonly signature: Signature
  /** False when nothing anyone may read shows what it does. */
  readonly visible: boolean
  /** What looks were answered that failed for reasons of the system's own. */
  readonly outage?: string
  readonly sent: readonly Sent[]
  /** People the call is about, looked at where nothing else shows what it does. */
  readonly watched: readonly string[]
  readonly request: CallRequest
  readonly answer: unknown
  /** Values of what it made or changed, to compare an abuse with. */
  readonly after: Sights
  /** Types of other objects that its answer names as new, with their states. */
  readonly beside: ReadonlyMap<string, string | undefined>
  /** Where it came to a stand, when it does not work. */
  readonly mishap?: Mishap
}

/** Names of the objects around a step that stay the same from play to play: slots of the step, else the variable. */
export function labelsOf(play: Play, step: Step): Map<Var, string> {
  const labels = new Map<Var, string>()
  for (const name of play.things.keys()) labels.set(name, name)
  for (const [slot, name] of Object.entries(step.refs)) labels.set(name, slot)
  for (const { name, along } of followersOf(play, step)) labels.set(name, along.slot)
  if (step.object !== undefined) labels.set(step.object, play.scenario.vars[step.object]?.type ?? 'object')
  if (step.makes !== undefined) labels.set(step.makes, `new ${play.scenario.vars[step.makes]?.type ?? 'object'}`)
  return labels
}

/** Looks at everything in a play, by label; in a patient lab until it is at rest. */
export async function sightsOf(
  play: Play,
  step: Step,
  attacker: string | undefined,
  record?: (sent: Sent) => void,
): Promise<Sights> {
  let sent: Sent[] = []
  const look = (): Promise<Sights> => {
    sent = []
    return sightsNow(play, step, attacker, (each) => sent.push(each))
  }
  const seen = await atRest(play.lab, look, (one, other, byItself) => {
    const changes = changesIn(play, step, one, other)
    // A state comes to an end by itself, as when a job takes over; a number that goes on does not.
    const moving = byItself ? changes.filter(({ pointer }) => pointer !== 'state' && pointer !== 'exists') : []
    noteWobble(play, step, moving)
    return changes.length > 0
  })
  for (const each of sent) record?.(each)
  return seen
}

async function sightsNow(
  play: Play,
  step: Step,
  attacker: string | undefined,
  record?: (sent: Sent) => void,
): Promise<Sights> {
  const labels = labelsOf(play, step)
  const seen = await look(play, attacker, record)
  const sights = new Map([...seen].map(([name, sight]) => [labels.get(name) ?? name, sight]))
  for (const name of play.watched) sights.set(name, await standingOf(play.lab, name))
  return sights
}

export function changesIn(play: Play, step: Step, before: Sights, after: Sights): Change[] {
  const labels = labelsOf(play, step)
  const types = new Map([...play.things].map(([name, thing]) => [labels.get(name) ?? name, thing.type]))
  const made = step.makes === undefined ? undefined : labels.get(step.makes)
  const started = made === undefined || before.has(made) ? before : new Map([...before, [made, null] as const])
  return changesBetween(started, after, types).filter(
    (change) => !play.lab.wobbling.has(`${types.get(change.label)?.name}|${change.pointer}`),
  )
}

/** Makes the rightful call and learns what it changes. Objects that change by themselves are noted first. */
export async function runControl(lab: Lab, scenario: Scenario): Promise<Control> {
  const control = await controlWith(lab, scenario, { watched: [], wide: false })
  if (control.visible || !control.works) return control
  const wider = await widerControl(lab, scenario)
  if (wider?.visible === true) return wider
  const watched = namedIn(lab, control.request)
  // Who has changed must become again who they were.
  if (watched.length === 0 || (await lab.reset?.()) !== true) return control
  return controlWith(lab, scenario, { watched, wide: false })
}

/** The rightful call once more with looks at what stands around its object; undefined where it is a reading, or changes nothing there. */
export async function widerControl(lab: Lab, scenario: Scenario): Promise<Control | undefined> {
  const { use = '' } = scenario.steps.at(-1) ?? {}
  if (lab.charter.operations.get(useById(lab.charter, use)?.operation ?? '')?.writes === false) return undefined
  await lab.reset?.()
  const control = await controlWith(lab, scenario, { watched: [], wide: true })
  const labels = lab.witnessed.get(use)?.flatMap(({ label, around }) => (around ? [`${label}|`] : [])) ?? []
  const shows = [...control.signature.marks].some((mark) => labels.some((label) => mark.startsWith(label)))
  return control.works && shows ? control : undefined
}

async function controlWith(
  lab: Lab,
  scenario: Scenario,
  { watched, wide }: { readonly watched: readonly string[]; readonly wide: boolean },
): Promise<Control> {
  const play = new Play(lab, scenario)
  play.watched = watched
  const last = await play.setUp()
  await play.objectsOf(last)
  const writes = lab.charter.operations.get(play.use(last).operation)?.writes !== false
  const known = lab.witnessed.get(last.use)?.filter(({ around }) => around) ?? []
  const shown = [...shownWithoutKey(lab.charter), ...shownToNamed(lab.charter, play.use(last))]
  const witnesses = writes ? [...shown, ...(wide ? await aroundOf(play, last) : [])] : []
  await addWitnesses(play, last, witnesses)
  const first = await sightsOf(play, last, undefined)
  const before = await sightsOf(play, last, undefined, (sent) => play.sent.push(sent))
  noteWobble(play, last, changesIn(play, last, first, before))
  const told = toldBefore(play, last)
  const made = await play.make(last, { purpose: 'act' })
  const after = await settledSights(play, last, made, undefined, before)
  const scene = { play, step: last, attacker: undefined }
  const beside = play.use(last).creates ? [] : await newBeside(scene, made, told)
  const changes = changesIn(play, last, before, after).filter(
    (change) => !play.around.has(change.label) || isOfWorth(change),
  )
  const creates = made.created !== undefined
  const signature = signatureOf(changes, creates)
  const moved = [...play.witnesses].filter((label) => changes.some((change) => change.label === label))
  if (made.accepted) noteWitnesses(lab, last, [...witnesses.filter(({ label }) => moved.includes(label)), ...known])
  const visible = signature.marks.size > 0 || creates || beside.length > 0
  const why = made.accepted ? '' : `the rightful call was refused: ${inShort(made.exchange)}`
  const outage = [...play.things.values()].find((thing) => thing.outage !== undefined)?.outage
  return {
    works: made.accepted,
    ...(outage === undefined ? {} : { outage }),
    why,
    signature,
    visible,
    sent: play.sent,
    watched,
    request: made.request,
    answer: made.exchange.response?.json,
    after,
    beside: new Map(beside.map(({ type, fact }) => [type.name, fact?.state])),
    ...(made.accepted ? {} : { mishap: play.mishapAt(last, []) }),
  }
}

/** Why nothing can show: nothing that anyone may read does, or nobody was let look. */
export function nothingShows({ outage }: Control): string {
  return outage === undefined
    ? 'what the rightful call does shows in nothing that anyone may read'
    : `nobody could look at what the rightful call does: ${outage}`
}

/** What later plays of the use look at as well; what was seen around it stays so. */
function noteWitnesses(lab: Lab, { use }: Step, witnesses: readonly Witness[]): void {
  lab.witnessed.set(use, [...new Map(witnesses.toReversed().map((each) => [each.label, each])).values()])
}

function noteWobble(play: Play, step: Step, changes: readonly Change[]): void {
  const labels = labelsOf(play, step)
  for (const change of changes) {
    const [name] = [...labels].find(([, label]) => label === change.label) ?? []
    const type = play.things.get(name ?? '')?.type.name
    if (type !== undefined) play.lab.wobbling.add(`${type}|${change.pointer}`)
  }
}

/** Looks after a step; again, for a while, when the answer says the work goes on later (202). */
export async function settledSights(
  play: Play,
  step: Step,
  made: Made,
  attacker: string | undefined,
  before: Sights,
  record = true,
): Promise<Sights> {
  const waits = made.exchange.response?.status === 202 ? patienceMs : [0]
  let after: Sights = new Map()
  for (const wait of waits) {
    await play.lab.sleep(wait)
    const sent: Sent[] = []
    after = await sightsNow(play, step, attacker, (each) => sent.push(each))
    if (changesIn(play, step, before, after).length > 0 || wait === waits.at(-1)) {
      if (record) play.sent.push(...sent)
      break
    }
  }
  // What shows at once must not be missed for what comes after it, as when a job takes over.
  const isLate = play.lab.patient === true && changesIn(play, step, before, after).length === 0
  return isLate ? sightsOf(play, step, attacker) : after
}

/** Everything a tactic needs of a play brought to the point of the abuse. */
export interface Scene {
  readonly play: Play
  readonly step: Step
  readonly attacker: string | undefined
  readonly state: string
}

/**
 * Sets a scenario up to its last step, without sending that.
 *
 * @param preset - Objects that stay those of another play.
 * @param people - A play whose people stay on stage.
 */
export async function setScene(
  lab: Lab,
  scenario: Scenario,
  skip: ReadonlySet<number> = new Set(),
  preset: ReadonlyMap<Var, Play> = new Map(),
  people?: Play,
): Promise<Scene> {
  const play = new Play(lab, scenario)
  if (people !== undefined) play.seat(people)
  for (const [name, other] of preset) {
    const thing = other.things.get(name)
    if (thing !== undefined) play.things.set(name, thing)
  }
  await play.setUp(skip)
  return sceneOf(play)
}

/** The scene of a play whose steps before the last are done. */
export async function sceneOf(play: Play): Promise<Scene> {
  const step = play.last()
  const objects = await play.objectsOf(step)
  await addWitnesses(play, step, play.lab.witnessed.get(step.use) ?? [])
  const attacker = (await play.principal(step.as)).id
  const state = objects['object']?.state ?? '-'
  return { play, step, attacker, state }
}

/** Makes the last step of a scene with an observer looking before and after; what is not there at a second look was a slip of the target. */
export async function act(
  scene: Scene,
  manner: Manner,
): Promise<{ made: Made; changes: Change[]; broken: readonly Break[]; before: Sights; after: Sights }> {
  const { play, step, attacker } = scene
  const before = await sightsOf(play, step, attacker, (sent) => play.sent.push(sent))
  const made = await play.make(step, { purpose: 'abuse', ...manner })
  const after = await settledSights(play, step, made, attacker, before)
  const brokenBy = (sights: Sights): Break[] =>
    invariantsBroken(play.lab.charter, play.use(step).operation, before, sights)
  const seen = { changes: changesIn(play, step, before, after), broken: brokenBy(after) }
  if (seen.changes.length + seen.broken.length === 0) return { made, ...seen, before, after }
  const again = await sightsOf(play, step, attacker)
  const still = new Set(changesIn(play, step, before, again).map(markOf))
  const stillBroken = new Set(brokenBy(again).map(({ id }) => id))
  const changes = seen.changes.filter((change) => still.has(markOf(change)))
  return { made, changes, broken: seen.broken.filter(({ id }) => stillBroken.has(id)), before, after }
}

function markOf({ label, pointer }: Change): string {
  return `${label}|${pointer}`
}

/** Whether an object exists by a sight. */
export function exists(sight: ObjectFact | null | undefined): sight is ObjectFact {
  return sight !== undefined && sight !== null
}
