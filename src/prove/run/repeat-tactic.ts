/** Tactics that need a call more than once: what may happen a single time, so often, or up to so much. */
import type { Constraint, Scope } from '../../charter/charter.ts'
import { useById } from '../plan/graph.ts'
import type { AbuseCase } from '../plan/scenario.ts'
import { sized } from './arguments.ts'
import { inShort, type Lab } from './lab.ts'
import { lastStep } from './last-step.ts'
import { endWhatWasMade, nextScene } from './next-scene.ts'
import { negativeOf } from './odd-amounts.ts'
import { toleratedBy } from './tolerated.ts'
import { type Control, type Scene, setScene, type Trial } from './trial.ts'
import { Unreached } from './unreached.ts'

const mostCalls = 30

function constraintOf(lab: Lab, abuse: AbuseCase): Constraint | undefined {
  return useById(lab.charter, abuse.use)?.constraints.find((each) => each.id === abuse.constraint)
}

function scopeOf(constraint: Constraint | undefined): Scope {
  return constraint !== undefined && 'per' in constraint ? constraint.per : ['object']
}

async function callOnce(scene: Scene): Promise<void> {
  const made = await scene.play.make(scene.step, { purpose: 'setup' })
  if (!made.accepted) throw new Unreached(`the rightful call was refused: ${inShort(made.exchange)}`)
}

/** Once rightfully, then again. */
export async function againTrial(lab: Lab, abuse: AbuseCase, control: Control): Promise<Trial> {
  const first = await setScene(lab, abuse.abuse)
  await callOnce(byFirst(first, abuse))
  await forget(first, abuse)
  const second = await nextScene(lab, abuse, scopeOf(constraintOf(lab, abuse)), first)
  return joined(
    first,
    second,
    await lastStep(second, abuse, control, { target: abuse.constraint, tolerated: toleratedBy(lab, abuse) }),
  )
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
    await callOnce(scene)
    const next = await nextScene(lab, abuse, scope, scene)
    if (next !== scene) sent.push(...scene.play.sent)
    scene = next
  }
  const trial = await lastStep(scene, abuse, control, { target: abuse.constraint, tolerated: toleratedBy(lab, abuse) })
  return { ...trial, sent: [...sent, ...trial.sent] }
}

/** A single call over the limit; then amounts that each fit and together do not. */
export async function overLimitTrial(lab: Lab, abuse: AbuseCase, control: Control): Promise<Trial> {
  const manner = { target: abuse.constraint, tolerated: toleratedBy(lab, abuse) }
  if (isForgetful(abuse)) return inParts(lab, abuse, control)
  const scene = await setScene(lab, abuse.abuse)
  const atOnce = (await scene.play.prepare(scene.step, manner)).best
  const whole =
    atOnce.distance < 1 ? await lastStep(scene, abuse, control, { ...manner, request: atOnce.request }) : undefined
  if (whole?.effect === true) return whole
  await lab.reset?.()
  const below = await belowNothing(lab, abuse, control)
  if (below?.effect === true) return below
  if (below !== undefined) await lab.reset?.()
  try {
    return await inParts(lab, abuse, control)
  } catch (error) {
    if (error instanceof Unreached && whole !== undefined) return whole
    throw error
  }
}

/** What is less than nothing makes room under a limit. */
async function belowNothing(lab: Lab, abuse: AbuseCase, control: Control): Promise<Trial | undefined> {
  const scene = await setScene(lab, abuse.abuse)
  const request = await negativeOf(scene, abuse.constraint)
  return request === undefined
    ? undefined
    : lastStep(scene, abuse, control, { target: abuse.constraint, tolerated: toleratedBy(lab, abuse), request })
}

async function inParts(lab: Lab, abuse: AbuseCase, control: Control): Promise<Trial> {
  const scope = scopeOf(constraintOf(lab, abuse))
  const manner = { target: abuse.constraint, tolerated: toleratedBy(lab, abuse) }
  const sent = []
  const through = throughIn(lab, abuse)
  let scene = await setScene(lab, abuse.abuse, new Set([through]))
  for (let call = 0; call < 12; call++) {
    const over = (await scene.play.prepare(scene.step, manner)).best
    // A part: more than half of what fits, so that a second one does not.
    const part = await sized(scene.play, byFirst(scene, abuse).step, abuse.constraint, 0.6)
    if (call > 0 && over.distance < 1) {
      const trial = await lastStep(scene, abuse, control, manner)
      return { ...trial, sent: [...sent, ...trial.sent] }
    }
    if (part === undefined)
      throw new Unreached(`no amounts were found for \`${abuse.use}\` that each fit and together do not`)
    const made = await scene.play.make(byFirst(scene, abuse).step, { purpose: 'setup', request: part })
    if (!made.accepted) throw new Unreached(`a call within the limit was refused: ${inShort(made.exchange)}`)
    await forget(scene, abuse)
    const next = through < 0 ? await nextScene(lab, abuse, scope, scene) : scene
    if (next !== scene) sent.push(...scene.play.sent)
    scene = next
  }
  throw new Unreached('twelve calls within the limit did not come near it')
}
