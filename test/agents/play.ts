// Plays a scenario and says where what happened is not what should have happened.
import type { Player, Verdict } from './player.ts'
import type { CallStep, Scenario, Step } from './scenario.ts'
import type { World } from './world.ts'

/** What came of a scenario. */
export interface Played {
  readonly scenario: Scenario
  /** Empty when all went as it should. */
  readonly differences: readonly string[]
  /** Steps of calls, and those of them that went as they should. */
  readonly steps: number
  readonly fine: number
  /** How often somebody was asked where the scenario says that nobody is. */
  readonly needless: number
  /** What was said to each call, in short; of calls made together, how many passed. */
  readonly verdicts: readonly string[]
}

/** Plays all steps, in `world`. */
export async function play(scenario: Scenario, player: Player, world: World): Promise<Played> {
  const play = new Play(player)
  await player.begin(scenario.run)
  for (const [index, step] of scenario.steps.entries()) await play.take(step, `step ${index + 1}`)
  const { differences, steps, fine, needless, verdicts } = play
  return { scenario, differences: [...differences, ...lastLooks(scenario, world)], steps, fine, needless, verdicts }
}

class Play {
  readonly #player: Player
  readonly #kept = new Map<string, string>()
  readonly differences: string[] = []
  readonly verdicts: string[] = []
  steps = 0
  fine = 0
  needless = 0

  constructor(player: Player) {
    this.#player = player
  }

  /** What cannot be done is a difference of its scenario, and no end of all others. */
  async take(step: Step, where: string): Promise<void> {
    const note = (text: string): void => void this.differences.push(`${where}: ${text}`)
    await this.#take(step, where, note).catch((error: unknown) => note(String(error)))
  }

  async #take(step: Step, where: string, note: (text: string) => void): Promise<void> {
    const player = this.#player
    if ('run' in step) await player.begin({ ...step.run, prompt: this.#filled(step.run.prompt) })
    else if ('wait' in step) await player.wait(msOf(step.wait))
    else if ('live' in step) await player.describe(step.live.tool, step.live.description)
    else if ('said' in step) await player.said(this.#filled(step.said))
    else if ('back' in step) player.back(step.back)
    else if ('end' in step) await player.end(step.end)
    else if ('refuse' in step)
      compareGiven(await player.refuse(step.refuse), step.expect, `${step.refuse} refuses`, note)
    else if ('pass' in step)
      compareGiven(await player.pass(step.pass), step.expect, `passing on to ${step.pass.to}`, note)
    else if ('approve' in step)
      compareGiven(await player.approve(step.approve), step.expect, `${step.approve} approves`, note)
    else if ('together' in step) {
      const all = await Promise.all(step.together.map((each) => player.call(this.#ready(each))))
      this.#compareAll(all, step['at-most'], { where, note })
    } else if ('in-turn' in step) {
      const all: Verdict[] = []
      for (const each of step['in-turn']) all.push(await player.call(this.#ready(each)))
      this.#compareAll(all, step['at-most'], { where, note })
    } else await this.#callOften(step, where, note)
  }

  #compareAll(
    all: readonly Verdict[],
    most: number,
    { where, note }: { readonly where: string; readonly note: (text: string) => void },
  ): void {
    const passed = all.filter(({ effect }) => effect === 'allow').length
    this.verdicts.push(`${where}: ${passed} of ${all.length} passed`)
    if (passed > most) note(`${passed} of ${all.length} passed instead of ${most}`)
    if (passed === 0) note(`none of ${all.length} passed: ${all.flatMap(({ says }) => says).join('; ')}`)
  }

  async #callOften(step: CallStep, where: string, note: (text: string) => void): Promise<void> {
    for (let time = 1; time <= step.times; time += 1) {
      const verdict = await this.#player.call(this.#ready(step))
      this.steps += 1
      this.verdicts.push(`${where}: ${[verdict.effect, ...new Set(verdict.kinds)].join(' ')}`)
      if (verdict.effect === 'ask' && step.expect !== 'ask') this.needless += 1
      for (const [name, pattern] of Object.entries(step.keeps))
        this.#kept.set(name, new RegExp(pattern).exec(verdict.answer)?.[0] ?? 'nothing')
      const problem = compare(step, verdict)
      if (problem === undefined) this.fine += 1
      else note(`${step.call}${step.times > 1 ? `, time ${time}` : ''}: ${problem}`)
    }
  }

  #ready(step: CallStep): CallStep {
    return { ...step, with: JSON.parse(this.#filled(JSON.stringify(step.with))) }
  }

  #filled(text: string): string {
    return text.replace(/\{([a-z]+)\}/g, (whole, name) => this.#kept.get(name) ?? whole)
  }
}

function compareGiven(given: boolean, expect: string, what: string, note: (text: string) => void): void {
  const came = given ? 'granted' : 'refused'
  if (came !== expect) note(`${what}: ${came} instead of ${expect}`)
}

function compare({ expect, by, has, lacks, sent }: CallStep, verdict: Verdict): string | undefined {
  const { effect, kinds, says, answer } = verdict
  const why = says.length === 0 ? '' : ` (${says.join('; ')})`
  if (effect !== expect) return `${effect} instead of ${expect}${why}`
  const missing = has.find((each) => !answer.includes(each)) ?? sent.find((each) => !verdict.sent.includes(each))
  const leaked = lacks.find((each) => answer.includes(each))
  if (leaked !== undefined) return `the answer shows ${leaked}`
  if (missing !== undefined) return `${missing} is missing in ${sent.includes(missing) ? verdict.sent : answer}`
  if (by === undefined || effect === 'allow') return undefined
  const wanted = [by].flat()
  return wanted.some((each) => kinds.includes(each))
    ? undefined
    : `${effect}, but by ${kinds.join(', ')} instead of ${wanted.join(' or ')}${why}`
}

function lastLooks({ left, never }: Scenario, { effects, sent }: World): readonly string[] {
  const leaks = never.filter((each) => sent.some((text) => text.includes(each))).map((each) => `${each} was sent`)
  if (left === 'any') return leaks
  const kinds = [...new Set([...Object.keys(left), ...effects])]
  return [
    ...leaks,
    ...kinds.flatMap((kind) => {
      const count = effects.filter((each) => each === kind).length
      return count === (left[kind] ?? 0)
        ? []
        : [`in the end there are ${count} of \`${kind}\` instead of ${left[kind] ?? 0}`]
    }),
  ]
}

function msOf(text: string): number {
  const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
  return Number(text.slice(0, -1)) * (units[text.slice(-1)] ?? 0)
}
