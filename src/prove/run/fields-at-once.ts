/** Fields that nobody may set, carried by one call all at once: where it is accepted and none of them is written, each has been tried. */
import { useById } from '../plan/graph.ts'
import type { AbuseCase } from '../plan/scenario.ts'
import { inShort, type Lab } from './lab.ts'
import { toldBefore } from './look/beside.ts'
import { keyOf } from './same-play.ts'
import { fieldEffect, injectedField } from './tactic/last-step.ts'
import { toleratedBy } from './tactic/tolerated.ts'
import { act, type Control, setScene, type Trial } from './trial.ts'
import { Unreached } from './unreached.ts'
import { tryTo, type Ways } from './ways.ts'

/** What came of calls that carry several fields, for the cases of one use. */
export class FieldsAtOnce {
  private readonly ways: Ways
  private readonly afresh: () => void
  private cases: readonly AbuseCase[] = []
  private readonly tried = new Map<string, Trial | undefined>()

  /** @param afresh - Told when the target is put back: nothing that stood there before does any more. */
  constructor(ways: Ways, afresh: () => void) {
    this.ways = ways
    this.afresh = afresh
  }

  /** Goes over to the cases of another use. */
  begin(cases: readonly AbuseCase[]): void {
    this.cases = cases.filter(({ tactic }) => tactic.kind === 'write-field')
    this.tried.clear()
  }

  /** What shows that a field is not written; undefined where it has to be tried alone. */
  async held(abuse: AbuseCase): Promise<{ verdict: 'held'; why: string; trial: Trial } | undefined> {
    if (abuse.tactic.kind !== 'write-field') return undefined
    const key = callOf(abuse)
    if (!this.tried.has(key)) this.tried.set(key, await this.attempt(this.cases.filter((each) => callOf(each) === key)))
    const trial = this.tried.get(key)
    return trial === undefined ? undefined : { verdict: 'held', why: trial.why, trial }
  }

  private async attempt(cases: readonly AbuseCase[]): Promise<Trial | undefined> {
    const [first] = cases
    if (first === undefined || cases.length < 2) return undefined
    const control = await this.ways.controlOf(first.control)
    if (control instanceof Unreached || !control.works) return undefined
    this.afresh()
    await this.ways.lab.reset?.()
    const trial = await tryTo(() => writtenNowhere(this.ways.lab, cases, control))
    return trial instanceof Unreached ? undefined : trial
  }
}

/** Makes the call with the fields of all cases; undefined where it is refused, or any of them shows. */
async function writtenNowhere(lab: Lab, cases: readonly AbuseCase[], control: Control): Promise<Trial | undefined> {
  const [first] = cases
  const last = first?.abuse.steps.at(-1)
  if (first === undefined || last === undefined) return undefined
  const extra = new Map(
    cases.flatMap(({ abuse }) => abuse.steps.at(-1)?.extra ?? []).map((each) => [each.at.join('/'), each] as const),
  )
  const steps = [...first.abuse.steps.slice(0, -1), { ...last, extra: [...extra.values()] }]
  const scene = await setScene(lab, { ...first.abuse, steps })
  const told = toldBefore(scene.play, scene.step)
  const seen = await act(scene, { target: first.constraint, tolerated: toleratedBy(lab, first) })
  const { made } = seen
  const use = useById(lab.charter, first.use)
  if (!made.accepted || made.astray !== undefined || use === undefined) return undefined
  for (const abuse of cases) {
    const field = injectedField(use, abuse)
    if (field === undefined || (await fieldEffect(scene, field, { ...seen, told, control })) !== undefined)
      return undefined
  }
  const { play, state } = scene
  return {
    effect: false,
    accepted: true,
    why: inShort(made.exchange),
    changes: [],
    disclosed: [],
    sent: play.sent,
    state,
  }
}

/** The same text for cases that make the same call but for the field they are about. */
function callOf({ control, abuse }: AbuseCase): string {
  const last = abuse.steps.at(-1)
  const extra = last?.extra.filter(({ value }) => !('tamper' in value)) ?? []
  const steps = last === undefined ? [] : [...abuse.steps.slice(0, -1), { ...last, extra }]
  return `${keyOf(control)} ${keyOf({ ...abuse, steps })}`
}
