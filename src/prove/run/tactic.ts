/** Carries out one case once, by its tactic, and judges by state. */
import type { CallRequest, Constraint, ConstraintId, Use } from '../../charter/charter.ts'
import { getPointer } from '../../charter/pointer.ts'
import { disclosedBy, effectOf, overlap, tellingLeaves } from '../oracle/effect.ts'
import { useById } from '../plan/graph.ts'
import type { AbuseCase } from '../plan/scenario.ts'
import { rightfulTrial } from './invariant-tactic.ts'
import { inShort, type Lab } from './lab.ts'
import type { Sight } from './observe.ts'
import { Held, type Made, type Manner, Unreached } from './play.ts'
import { raceTrial } from './race.ts'
import { guessTrial, listTrial, readFieldTrial } from './read-tactic.ts'
import { againTrial, burstTrial, overLimitTrial, sameKeyTrial, tooOftenTrial } from './repeat-tactic.ts'
import { isRecord } from './request.ts'
import { act, type Control, exists, type Scene, setScene, type Trial } from './trial.ts'

/** How one try differs from the plan: steps left out by the reducer. */
export interface TrialOptions {
  readonly skip?: ReadonlySet<number>
  /** Which of several variants to send; all in turn when absent. */
  readonly variant?: CallRequest
}

/** Tries a case once on fresh objects. Throws `Unreached` when it cannot be brought about; a refusal of the abuse is a trial without effect. */
export async function runTrial(
  lab: Lab,
  abuse: AbuseCase,
  control: Control,
  options: TrialOptions = {},
): Promise<Trial> {
  try {
    const trial = await byTactic(lab, abuse, control, options)
    if (!trial.effect) await refuseDoubt(lab, trial)
    return trial
  } catch (error) {
    if (error instanceof Held && !daring.has(abuse.tactic.kind)) throw new Unreached(error.message)
    if (error instanceof Held)
      return { effect: false, why: error.message, changes: [], disclosed: [], sent: [], state: '-' }
    throw error
  }
}

/** An attacker whose credential is no good was not refused for what they tried. */
async function refuseDoubt(lab: Lab, trial: Trial): Promise<void> {
  const abuse = trial.sent.findLast((each) => each.purpose === 'abuse')
  if (abuse === undefined || abuse.exchange.response?.status !== 401) return
  if (!lab.stage.members.some((member) => member.name === abuse.as) || (await lab.isLetIn(abuse.as))) return
  throw new Unreached(`${abuse.as} is not let in at all (401): the credential may be wrong or have run out`)
}

/** Tactics whose setup already does what must be refused. */
const daring: ReadonlySet<string> = new Set(['approval', 'same-person', 'order'])

function byTactic(lab: Lab, abuse: AbuseCase, control: Control, options: TrialOptions): Promise<Trial> {
  switch (abuse.tactic.kind) {
    case 'again':
      return againTrial(lab, abuse, control)
    case 'over-limit':
      return overLimitTrial(lab, abuse, control)
    case 'burst':
      return burstTrial(lab, abuse, control)
    case 'same-key':
      return sameKeyTrial(lab, abuse, control, options.skip)
    case 'race':
      return raceTrial(lab, abuse, control, options.skip)
    case 'read-field':
      return readFieldTrial(lab, abuse, options.skip)
    case 'list':
      return listTrial(lab, abuse)
    case 'guess':
      return guessTrial(lab, abuse)
    case 'arguments':
      return argumentsTrial(lab, abuse, control, options)
    case 'order':
      return abuse.tactic.flaw === 'too-often'
        ? tooOftenTrial(lab, abuse, control)
        : stepTrial(lab, abuse, control, options)
    case 'rightful':
      return rightfulTrial(lab, abuse)
    case 'approval':
      return approvalTrial(lab, abuse, control, options)
    default:
      return stepTrial(lab, abuse, control, options)
  }
}

/** The last step of the scenario is the abuse. */
async function stepTrial(lab: Lab, abuse: AbuseCase, control: Control, options: TrialOptions): Promise<Trial> {
  const manner = { target: abuse.constraint, tolerated: toleratedBy(lab, abuse) }
  const whole = await lastStep(await setScene(lab, abuse.abuse, options.skip), abuse, control, manner)
  if (whole.effect || !patches(lab, abuse)) return whole
  // Some checks look at members one by one: each is sent alone.
  for (let member = 0; member < mostMembers; member++) {
    await lab.reset?.()
    const scene = await setScene(lab, abuse.abuse, options.skip)
    const { best, problem } = await scene.play.prepare(scene.step, manner)
    const [name, value] = Object.entries(isRecord(best.request.body) ? best.request.body : {})[member] ?? []
    if (name === undefined || best.distance >= 1) break
    const request = { ...best.request, body: { [name]: value } }
    // Without the member that breaks the rule there is nothing wrong with it.
    if (!problem.judge(request).broken.includes(abuse.constraint)) continue
    const alone = await lastStep(scene, abuse, control, { ...manner, request })
    if (alone.effect) return alone
  }
  return whole
}

const mostMembers = 6

/** A patch of the object itself; what a reference names must stay in the request. */
function patches(lab: Lab, abuse: AbuseCase): boolean {
  const use = useById(lab.charter, abuse.use)
  const constraint = use?.constraints.find((each) => each.id === abuse.constraint)
  const ofObject = constraint !== undefined && 'slot' in constraint && constraint.slot === 'object'
  return ofObject && lab.charter.operations.get(use?.operation ?? '')?.shape.method === 'PATCH'
}

export async function lastStep(scene: Scene, abuse: AbuseCase, control: Control, manner: Manner): Promise<Trial> {
  const { play, step, state } = scene
  const use = play.use(step)
  const field = injectedField(use, abuse)
  const { made, changes, broken, before, after } = await act(scene, manner)
  const base = { sent: play.sent, state, why: inShort(made.exchange) }
  if (field !== undefined) {
    const label = use.creates ? `new ${use.object?.type}` : (use.object?.type ?? '')
    return {
      ...base,
      ...fieldWritten(
        field,
        made.request,
        { before: before.get(label), after: after.get(label), rightful: control.after.get(label) },
        label,
      ),
    }
  }
  const writes = play.lab.charter.operations.get(use.operation)?.writes ?? true
  if (!writes) {
    const disclosed = await disclosure(made, scene, control, abuse)
    return { ...base, effect: disclosed.length > 0, changes: [], disclosed }
  }
  if (use.creates) {
    const created = made.created !== undefined && exists(after.get(`new ${use.object?.type}`))
    const effect = changes.filter(
      (change) => change.pointer === 'exists' || control.signature.marks.has(`${change.label}|${change.pointer}`),
    )
    return {
      ...base,
      effect: created || effect.some((change) => change.pointer !== 'exists'),
      changes: effect,
      disclosed: [],
    }
  }
  const effect = effectOf(changes, control.signature, use.to)
  // A broken invariant is an effect, whatever else the rightful call does.
  const shown = effect.length > 0 ? effect : broken.map((each) => each.change)
  return { ...base, effect: shown.length > 0, changes: shown, disclosed: [] }
}

async function disclosure(made: Made, scene: Scene, control: Control, abuse: AbuseCase): Promise<string[]> {
  if (!made.accepted) return []
  const { play, step } = scene
  const fact = step.object === undefined ? undefined : play.things.get(step.object)?.fact
  const answer = made.exchange.response?.json
  const found = fact === undefined ? [] : disclosedBy(answer, fact)
  if (found.length > 0) return found
  // In a state that forbids it nobody is told anything, so that only the control tells what there is to tell.
  const alike = fact !== undefined && abuse.tactic.kind === 'as-other'
  const rightful = alike ? await rightfulAnswer(scene, abuse) : control.answer
  const known = new Set([fact?.key])
  const telling = [...tellingLeaves(rightful).values()].filter((leaf) => !known.has(String(leaf)))
  if (telling.length === 0) throw new Unreached('the rightful answer holds nothing that could be disclosed')
  return overlap(answer, telling) >= 0.5 ? ['(the same content as the rightful caller)'] : []
}

/** What somebody who may is told of the very same object. */
async function rightfulAnswer(scene: Scene, abuse: AbuseCase): Promise<unknown> {
  const rightful = abuse.control.steps.at(-1)?.as
  if (rightful === undefined) return undefined
  const made = await scene.play.make({ ...scene.step, as: rightful }, { purpose: 'act' })
  scene.play.sent.pop()
  return made.accepted ? made.exchange.response?.json : undefined
}

type SetBy = Extract<Constraint, { kind: 'set-by' }>

function injectedField(use: Use, abuse: AbuseCase): SetBy | undefined {
  if (abuse.tactic.kind !== 'write-field') return undefined
  return use.constraints.find((each): each is SetBy => each.kind === 'set-by' && each.id === abuse.constraint)
}

/** The field has the injected value now, and had another before, or has another when nobody injects it. */
function fieldWritten(
  field: SetBy,
  request: CallRequest,
  seen: { before: Sight; after: Sight; rightful: Sight },
  label: string,
): Pick<Trial, 'effect' | 'changes' | 'disclosed'> {
  const injected = getPointer(request.body, field.field.in)
  const now = getPointer(seen.after?.value, field.field.at)
  const before = exists(seen.before)
    ? getPointer(seen.before.value, field.field.at)
    : getPointer(seen.rightful?.value, field.field.at)
  const effect = injected !== undefined && alike(now, injected) && !alike(before, injected)
  const changes = effect ? [{ label, pointer: `/${field.field.at.join('/')}`, before, after: now }] : []
  return { effect, changes, disclosed: [] }
}

function alike(left: unknown, right: unknown): boolean {
  return (
    left === right ||
    JSON.stringify(left) === JSON.stringify(right) ||
    (typeof left !== 'object' && typeof right !== 'object' && left !== undefined && Number(left) === Number(right))
  )
}

/** Several arguments can break a rule: each is sent until one takes effect. */
async function argumentsTrial(lab: Lab, abuse: AbuseCase, control: Control, options: TrialOptions): Promise<Trial> {
  const manner = { target: abuse.constraint, tolerated: toleratedBy(lab, abuse) }
  const scene = await setScene(lab, abuse.abuse, options.skip)
  const requests =
    options.variant === undefined ? await scene.play.variantsOf(scene.step, manner, 8) : [options.variant]
  if (requests.length === 0) await scene.play.make(scene.step, manner)
  let last: Trial | undefined
  for (const request of requests) {
    if (last !== undefined) await lab.reset?.()
    const fresh = last === undefined ? scene : await setScene(lab, abuse.abuse, options.skip)
    const again = last === undefined ? request : await rebind(fresh, request, abuse)
    last = await lastStep(fresh, abuse, control, { ...manner, request: again })
    if (last.effect) return last
  }
  if (last === undefined) throw new Unreached('no arguments break the rule')
  return last
}

/** The same arguments on fresh objects: keys are those of the new scene. */
async function rebind(scene: Scene, request: CallRequest, abuse: AbuseCase): Promise<CallRequest> {
  const { play, step } = scene
  const prepared = await play.prepare(step, { target: abuse.constraint, tolerated: toleratedBy(play.lab, abuse) })
  return play.withKeys(step, request, prepared.problem.start)
}

async function approvalTrial(lab: Lab, abuse: AbuseCase, control: Control, options: TrialOptions): Promise<Trial> {
  if (abuse.tactic.kind === 'approval' && abuse.tactic.flaw === 'stale') {
    const constraint = useById(lab.charter, abuse.use)?.constraints.find((each) => each.id === abuse.constraint)
    const validMs =
      lab.charter.approvals.get(constraint?.kind === 'approval' ? constraint.approval : '')?.validForMs ?? 0
    const scene = await setScene(lab, abuse.abuse, options.skip)
    const moved = await lab.advanceClock?.(validMs + 60_000)
    if (moved !== true) throw new Unreached('time cannot be moved on: the identities file has no `advance-clock` hook')
    return lastStep(scene, abuse, control, { target: abuse.constraint, tolerated: toleratedBy(lab, abuse) })
  }
  return stepTrial(lab, abuse, control, options)
}

const companions: Readonly<Record<string, readonly Constraint['kind'][]>> = {
  'as-other': ['by', 'separation', 'set-by'],
  'from-state': ['once', 'approval', 'order', 'from', 'separation'],
  again: ['from', 'limit', 'order', 'idempotency', 'once'],
  'same-key': ['from', 'limit', 'order', 'once', 'when'],
  approval: ['from', 'order', 'separation'],
  order: ['from', 'order', 'when'],
  'over-limit': ['limit'],
  burst: ['from', 'limit', 'once'],
  'same-person': ['approval', 'separation'],
  'object-facts': ['limit'],
  'write-field': ['set-by'],
}

/** Constraints that may break with the target because the same deed breaks both; named with the finding. */
export function toleratedBy(lab: Lab, abuse: AbuseCase): ReadonlySet<ConstraintId> {
  const kinds = companions[abuse.tactic.kind] ?? []
  const use = useById(lab.charter, abuse.use)
  const own = use?.constraints.filter(
    (each) =>
      each.id !== abuse.constraint &&
      (kinds.includes(each.kind) || (abuse.tactic.kind === 'as-other' && readsCaller(each))),
  )
  return new Set(own?.map((each) => each.id))
}

function readsCaller(constraint: Constraint): boolean {
  return constraint.kind === 'when' && constraint.rule.reads.some(([root]) => root === 'principal' || root === 'claims')
}
