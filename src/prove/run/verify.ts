/** Tries one finding again: is the check still missing? */
import type { Charter, Use } from '../../charter/charter.ts'
import type { Proof } from '../finding.ts'
import { useById } from '../plan/graph.ts'
import { planUse } from '../plan/plan-use.ts'
import type { AbuseCase } from '../plan/scenario.ts'
import type { Lab } from './lab.ts'
import { Held, Unreached } from './play.ts'
import { runTrial } from './tactic.ts'
import { type Control, runControl, type Trial } from './trial.ts'
import { sentenceOf } from './words.ts'

/** Whether a finding is mended. `unclear` when the rightful call or the way to the abuse does not work, so that nothing was tested. */
export interface Verification {
  readonly verdict: 'fixed' | 'open' | 'unclear'
  readonly why: string
  /** What was sent, when the abuse was tried. */
  readonly sent: Proof['transcript']
}

/**
 * Makes the rightful call and then the abuse, each on fresh objects; judged by state as in the run that found it.
 *
 * @param stored - The case as the finding has it, where the charter still knows all its parts; it is tried before a case planned anew.
 */
export async function verifyCase(lab: Lab, id: string, stored: AbuseCase | undefined): Promise<Verification> {
  await lab.reset?.()
  let last: Verification = unclear(`the charter no longer leads to the case \`${id}\``)
  for (const abuse of candidates(lab, id, stored)) {
    last = await verifyOne(lab, abuse)
    if (last.verdict !== 'unclear') return last
  }
  return last
}

function* candidates(lab: Lab, id: string, stored: AbuseCase | undefined): Generator<AbuseCase> {
  if (stored !== undefined && isCast(lab, stored)) yield stored
  const use = useById(lab.charter, id.split('|', 1)[0] ?? '')
  if (use === undefined) return
  const listed = listedTypes(lab.charter, use)
  for (const found of [new Set<string>(), ...listed.map((type) => new Set([type]))]) {
    const planned = planUse(lab.stage, use, { found }).cases.find((each) => each.id === id)
    if (planned !== undefined) yield planned
  }
}

/** Whether everybody the case needs is there. */
function isCast(lab: Lab, abuse: AbuseCase): boolean {
  const names = new Set(lab.stage.members.map(({ name }) => name))
  const seats = [...Object.values(abuse.control.cast), ...Object.values(abuse.abuse.cast)]
  return seats.every(({ identity }) => identity === undefined || names.has(identity))
}

function listedTypes(charter: Charter, use: Use): string[] {
  const types = [use.object?.type, ...use.refs.map((ref) => ref.object)].filter((each) => each !== undefined)
  return [...new Set(types)].filter((type) => charter.objects.get(type)?.list !== undefined)
}

async function verifyOne(lab: Lab, abuse: AbuseCase): Promise<Verification> {
  try {
    const control = await runControl(lab, abuse.control)
    if (!control.works) return unclear(control.why)
    return judged(lab, abuse, control, await runTrial(lab, abuse, control))
  } catch (error) {
    if (error instanceof Unreached || error instanceof Held) return unclear(error.message)
    throw error
  }
}

/** Tactics whose effect shows in the answer itself. */
const seenInAnswer: ReadonlySet<string> = new Set(['read-field', 'list', 'guess', 'write-field'])

function judged(lab: Lab, abuse: AbuseCase, control: Control, trial: Trial): Verification {
  const use = useById(lab.charter, abuse.use)
  if (trial.effect && use !== undefined)
    return { verdict: 'open', why: sentenceOf(lab, abuse, use, trial), sent: trial.sent }
  const writes = lab.charter.operations.get(use?.operation ?? '')?.writes ?? true
  if (writes && !control.visible && !seenInAnswer.has(abuse.tactic.kind))
    return unclear('what the rightful call does shows in nothing that anyone may read')
  return { verdict: 'fixed', why: `no effect any more: ${trial.why}`, sent: trial.sent }
}

function unclear(why: string): Verification {
  return { verdict: 'unclear', why, sent: [] }
}
