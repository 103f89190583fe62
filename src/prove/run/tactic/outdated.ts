/** What a call says of an object was right when it was put together, and is no more when it is made. */
import type { CallRequest } from '../../../charter/charter.ts'
import { requestRoots } from '../../plan/argument.ts'
import { useById } from '../../plan/graph.ts'
import type { AbuseCase } from '../../plan/scenario.ts'
import type { Lab } from '../lab.ts'
import { lookAgain } from '../look/due-state.ts'
import { Play } from '../scene/play.ts'
import { type Control, sceneOf, type Trial } from '../trial.ts'
import { Unreached } from '../unreached.ts'
import { lastStep } from './last-step.ts'
import { toleratedBy } from './tolerated.ts'

/** Whether a case is one of facts that change after the call was put together: its rule compares them with what the call says. */
export function isOutdating(lab: Lab, { use: id, constraint, tactic }: AbuseCase): boolean {
  const rule = useById(lab.charter, id)?.constraints.find((each) => each.id === constraint)
  return (
    tactic.kind === 'object-facts' &&
    rule?.kind === 'when' &&
    rule.rule.reads.some(([root]) => requestRoots.has(root ?? ''))
  )
}

/** The rightful request, sent after the step before it changed what it speaks of. Throws `Unreached` when that changed nothing of the kind. */
export async function outdatedTrial(
  lab: Lab,
  abuse: AbuseCase,
  control: Control,
  skip: ReadonlySet<number> = new Set(),
): Promise<Trial> {
  const play = new Play(lab, abuse.abuse)
  const last = play.last()
  const steps = abuse.abuse.steps.slice(0, -1)
  const turn = steps.length - 1
  const through = steps[turn]?.use
  let request: CallRequest | undefined
  for (const [index, step] of steps.entries()) {
    if (index === turn) request = (await play.prepare(last, {})).best.request
    if (!skip.has(index)) await play.setUpStep(step)
  }
  const scene = await sceneOf(play)
  await lookAgain(scene, abuse)
  const manner = { target: abuse.constraint, tolerated: toleratedBy(lab, abuse) }
  const { problem } = await play.prepare(last, manner)
  const broken = request === undefined ? [] : problem.judge(request).broken
  if (request === undefined || !broken.includes(abuse.constraint))
    throw new Unreached(`\`${through}\` changes nothing that ${abuse.constraint} compares with the request`)
  const others = broken.filter((id) => id !== abuse.constraint && !manner.tolerated.has(id))
  if (others.length > 0) throw new Unreached(`after \`${through}\` the call would also break ${others.join(', ')}`)
  return lastStep(scene, abuse, control, { ...manner, request })
}
