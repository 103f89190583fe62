/** Tries one finding again: is the check still missing? */
import type { Use } from '../../charter/charter.ts'
import type { Proof } from '../finding.ts'
import { useById } from '../plan/graph.ts'
import { planUse, type UsePlan } from '../plan/plan-use.ts'
import type { AbuseCase, Scenario, Step, VarSpec } from '../plan/scenario.ts'
import type { Lab } from './lab.ts'
import { patient } from './look/at-rest.ts'
import { declaredControl } from './scene/declared-control.ts'
import { noteOwn } from './scene/own.ts'
import { describedTrial } from './tactic/described.ts'
import { mayShowLater } from './tactic/later.ts'
import { runTrial } from './tactic/tactic.ts'
import { type Control, nothingShows, runControl, type Trial } from './trial.ts'
import { isGivenUp, Unreached } from './unreached.ts'
import { tryTo } from './ways.ts'
import { sentenceOf } from './words.ts'

/** Whether a finding is mended. `unclear` when the rightful call or the way to the abuse does not work, so that nothing was tested. */
export interface Verification {
  readonly verdict: 'fixed' | 'open' | 'unclear'
  readonly why: string
  /** What was sent, when the abuse was tried. */
  readonly sent: Proof['transcript']
}

/** What is being done: the rightful call, or the abuse. */
export type Doing = 'rightful' | 'abuse'

/** A case as it is stored with a finding: enough to plan it again the way it was planned then. */
export interface Trace {
  readonly id: string
  readonly control: {
    readonly cast: Scenario['cast']
    readonly vars: Readonly<Record<string, Pick<VarSpec, 'type' | 'supply'>>>
    readonly steps: readonly Omit<Step, 'wishes'>[]
  }
}

/**
 * Makes the rightful call and then the abuse, each on fresh objects; judged by state as in the run that found it.
 *
 * @param stored - The case as the finding has it, where the charter still knows all its parts; it is tried before any planned anew.
 * @param tell - Hears what is begun.
 */
export async function verifyCase(
  lab: Lab,
  trace: Trace,
  stored: AbuseCase | undefined,
  tell: (doing: Doing) => void = () => undefined,
): Promise<Verification> {
  let last = unclear(`the charter no longer leads to the case \`${trace.id}\``)
  for await (const abuse of candidates(lab, trace, stored)) {
    await lab.reset?.()
    last = await verifyOne(lab, abuse, tell)
    if (last.verdict !== 'unclear') return last
  }
  return last
}

async function* candidates(lab: Lab, trace: Trace, stored: AbuseCase | undefined): AsyncGenerator<AbuseCase> {
  if (stored !== undefined && isCast(lab, stored)) yield stored
  const use = useById(lab.charter, trace.id.split('|', 1)[0] ?? '')
  if (use === undefined) return
  // Who has what of their own says who had best make which call.
  if (lab.own.size === 0) await noteOwn(lab)
  const like = planLike(lab, use, trace)
  const plain = planUse(lab.stage, use, { found: new Set() })
  for (const plan of [like, plain]) {
    const planned = plan.cases.find((each) => each.id === trace.id)
    if (planned === undefined) continue
    yield planned
    for (const abuse of planned.instead ?? []) yield { ...planned, abuse }
  }
}

/** The plan with the choices of an earlier one: objects found or made, by which use, what was done to them first, and who called. */
function planLike(lab: Lab, use: Use, { control }: Trace): UsePlan {
  const { stage } = lab
  const last = control.steps.at(-1)
  const seat = control.cast[last?.as ?? '']?.identity
  const member = stage.members.find(({ name }) => name === seat)
  const found = new Set(Object.values(control.vars).flatMap(({ supply, type }) => (supply === 'found' ? [type] : [])))
  const creator = control.steps.find(({ makes }) => makes !== undefined && makes === last?.object)?.use
  const options = { found, ...(creator === undefined ? {} : { creator }) }
  const usual = new Set(planUse(stage, use, options, member).control?.steps.map((step) => step.use))
  const enrich = new Map<string, Use>()
  for (const step of control.steps.slice(0, -1)) {
    const type = control.vars[step.object ?? '']?.type
    const extra = usual.has(step.use) ? undefined : useById(lab.charter, step.use)
    if (type !== undefined && extra !== undefined) enrich.set(type, extra)
  }
  return planUse(stage, use, { ...options, enrich }, member)
}

/** Whether everybody the case needs is there. */
function isCast(lab: Lab, abuse: AbuseCase): boolean {
  const names = new Set(lab.stage.members.map(({ name }) => name))
  const seats = [...Object.values(abuse.control.cast), ...Object.values(abuse.abuse.cast)]
  return seats.every(({ identity }) => identity === undefined || names.has(identity))
}

async function verifyOne(lab: Lab, abuse: AbuseCase, tell: (doing: Doing) => void): Promise<Verification> {
  try {
    tell('rightful')
    if (abuse.tactic.kind === 'described') return ofDescription(await describedTrial(lab, abuse))
    const made = await tryTo(() => runControl(lab, abuse.control))
    const control = declaredControl(lab.charter, abuse, made) ?? made
    if (control instanceof Unreached) return unclear(control.message)
    if (!control.works) return unclear(control.why)
    // What may happen once has happened.
    await lab.reset?.()
    tell('abuse')
    return judged(lab, abuse, control, await runTrial(patient(lab), abuse, control))
  } catch (error) {
    if (isGivenUp(error)) return unclear(error.message)
    throw error
  }
}

function ofDescription({ effect, why, sent }: Trial): Verification {
  return { verdict: effect ? 'open' : 'fixed', why, sent }
}

/** Tactics whose effect shows in the answer itself. */
const seenInAnswer: ReadonlySet<string> = new Set([
  'read-field',
  'list',
  'guess',
  'write-field',
  'ended',
  'revived',
  'rightful',
])

function judged(lab: Lab, abuse: AbuseCase, control: Control, trial: Trial): Verification {
  const use = useById(lab.charter, abuse.use)
  if (trial.effect && use !== undefined)
    return { verdict: 'open', why: sentenceOf(lab, abuse, use, trial), sent: trial.sent }
  const writes = lab.charter.operations.get(use?.operation ?? '')?.writes ?? true
  if (writes && !control.visible && !seenInAnswer.has(abuse.tactic.kind) && !mayShowLater(abuse))
    return unclear(nothingShows(control))
  return { verdict: 'fixed', why: `no effect any more: ${trial.why}`, sent: trial.sent }
}

function unclear(why: string): Verification {
  return { verdict: 'unclear', why, sent: [] }
}
