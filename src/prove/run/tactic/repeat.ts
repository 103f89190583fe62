/** Tactics that need a call more than once: what may happen a single time, so often, or up to so much. */
import type { CallRequest, Constraint, Scope } from '../../../charter/charter.ts'
import { useById } from '../../plan/graph.ts'
import type { AbuseCase, Step } from '../../plan/scenario.ts'
import { roomForAnother } from '../../plan/tactic/limit.ts'
import { inShort, type Lab } from '../lab.ts'
import { sized } from '../scene/arguments.ts'
import { sceneOn } from '../scene/kept-scene.ts'
import { endWhatWasMade, nextScene } from '../scene/next-scene.ts'
import type { Manner } from '../scene/play.ts'
import { saidOtherwise } from '../scene/said-otherwise.ts'
import { withKeys } from '../scene/start.ts'
import { type Control, type Scene, setScene, type Trial } from '../trial.ts'
import { Unreached } from '../unreached.ts'
import { lastStep } from './last-step.ts'
import { negativeOf } from './odd-amounts.ts'
import { toleratedBy } from './tolerated.ts'

const mostCalls = 30

function constraintOf(lab: Lab, abuse: AbuseCase): Constraint | undefined {
  return useById(lab.charter, abuse.use)?.constraints.find((each) => each.id === abuse.constraint)
}

function scopeOf(constraint: Constraint | undefined): Scope {
  return constraint !== undefined && 'per' in constraint ? constraint.per : ['object']
}

async function callOnce(scene: Scene, alike: Manner = {}): Promise<void> {
  const wishes = roomForAnother(scene.play.use(scene.step))
  const made = await scene.play.make(scene.step, { ...alike, purpose: 'setup', wishes })
  if (!made.accepted) throw new Unreached(`the rightful call was refused: ${inShort(made.exchange)}`)
}

/** Once rightfully, then again. */
export async function againTrial(lab: Lab, abuse: AbuseCase, control: Control): Promise<Trial> {
  const first = await setScene(lab, abuse.abuse)
  await callOnce(byFirst(first, abuse))
  await forget(first, abuse)
  const second = await nextScene(lab, abuse, scopeOf(constraintOf(lab, abuse)), first)
  const manner = { target: abuse.constraint, tolerated: toleratedBy(lab, abuse) }
  const same = await lastStep(second, abuse, control, manner)
  return joined(first, second, (await sayingElse(same, abuse, control, manner)) ?? same)
}

/** The same again with other words, where that was refused; undefined where it has no effect either. */
async function sayingElse(same: Trial, abuse: AbuseCase, control: Control, manner: Manner): Promise<Trial | undefined> {
  const begun = same.untouched
  const requests = begun === undefined ? [] : await saidOtherwise(begun, begun.last(), manner)
  let untouched = begun
  for (const request of requests) {
    if (untouched === undefined) return undefined
    const scene = await sceneOn(untouched, abuse.abuse)
    const trial = await lastStep(scene, abuse, control, { ...manner, request })
    if (trial.effect) return trial
    untouched = trial.untouched
  }
  return undefined
}

/** What a call made is brought to an end, where the case wants that. */
async function forget(scene: Scene, { tactic }: AbuseCase): Promise<void> {
  if ('after' in tactic && tactic.after !== undefined) await endWhatWasMade(scene, tactic.after)
}

function isForgetful({ tactic }: AbuseCase): boolean {
  return tactic.kind === 'over-limit' && (tactic.after ?? tactic.first ?? tactic.through) !== undefined
}

/** Where a case has an earlier call made by another operation; -1 where it does not. */
function throughIn({ charter }: Lab, { tactic, abuse }: AbuseCase): number {
  const through = tactic.kind === 'over-limit' ? tactic.through : undefined
  return abuse.steps.findLastIndex(({ use }) => useById(charter, use)?.operation === through)
}

/** The calls before the decisive one are made by somebody else, or by another operation, where the case wants that. */
function byFirst(scene: Scene, abuse: AbuseCase): Scene {
  const { tactic } = abuse
  const through = abuse.abuse.steps[throughIn(scene.play.lab, abuse)]
  if (through !== undefined) return { ...scene, step: through }
  const first = 'first' in tactic ? tactic.first : undefined
  return first === undefined ? scene : { ...scene, step: { ...scene.step, as: first } }
}

function joined(first: Scene, second: Scene, trial: Trial): Trial {
  return first.play === second.play ? trial : { ...trial, sent: [...first.play.sent, ...trial.sent] }
}

/** As often as is allowed, then once more. */
export async function tooOftenTrial(lab: Lab, abuse: AbuseCase, control: Control): Promise<Trial> {
  const constraint = constraintOf(lab, abuse)
  const allowed = constraint?.kind === 'order' ? constraint.moreThan : 1
  return manyThenOneMore(lab, abuse, control, allowed)
}

/** As many calls as the pace allows, at once one after the other, then one more. */
export async function burstTrial(lab: Lab, abuse: AbuseCase, control: Control): Promise<Trial> {
  const constraint = constraintOf(lab, abuse)
  return manyThenOneMore(lab, abuse, control, constraint?.kind === 'rate' ? constraint.atMost : 1)
}

async function manyThenOneMore(lab: Lab, abuse: AbuseCase, control: Control, allowed: number): Promise<Trial> {
  if (allowed >= mostCalls)
    throw new Unreached(`it takes ${allowed + 1} calls, more than the ${mostCalls} a case may make`)
  const scope = scopeOf(constraintOf(lab, abuse))
  let scene = await setScene(lab, abuse.abuse)
  const sent = []
  for (let call = 0; call < allowed; call++) {
    // What was used of the limit before this case counts as well.
    const { best } = await scene.play.prepare(scene.step, {
      target: abuse.constraint,
      tolerated: toleratedBy(lab, abuse),
    })
    if (best.distance < 1) break
    await callOnce(scene, call === 0 ? {} : { counted: abuse.constraint })
    const next = await nextScene(lab, abuse, scope, scene)
    if (next !== scene) sent.push(...scene.play.sent)
    scene = next
  }
  const manner = { target: abuse.constraint, tolerated: toleratedBy(lab, abuse) }
  const same = await lastStep(scene, abuse, control, manner)
  const trial = (await sayingElse(same, abuse, control, manner)) ?? same
  return { ...trial, sent: [...sent, ...trial.sent] }
}

/** A single call over the limit; then one below nothing, which makes room; then amounts that each fit and together do not. */
export async function overLimitTrial(lab: Lab, abuse: AbuseCase, control: Control): Promise<Trial> {
  if (isForgetful(abuse)) return inParts(lab, abuse, control)
  const manner = { target: abuse.constraint, tolerated: toleratedBy(lab, abuse) }
  // What was refused and changed nothing leaves the scene to the next attempt.
  let scene: Scene | undefined = await setScene(lab, abuse.abuse)
  const attempt = async (on: Scene, request: CallRequest): Promise<Trial> => {
    const trial = await lastStep(on, abuse, control, { ...manner, request })
    scene = trial.untouched === undefined ? undefined : await sceneOn(trial.untouched, abuse.abuse)
    return trial
  }
  const atOnce = (await scene.play.prepare(scene.step, manner)).best
  const whole = atOnce.distance < 1 ? await attempt(scene, atOnce.request) : undefined
  if (whole?.effect === true) return whole
  scene ??= await afresh(lab, abuse)
  const negative = await negativeOf(scene, abuse.constraint)
  const below = negative === undefined ? undefined : await attempt(scene, negative)
  if (below?.effect === true) return below
  try {
    return await inParts(lab, abuse, control, scene ?? (await afresh(lab, abuse)))
  } catch (error) {
    // What no API would take at once shows nothing of a limit.
    if (error instanceof Unreached && whole !== undefined && !isMalformed(whole.sent)) return whole
    throw error
  }
}

async function afresh(lab: Lab, abuse: AbuseCase): Promise<Scene> {
  await lab.reset?.()
  return setScene(lab, abuse.abuse)
}

/** Whether the last call was refused for what it says, which tells nothing of what was used before. */
export function isMalformed(sent: Trial['sent']): boolean {
  return [400, 422].includes(sent.findLast(({ purpose }) => purpose !== 'observe')?.exchange.response?.status ?? 0)
}

async function inParts(lab: Lab, abuse: AbuseCase, control: Control, on?: Scene): Promise<Trial> {
  const scope = scopeOf(constraintOf(lab, abuse))
  const manner = { target: abuse.constraint, tolerated: toleratedBy(lab, abuse) }
  const sent = []
  const through = throughIn(lab, abuse)
  let scene = on ?? (await setScene(lab, abuse.abuse, new Set([through])))
  let [usual, taken]: (CallRequest | undefined)[] = []
  for (let call = 0; call < 12; call++) {
    const over = (await scene.play.prepare(scene.step, manner)).best
    if (call > 0 && over.distance < 1) {
      const trial = await overBy(scene, abuse, control, through < 0 ? taken : undefined)
      if (trial !== undefined) {
        const told = (await sayingElse(trial, abuse, control, manner)) ?? trial
        return { ...told, sent: [...sent, ...told.sent] }
      }
    }
    const { step } = byFirst(scene, abuse)
    // A part: more than half of what fits, so that a second one does not.
    const part =
      (usual === undefined ? undefined : await rightfulAs(scene, step, usual)) ??
      (await sized(scene.play, step, abuse.constraint, 0.6, call === 0 ? {} : { counted: abuse.constraint }))
    if (part === undefined)
      throw new Unreached(`no amounts were found for \`${abuse.use}\` that each fit and together do not`)
    let made = await scene.play.make(step, { purpose: 'setup', request: part })
    if (!made.accepted && usual === undefined && isMalformed(scene.play.sent)) {
      // The API takes less at once than its description says: as much as the rightful call has.
      usual = control.request
      const small = step === scene.step ? await rightfulAs(scene, step, usual) : undefined
      if (small !== undefined) made = await scene.play.make(step, { purpose: 'setup', request: small })
    }
    if (!made.accepted) throw new Unreached(`a call within the limit was refused: ${inShort(made.exchange)}`)
    taken = made.request
    await forget(scene, abuse)
    const next = through < 0 ? await nextScene(lab, abuse, scope, scene) : scene
    if (next !== scene) sent.push(...scene.play.sent)
    scene = next
  }
  throw new Unreached('twelve calls within the limit did not come near it')
}

/**
 * One more call, which is too much: by as little as can be; where the API does not take that at all, what it took before. Undefined
 * where that is not too much yet.
 */
async function overBy(
  scene: Scene,
  abuse: AbuseCase,
  control: Control,
  taken: CallRequest | undefined,
): Promise<Trial | undefined> {
  const { play, step } = scene
  const manner = { target: abuse.constraint, tolerated: toleratedBy(play.lab, abuse) }
  const begun = play.sent.length
  const least = await lastStep(scene, abuse, control, manner)
  if (least.untouched === undefined || !isMalformed(least.sent) || taken === undefined) return least
  const { problem } = await play.prepare(step, manner)
  const request = withKeys(play, step, taken, problem.start)
  const { broken } = problem.judge(request)
  const only = broken.every((id) => id === abuse.constraint || manner.tolerated.has(id))
  if (!only) return least
  play.sent.splice(begun)
  if (!broken.includes(abuse.constraint)) return undefined
  return lastStep(scene, abuse, control, { ...manner, request })
}

/** A request of before with the keys of this scene, when the charter has nothing against it. */
async function rightfulAs({ play }: Scene, step: Step, request: CallRequest): Promise<CallRequest | undefined> {
  const { problem } = await play.prepare(step, {})
  const again = withKeys(play, step, request, problem.start)
  return problem.judge(again).broken.length === 0 ? again : undefined
}
