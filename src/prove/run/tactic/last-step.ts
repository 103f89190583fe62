/** The last step of a scene is the abuse: made once, and judged by what the observer sees. */
import type { CallRequest, Constraint, Use } from '../../../charter/charter.ts'
import { getPointer } from '../../../charter/pointer.ts'
import { type Change, sameValue } from '../../oracle/change.ts'
import { deltaOf, effectOf, markOf, type Sights } from '../../oracle/effect.ts'
import type { Break } from '../../oracle/invariant.ts'
import type { AbuseCase } from '../../plan/scenario.ts'
import { inShort } from '../lab.ts'
import { madeAgain, type Told, toldBefore } from '../look/beside.ts'
import { disclosure } from '../look/disclosure.ts'
import { goesOn } from '../look/going-on.ts'
import { handedOutAgain } from '../look/handed-out.ts'
import { otherState } from '../look/in-state.ts'
import { takenFor } from '../look/leaving-out.ts'
import { ledAstray } from '../look/outcome.ts'
import { mayShow, otherArguments } from '../look/unseen.ts'
import { writtenBeside } from '../look/written-beside.ts'
import type { Made, Manner, Play } from '../scene/play.ts'
import type { Sight } from '../scene/thing.ts'
import { act, type Control, exists, type Scene, type Trial } from '../trial.ts'
import { Unreached } from '../unreached.ts'

/** Makes the last step and judges it. Throws `Unreached` where it tells nothing of what the case is about. */
export async function lastStep(scene: Scene, abuse: AbuseCase, control: Control, manner: Manner): Promise<Trial> {
  const other = await otherState(scene, abuse)
  const trial = await judged(scene, abuse, control, manner)
  if (other !== undefined && !trial.effect) throw other
  return trial
}

async function judged(scene: Scene, abuse: AbuseCase, control: Control, manner: Manner): Promise<Trial> {
  const { play, step, state } = scene
  const use = play.use(step)
  const field = injectedField(use, abuse)
  play.watched = control.watched
  const told = toldBefore(play, step)
  const { made, broken, before, after, ...seen } = await act(scene, manner)
  // What nothing on the way names may change by what else goes on: a call that was refused is not what changed it.
  const counted = made.accepted ? seen.changes : seen.changes.filter(({ label }) => !play.witnesses.has(label))
  const changes = counted.filter((change) => !play.around.has(change.label) || isAlike(change, control))
  const untouched = !made.accepted && seen.changes.length === 0 && broken.length === 0
  const base = {
    sent: play.sent,
    state,
    accepted: made.accepted,
    why: inShort(made.exchange),
    ...(untouched ? { untouched: play } : {}),
    ...undecidedIn(play),
  }
  if (made.astray !== undefined) {
    if (!made.accepted) return { ...base, effect: false, changes: [], disclosed: [] }
    const led = ledAstray(use, made.astray, { before, after, rightful: control.after })
    return { ...base, ...led, effect: led.changes.length > 0, disclosed: [] }
  }
  const taken =
    field === undefined && made.accepted ? takenFor(use, made.leaving, { ...made, before, after }) : undefined
  if (taken !== undefined) {
    const why = `taken for \`${taken.id}\`, which allows it but for fields that were left alone: ${base.why}`
    return { ...base, why, effect: false, changes: [], disclosed: [] }
  }
  if (field !== undefined) {
    const shows = await fieldEffect(scene, field, { made, before, after, told, control })
    return { ...base, effect: shows !== undefined, changes: shows ?? [], disclosed: [] }
  }
  const writes = play.lab.charter.operations.get(use.operation)?.writes ?? true
  if (!writes) {
    const disclosed = await disclosure(made, scene, control, abuse)
    return { ...base, effect: disclosed.length > 0, changes: [], disclosed }
  }
  if (use.creates) {
    const sight = after.get(`new ${use.object?.type}`)
    const there = made.created !== undefined && sight === undefined ? await goesOn(scene) : exists(sight)
    const created = made.created !== undefined && there === true
    const effect = changes.filter(
      (change) => change.pointer === 'exists' || control.signature.marks.has(`${change.label}|${change.pointer}`),
    )
    return {
      ...base,
      effect: created || effect.some((change) => change.pointer !== 'exists'),
      changes: created && effect.length === 0 ? [madeAt(use)] : effect,
      disclosed: [],
      ...(there === undefined ? { unseen: unshown(use) } : {}),
    }
  }
  const shown = shownBy(changes, broken, control, use)
  if (shown.length > 0 || !made.accepted) return { ...base, effect: shown.length > 0, changes: shown, disclosed: [] }
  const again = await madeAgain(scene, control, made, told)
  if (again.length > 0) return { ...base, effect: true, changes: again, disclosed: [] }
  const otherwise = await withOthers(scene, manner, control, { request: made.request, before })
  if (otherwise !== undefined) return { ...base, ...otherwise, disclosed: [] }
  const handedOut = handedOutAgain(scene, made)
  if (handedOut.length > 0) return { ...base, effect: true, changes: [], disclosed: handedOut }
  const silent = { ...base, effect: false, changes: [], disclosed: [] }
  const unseen = `it was accepted (${base.why}), and what it leads to is so already, so that nothing could show`
  return mayShow(control, before, play.lab.wobbling) ? silent : { ...silent, unseen }
}

function undecidedIn(play: Play): Pick<Trial, 'undecided'> {
  const undecided = [...play.things.values()].find((thing) => thing.undecided !== undefined)?.undecided
  return undecided === undefined ? {} : { undecided }
}

/** What stands around an object changes for many reasons: only the same change again is the effect. */
function isAlike(change: Change, { signature }: Control): boolean {
  const once = signature.deltas.get(markOf(change))
  return once === undefined ? change.pointer === 'exists' : once * (deltaOf(change) ?? 0) > 0
}

function madeAt(use: Use): Change {
  return { label: `new ${use.object?.type}`, pointer: 'exists', before: false, after: true }
}

function unshown(use: Use): string {
  return `nobody could look at the new ${use.object?.type}, and nothing that takes its key tells whether it is there`
}

function shownBy(changes: readonly Change[], broken: readonly Break[], control: Control, use: Use): readonly Change[] {
  const effect = effectOf(changes, control.signature, use.to)
  // A broken invariant is an effect, whatever else the rightful call does.
  return effect.length > 0 ? effect : broken.map((each) => each.change)
}

/** The same with arguments that would show, when those that were accepted are what the object has already. */
async function withOthers(
  scene: Scene,
  manner: Manner,
  control: Control,
  first: { readonly request: CallRequest; readonly before: Sights },
): Promise<Pick<Trial, 'effect' | 'changes' | 'why' | 'accepted'> | undefined> {
  const { play, step } = scene
  let last: Pick<Trial, 'effect' | 'changes' | 'why' | 'accepted'> | undefined
  for (const request of await otherArguments(scene, manner, control, first)) {
    const silent = play.sent.findLastIndex((sent) => sent.purpose === 'abuse')
    play.sent.splice(silent)
    const { made, changes, broken } = await act(scene, { ...manner, request })
    const shown = shownBy(changes, broken, control, play.use(step))
    last = { effect: shown.length > 0, changes: shown, why: inShort(made.exchange), accepted: made.accepted }
    if (last.effect) return last
  }
  return last
}

type SetBy = Extract<Constraint, { kind: 'set-by' }>

/** The field that a case is about. */
export function injectedField(use: Use, abuse: AbuseCase): SetBy | undefined {
  if (abuse.tactic.kind !== 'write-field') return undefined
  return use.constraints.find((each): each is SetBy => each.kind === 'set-by' && each.id === abuse.constraint)
}

/** Where an injected value shows; undefined where it does not. Throws `Unreached` where that cannot be told. */
export async function fieldEffect(
  scene: Scene,
  field: SetBy,
  seen: {
    readonly made: Made
    readonly before: Sights
    readonly after: Sights
    readonly told: Told
    readonly control: Control
  },
): Promise<readonly Change[] | undefined> {
  const { made, before, after, told, control } = seen
  const use = scene.play.use(scene.step)
  const label = use.creates ? `new ${use.object?.type}` : (use.object?.type ?? '')
  if (made.accepted && after.get(label) === undefined)
    throw new Unreached(`nobody could look at the ${label}, so that nothing is known of its \`${field.field.name}\``)
  const [was, is, rightful] = [before, after, control.after].map((sights) => sights.get(label))
  const written = fieldWritten(field, made.request, { before: was, after: is, rightful }, label)
  const changes = written ?? (await writtenBeside(scene, field, made, { before, after, told }))
  return changes.length > 0 ? changes : undefined
}

/** The field has the injected value now, and had another before, or has another when nobody injects it. */
function fieldWritten(
  field: SetBy,
  request: CallRequest,
  seen: { before: Sight; after: Sight; rightful: Sight },
  label: string,
): Change[] | undefined {
  const injected = getPointer(request.body, field.field.in)
  const now = getPointer(seen.after?.value, field.field.at)
  const otherwise = getPointer(seen.rightful?.value, field.field.at)
  const before = exists(seen.before) ? getPointer(seen.before.value, field.field.at) : otherwise
  if (injected === undefined || !sameValue(now, injected) || sameValue(before, injected)) return undefined
  if (sameValue(otherwise, injected))
    throw new Unreached(`the rightful call leaves the same in \`${field.field.name}\``)
  return [{ label, pointer: `/${field.field.at.join('/')}`, before, after: now }]
}
