/** Tactics that need a call more than once: what may happen a single time, so often, or up to so much. */
import type { Constraint, Scope } from '../../charter/charter.ts'
import { effectOf, timesOver } from '../oracle/effect.ts'
import { useById } from '../plan/graph.ts'
import type { AbuseCase } from '../plan/scenario.ts'
import { sized } from './arguments.ts'
import { withFreshKeyAt } from './idempotency-key.ts'
import { inShort, type Lab, refuses } from './lab.ts'
import { lastStep } from './last-step.ts'
import { createdKey } from './learn.ts'
import { endWhatWasMade, nextScene } from './next-scene.ts'
import { existsAs } from './observe.ts'
import { toleratedBy } from './tolerated.ts'
import { type Control, changesIn, type Scene, setScene, settledSights, sightsOf, type Trial } from './trial.ts'
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
  return tactic.kind === 'over-limit' && (tactic.after !== undefined || tactic.first !== undefined)
}

/** The calls before the decisive one are made by somebody else, where the case wants that. */
function byFirst(scene: Scene, { tactic }: AbuseCase): Scene {
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
  try {
    return await inParts(lab, abuse, control)
  } catch (error) {
    if (error instanceof Unreached && whole !== undefined) return whole
    throw error
  }
}

async function inParts(lab: Lab, abuse: AbuseCase, control: Control): Promise<Trial> {
  const scope = scopeOf(constraintOf(lab, abuse))
  const manner = { target: abuse.constraint, tolerated: toleratedBy(lab, abuse) }
  const sent = []
  let scene = await setScene(lab, abuse.abuse)
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
    const next = await nextScene(lab, abuse, scope, scene)
    if (next !== scene) sent.push(...scene.play.sent)
    scene = next
  }
  throw new Unreached('twelve calls within the limit did not come near it')
}

/** The very same request, with the same idempotency key, twice. */
export async function sameKeyTrial(
  lab: Lab,
  abuse: AbuseCase,
  control: Control,
  skip?: ReadonlySet<number>,
): Promise<Trial> {
  const scene = await setScene(lab, abuse.abuse, skip)
  const { play, step, attacker, state } = scene
  const use = play.use(step)
  const constraint = constraintOf(lab, abuse)
  const { request } = (await play.prepare(step, {})).best
  const keyed =
    constraint?.kind === 'idempotency'
      ? withFreshKeyAt(lab.charter, use, { request, at: constraint.key }, lab.supply)
      : request
  const first = await play.make(step, { purpose: 'setup', request: keyed })
  if (!first.accepted) throw new Unreached(`the rightful call was refused: ${inShort(first.exchange)}`)
  const before = await sightsOf(play, step, attacker, (sent) => play.sent.push(sent))
  const exchange = await play.exchange(step, use, keyed)
  const created = refuses(lab.charter, use, exchange) ? undefined : createdKey(lab.charter, use, keyed, exchange)
  play.sent.push({ use: use.id, operation: use.operation, as: step.as, purpose: 'abuse', exchange, captures: [] })
  const after = await settledSights(play, step, { ...first, exchange }, attacker, before)
  const base = { why: inShort(exchange), disclosed: [], sent: play.sent, state }
  if (use.creates) {
    const isNew = created !== undefined && created !== first.created
    const effect = isNew && (await existsAs(play, step, use, created, attacker))
    const second = { label: `second ${use.object?.type}`, pointer: 'exists', before: false, after: true }
    return { ...base, effect, changes: effect ? [second] : [] }
  }
  const changes = effectOf(changesIn(play, step, before, after), control.signature, use.to)
  return { ...base, effect: timesOver(changes, control.signature) > 0 && changes.length > 0, changes }
}
