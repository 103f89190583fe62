/** Carries out one case once, by its tactic, and judges by state. */
import type { CallRequest } from '../../../charter/charter.ts'
import { isRecord } from '../../../wire/to-http.ts'
import { useById } from '../../plan/graph.ts'
import type { AbuseCase, Step } from '../../plan/scenario.ts'
import { variants } from '../../plan/solve.ts'
import type { Lab } from '../lab.ts'
import { holdToDeclared, lookAgain } from '../look/due-state.ts'
import { lookingAround } from '../look/wider.ts'
import { withoutGrants } from '../scene/declared-control.ts'
import { sceneOn } from '../scene/kept-scene.ts'
import { knocks } from '../scene/knock.ts'
import { withOtherObjects } from '../scene/other-objects.ts'
import type { Manner, Play } from '../scene/play.ts'
import { grantStands } from '../scene/standing.ts'
import { withKeys } from '../scene/start.ts'
import { type Control, type Scene, setScene, type Trial } from '../trial.ts'
import { Turns } from '../turns.ts'
import { Held, isGivenUp, Unreached, Unseen } from '../unreached.ts'
import { describedTrial } from './described.ts'
import { endedTrial } from './ended.ts'
import { rightfulTrial } from './invariant.ts'
import { lastStep } from './last-step.ts'
import { laterTrial, mayShowLater } from './later.ts'
import { leadsTrial } from './leads.ts'
import { leftOutTrial } from './left-out.ts'
import { madeUpTrial } from './made-up.ts'
import { isOutdating, outdatedTrial } from './outdated.ts'
import { raceTrial } from './race.ts'
import { guessTrial, listTrial, readFieldTrial } from './read.ts'
import { againTrial, burstTrial, isMalformed, overLimitTrial, tooOftenTrial } from './repeat.ts'
import { revivedTrial } from './revived.ts'
import { sameKeyTrial } from './same-key.ts'
import { lastTolerated, toleratedBy } from './tolerated.ts'

/** How one try differs from the plan: steps left out by the reducer. */
export interface TrialOptions {
  readonly skip?: ReadonlySet<number>
  /** A play that is set up already. */
  readonly on?: Play
  /** Which of several variants to send; all in turn when absent. */
  readonly variant?: CallRequest
}

/** Tries a case once on fresh objects. Throws `Unreached` when it cannot be brought about, or nothing could show; a refusal of the abuse is a trial without effect. */
export async function runTrial(
  lab: Lab,
  abuse: AbuseCase,
  control: Control,
  options: TrialOptions = {},
): Promise<Trial> {
  try {
    const trial = await lookingAround(lab, abuse, control, (seen) =>
      withOtherObjects(lab, abuse, () => nowOrLater(lab, abuse, seen, options)),
    )
    if (!trial.effect && abuse.tactic.kind !== 'ended' && !endsCredential(abuse)) await refuseDoubt(lab, trial)
    if (!trial.effect && trial.unseen !== undefined) throw new Unseen(trial.unseen)
    return trial
  } catch (error) {
    if (!(error instanceof Held)) throw error
    return withoutStep(lab, abuse, control, { options, refused: error })
  }
}

/** A forbidden step on the way was refused: what it was for is tried without it, so that the abuse itself is sent in any case. */
async function withoutStep(
  lab: Lab,
  abuse: AbuseCase,
  control: Control,
  { options, refused }: { readonly options: TrialOptions; readonly refused: Held },
): Promise<Trial> {
  const { message, index, mishap } = refused
  const skip = new Set([...(options.skip ?? []), index])
  if (index < 0 || options.skip?.has(index) === true || !daring.has(abuse.tactic.kind))
    throw new Unreached(message, mishap)
  await lab.reset?.()
  try {
    const trial = await runTrial(lab, abuse, control, { ...options, skip })
    return { ...trial, why: `${message}; without that step: ${trial.why}` }
  } catch (error) {
    if (error instanceof Unreached && !error.message.startsWith(message))
      throw new Unreached(`${message}; without that step: ${error.message}`, mishap)
    throw error
  }
}

/** What is accepted and shows nothing may show later; what the rightful call shows later can only be looked for there. */
async function nowOrLater(lab: Lab, abuse: AbuseCase, control: Control, options: TrialOptions): Promise<Trial> {
  const operation = useById(lab.charter, abuse.use)?.operation ?? ''
  const writes = lab.charter.operations.get(operation)?.writes ?? true
  if (!writes || !mayShowLater(abuse)) return byTactic(lab, abuse, control, options)
  if (!control.visible) return laterTrial(lab, abuse, control)
  const now = await byTactic(lab, abuse, control, options)
  if (now.effect || now.accepted !== true) return now
  try {
    const later = await laterTrial(lab, abuse, control)
    return later.effect ? later : now
  } catch (error) {
    // Going on is a second look: where it does not work, the first one stands.
    if (isGivenUp(error)) return now
    throw error
  }
}

/** Whether the way to the abuse ends what the attacker calls with: then not being let in is what must happen. */
function endsCredential({ abuse }: AbuseCase): boolean {
  return abuse.steps.some((step) => abuse.vars[step.object ?? '']?.caller !== undefined)
}

/** An attacker whose credential is no good was not refused for what they tried. */
async function refuseDoubt(lab: Lab, trial: Trial): Promise<void> {
  const abuse = trial.sent.findLast((each) => each.purpose === 'abuse')
  if (abuse === undefined || abuse.exchange.response?.status !== 401) return
  if (!lab.stage.members.some((member) => member.name === abuse.as) || (await lab.isLetIn(abuse.as))) return
  const isLetIn = await knocks(lab, abuse.as)
  if (isLetIn === true) return
  throw new Unreached(
    isLetIn === undefined
      ? `${abuse.as} is not let in (401), and nothing is open to them by which to tell whether the credential is good`
      : `${abuse.as} is not let in at all (401): the credential may be wrong or have run out`,
  )
}

/** Tactics whose setup already does what must be refused, or whose act is refused for what its setup is. */
const daring: ReadonlySet<string> = new Set(['approval', 'same-person', 'order', 'from-state'])

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
    case 'left-out':
      return leftOutTrial(lab, abuse, control, options.skip)
    case 'made-up':
      return madeUpTrial(lab, abuse, control, options.skip)
    case 'order':
      return abuse.tactic.flaw === 'too-often'
        ? tooOftenTrial(lab, abuse, control)
        : stepTrial(lab, abuse, control, options)
    case 'revived':
      return revivedTrial(lab, abuse, options.skip)
    case 'ended':
      return endedTrial(lab, abuse, options.skip)
    case 'leads':
      return leadsTrial(lab, abuse, options.skip)
    case 'described':
      return describedTrial(lab, abuse)
    case 'rightful':
      return rightfulTrial(lab, abuse)
    case 'object-facts':
      return isOutdating(lab, abuse)
        ? outdatedTrial(lab, abuse, control, options.skip)
        : stepTrial(lab, abuse, control, options)
    case 'approval':
      return approvalTrial(lab, abuse, control, options)
    default:
      return stepTrial(lab, abuse, control, options)
  }
}

/** The last step of the scenario is the abuse. */
async function stepTrial(lab: Lab, abuse: AbuseCase, control: Control, options: TrialOptions): Promise<Trial> {
  const manner = { target: abuse.constraint, tolerated: toleratedBy(lab, abuse), last: lastTolerated(lab, abuse) }
  const scene = await sceneFor(lab, abuse, options)
  const others = await forced(scene, control, manner)
  const whole = await lastStep(scene, abuse, control, manner)
  const isDoubtful = others.length === 0 && isMalformed(whole.sent)
  const gentler = isDoubtful ? withLess(abuse) : undefined
  if (gentler !== undefined && whole.untouched !== undefined)
    return stepTrial(lab, gentler, control, { ...options, on: whole.untouched })
  if (gentler !== undefined)
    return options.on === undefined ? stepTrial(lab, gentler, control, options) : touched(whole)
  if (whole.effect || (others.length === 0 && !isDoubtful && !patches(lab, abuse))) return whole
  const setUp = () => sceneFor(lab, abuse, options.skip === undefined ? {} : { skip: options.skip })
  const turns = new Turns(lab, abuse, setUp, whole.untouched)
  for (const other of others) {
    const trial = await turns.take(async (next) => {
      const { start } = (await next.play.prepare(next.step, manner)).problem
      return lastStep(next, abuse, control, { ...manner, request: withKeys(next.play, next.step, other, start) })
    })
    if (trial?.effect === true) return trial
  }
  const asUsual = isDoubtful ? await turns.take((next) => asTheControl(next, abuse, control, manner)) : undefined
  if (asUsual?.effect === true) return asUsual
  if (!patches(lab, abuse)) return asUsual ?? whole
  // Some checks look at members one by one: each is sent alone.
  let members = 1
  for (let member = 0; member < Math.min(members, mostMembers); member++) {
    const alone = await turns.take(async (scene) => {
      const { best, problem } = await scene.play.prepare(scene.step, manner)
      const body = Object.entries(isRecord(best.request.body) ? best.request.body : {})
      members = body.length
      const [name, value] = body[member] ?? []
      if (name === undefined || best.distance >= 1) return undefined
      const request = { ...best.request, body: { [name]: value } }
      // Without the member that breaks the rule there is nothing wrong with it.
      if (!problem.judge(request).broken.includes(abuse.constraint)) return undefined
      return lastStep(scene, abuse, control, { ...manner, request })
    })
    if (alone?.effect === true) return alone
  }
  const done = touched(whole)
  return turns.untouched === undefined ? done : { ...done, untouched: turns.untouched }
}

const mostMembers = 6

/** A trial after which the case is to be tried afresh. */
function touched({ untouched: _, ...trial }: Trial): Trial {
  return trial
}

/** The case with fields changed a little where they were changed much, as a number of days that must stay below a hundred; undefined where none is. */
function withLess(abuse: AbuseCase): AbuseCase | undefined {
  const last = abuse.abuse.steps.at(-1)
  const isMuch = ({ value }: Step['extra'][number]) => 'tamper' in value && value.tamper === 'much'
  if (abuse.tactic.kind !== 'write-field' || last === undefined || !last.extra.some(isMuch)) return undefined
  const extra = last.extra.map((each) => (isMuch(each) ? { ...each, value: { tamper: 'a little' } as const } : each))
  return { ...abuse, abuse: { ...abuse.abuse, steps: [...abuse.abuse.steps.slice(0, -1), { ...last, extra }] } }
}

/** What was refused for what it says tells nothing of what the case is about: the same with what the rightful call said. */
async function asTheControl(
  scene: Scene,
  abuse: AbuseCase,
  control: Control,
  manner: Manner,
): Promise<Trial | undefined> {
  const { play, step } = scene
  if (control.declared === true) return undefined
  const { problem, best } = await play.prepare(step, manner)
  const request = withKeys(play, step, control.request, problem.start)
  const { broken } = problem.judge(request)
  const mayBreak = new Set([abuse.constraint, ...(manner.tolerated ?? []), ...(manner.last ?? [])])
  const says = ({ body, query }: CallRequest) => JSON.stringify([body, query])
  if (!broken.includes(abuse.constraint) || broken.some((id) => !mayBreak.has(id))) return undefined
  if (says(request) === says(best.request)) return undefined
  return lastStep(scene, abuse, control, { ...manner, request })
}

/** Where no arguments meet every rule: those of the rightful call, and others that break no more; none where some do. */
async function forced({ play, step }: Scene, control: Control, manner: Manner): Promise<CallRequest[]> {
  if (manner.last === undefined || manner.last.size === 0 || control.declared === true) return []
  const { best, problem } = await play.prepare(step, manner)
  const isForced = best.distance < 1 && best.broken.some((id) => manner.last?.has(id) === true)
  return isForced ? [control.request, ...variants(problem, mostVariants)] : []
}

const mostVariants = 4

async function sceneFor(lab: Lab, abuse: AbuseCase, { skip, on }: TrialOptions): Promise<Scene> {
  const scene = on === undefined ? await setScene(lab, abuse.abuse, skip) : await sceneOn(on, abuse.abuse)
  await lookAgain(scene, abuse)
  await holdToDeclared(scene, abuse)
  return scene
}

/** A patch of the object itself; what a reference names must stay in the request. */
function patches(lab: Lab, abuse: AbuseCase): boolean {
  const use = useById(lab.charter, abuse.use)
  const constraint = use?.constraints.find((each) => each.id === abuse.constraint)
  const ofObject = constraint !== undefined && 'slot' in constraint && constraint.slot === 'object'
  return ofObject && lab.charter.operations.get(use?.operation ?? '')?.shape.method === 'PATCH'
}

/** Several arguments can break a rule: each is sent until one takes effect. */
async function argumentsTrial(lab: Lab, abuse: AbuseCase, control: Control, options: TrialOptions): Promise<Trial> {
  const manner = { target: abuse.constraint, tolerated: toleratedBy(lab, abuse) }
  const scene = await setScene(lab, abuse.abuse, options.skip)
  const { problem } = await scene.play.prepare(scene.step, manner)
  const requests = options.variant === undefined ? variants(problem, 8) : [options.variant]
  if (requests.length === 0) await scene.play.make(scene.step, manner)
  const send = async (to: Scene, request: CallRequest) =>
    lastStep(to, abuse, control, {
      ...manner,
      request: to === scene ? request : await rebind(to, request, abuse, problem.start),
    })
  const turns = new Turns(lab, abuse, () => setScene(lab, abuse.abuse, options.skip), undefined)
  let last: Trial | undefined
  let missed: Unreached | undefined
  for (const request of requests) {
    const isFirst = last === undefined && missed === undefined
    const trial = await unlessUnreached(isFirst ? send(scene, request) : turns.take((to) => send(to, request)))
    // What another use allows breaks nothing: other arguments may.
    if (trial instanceof Unreached) {
      missed ??= trial
      turns.untouched = undefined
      continue
    }
    if (trial === undefined) continue
    if (trial.effect) return trial
    turns.untouched = trial.untouched
    // One way that shows nothing leaves the question open, whatever becomes of the others.
    last = last?.unseen === undefined ? trial : last
  }
  if (last === undefined) throw missed ?? new Unreached('no arguments break the rule')
  return last
}

async function unlessUnreached<T>(work: Promise<T>): Promise<T | Unreached> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Unreached) return error
    throw error
  }
}

/** The same arguments on fresh objects: keys are those of the new scene, but where the arguments have others. */
async function rebind(scene: Scene, request: CallRequest, abuse: AbuseCase, start: CallRequest): Promise<CallRequest> {
  const { play, step } = scene
  const prepared = await play.prepare(step, { target: abuse.constraint, tolerated: toleratedBy(play.lab, abuse) })
  return withKeys(play, step, request, prepared.problem.start, start)
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
  const trial = await stepTrial(lab, abuse, control, options)
  if (trial.effect && grantStands(lab, abuse))
    throw new Unreached('a grant given before still stands, and the identities file has no `reset` hook to end it')
  if (!trial.effect || control.declared !== true) return trial
  await lab.reset?.()
  const bare = { ...abuse, abuse: withoutGrants(lab.charter, abuse) }
  if ((await stepTrial(lab, bare, control, {})).effect)
    throw new Unreached('it takes effect without any approval as well, and no rightful call shows what it does')
  return trial
}
