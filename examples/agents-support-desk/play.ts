// Plays a scenario before a decider and says where what happened is not what should have happened.
import type { Decider, Verdict } from './decider.ts'
import type { CallStep, Scenario, Step } from './scenario.ts'

/** What came of a scenario. */
export interface Played {
  readonly scenario: Scenario
  /** Empty when all went as it should. */
  readonly differences: readonly string[]
  /** How often somebody was asked. */
  readonly questions: number
}

/** What left the house. */
export interface Left {
  readonly outbox: readonly { readonly kind: string }[]
}

/** Plays all steps; `desk` is the one the decider's tools work on. */
export async function play(scenario: Scenario, decider: Decider, desk: Left): Promise<Played> {
  const differences: string[] = []
  let questions = 0
  const note = (text: string): void => void differences.push(text)
  await decider.begin(scenario.run)
  for (const [index, step] of scenario.steps.entries()) {
    const where = `step ${index + 1}`
    const verdicts = await takeStep(decider, step, (text) => note(`${where}: ${text}`))
    questions += verdicts.filter(({ effect }) => effect === 'ask').length
  }
  compareLeft(scenario, desk, note)
  return { scenario, differences, questions }
}

async function takeStep(decider: Decider, step: Step, note: (text: string) => void): Promise<readonly Verdict[]> {
  if ('run' in step) await decider.begin(step.run)
  else if ('wait' in step) await decider.wait(msOf(step.wait))
  else if ('live' in step) await decider.describe(step.live.tool, step.live.description)
  else if ('approve' in step) {
    const granted = (await decider.approve(step.approve)) ? 'granted' : 'refused'
    if (granted !== step.expect) note(`${step.approve} approves: ${granted} instead of ${step.expect}`)
  } else if ('refuse' in step) await decider.refuse(step.refuse)
  else if ('together' in step) {
    const all = await Promise.all(step.together.map((each) => decider.call(each.call, each.with, each.as)))
    const passed = all.filter(({ effect }) => effect === 'allow').length
    if (passed > step['at-most']) note(`${passed} of ${all.length} passed instead of ${step['at-most']}`)
    if (passed < step['at-least'])
      note(`${passed} of ${all.length} passed: ${all.flatMap(({ says }) => says).join('; ')}`)
    return all
  } else if ('in-turn' in step) {
    const all: Verdict[] = []
    for (const each of step['in-turn']) all.push(await decider.call(each.call, each.with, each.as))
    const passed = all.filter(({ effect }) => effect === 'allow').length
    if (passed > step['at-most']) note(`${passed} of ${all.length} passed instead of ${step['at-most']}`)
    return all
  } else return await callOften(decider, step, note)
  return []
}

async function callOften(decider: Decider, step: CallStep, note: (text: string) => void): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = []
  for (let time = 1; time <= step.times; time += 1) {
    const verdict = await decider.call(step.call, step.with, step.as)
    verdicts.push(verdict)
    const problem = compare(step, verdict)
    if (problem !== undefined) {
      note(`${step.call}${step.times > 1 ? `, time ${time}` : ''}: ${problem}`)
      break
    }
  }
  return verdicts
}

function compare({ expect, by, has, lacks }: CallStep, { effect, kinds, says, answer }: Verdict): string | undefined {
  const why = says.length === 0 ? '' : ` (${says.join('; ')})`
  if (effect !== expect) return `${effect} instead of ${expect}${why}`
  const shown = answer === undefined ? undefined : JSON.stringify(answer)
  const missing = has.find((each) => shown?.includes(each) === false)
  const leaked = lacks.find((each) => shown?.includes(each) === true)
  if (missing !== undefined || leaked !== undefined)
    return leaked === undefined ? `the answer lacks ${missing}` : `the answer shows ${leaked}`
  if (by === undefined || effect === 'allow') return undefined
  const wanted = [by].flat()
  if (kinds.some((each) => wanted.includes(each))) return undefined
  return `${effect}, but by ${kinds.join(', ')} instead of ${wanted.join(' or ')}${why}`
}

function compareLeft({ left }: Scenario, desk: Left, note: (text: string) => void): void {
  if (left === 'any') return
  for (const kind of new Set([...Object.keys(left), ...desk.outbox.map((each) => each.kind)])) {
    const count = desk.outbox.filter((each) => each.kind === kind).length
    if (count !== (left[kind] ?? 0)) note(`in the end there are ${count} of \`${kind}\` instead of ${left[kind] ?? 0}`)
  }
}

function msOf(text: string): number {
  const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
  return Number(text.slice(0, -1)) * (units[text.slice(-1)] ?? 0)
}
