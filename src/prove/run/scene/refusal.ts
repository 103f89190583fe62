/** Why a step on the way to an act could not be made, in words. */
import type { Step, Var } from '../../plan/scenario.ts'
import type { Exchange } from '../../transport/exchange.ts'
import { inShort } from '../lab.ts'
import type { Play } from './play.ts'

/** Who was refused what and how, how far from the act, and where a move before it led instead. */
export function refusalWords(play: Play, step: Step, exchange: Exchange): string {
  return `\`${step.use}\` as ${step.as} was refused: ${inShort(exchange)}${distance(play, step)}${whereLeft(play, step)}`
}

/** How many steps before the act; nothing for the one right before it. */
function distance({ scenario }: Play, step: Step): string {
  const { steps } = scenario
  const count = steps.length - 1 - steps.indexOf(step)
  return count < 2 ? '' : `, ${count} steps before \`${steps.at(-1)?.use}\``
}

/** Where the move before left the object of a step, when it might have led to where the step is possible. */
export function whereLeft(play: Play, step: Step): string {
  const state = play.things.get(step.object ?? '')?.fact?.state
  const { from } = play.use(step)
  const { steps } = play.scenario
  const last = steps.slice(0, steps.indexOf(step)).findLast((each) => (each.makes ?? each.object) === step.object)
  if (state === undefined || last === undefined || from.length === 0 || from.includes(state)) return ''
  const { to } = play.use(last)
  const isMissed = to.length > 1 && to.some((each) => from.includes(each))
  return isMissed ? `; \`${last.use}\` led to ${state}, not to ${from.join(' or ')}` : ''
}

/** Why a step has no object that another step should have made. */
export function unmadeWords({ scenario, things }: Play, name: Var): string {
  const { steps } = scenario
  const at = steps.findIndex((step) => step.makes === name)
  const maker = steps[at]
  if (maker === undefined) return `no step makes ${name}`
  const needing = steps.slice(0, at).find((step) => step.object === name || Object.values(step.refs).includes(name))
  if (needing !== undefined)
    return `the plan goes in a circle: \`${maker.use}\` makes ${name} after \`${needing.use}\`, which needs it`
  const undone = steps.slice(0, at).find((step) => step.makes !== undefined && !things.has(step.makes))
  const because = undone === undefined ? '' : `, nor \`${undone.use}\`, which makes ${undone.makes}`
  return `no step has made ${name}: \`${maker.use}\` was left out${because}`
}
