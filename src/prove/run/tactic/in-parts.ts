/** What an object keeps in bounds over a whole list, taken in two parts that each fit. */
import { literalsIn, nodesIn } from '../../../cel/traverse.ts'
import { IS } from '../../../cel/value.ts'
import type { Invariant } from '../../../charter/invariant.ts'
import { takesArgument } from '../../plan/argument.ts'
import { useById } from '../../plan/graph.ts'
import type { AbuseCase, Scenario, Step } from '../../plan/scenario.ts'
import type { Lab } from '../lab.ts'
import { Play } from '../scene/play.ts'
import { act, sceneOf, setScene, type Trial } from '../trial.ts'

type Bound = Extract<Invariant, { kind: 'holds' }>

/**
 * Makes the rightful call on two entries of a list, each with a little more than half of the number that the invariant is about.
 * Undefined where the rule speaks of no list of such entries, where a part is refused, or where both leave it.
 */
export async function inPartsTrial(
  lab: Lab,
  { abuse, constraint }: AbuseCase,
  bound: Bound,
): Promise<Trial | undefined> {
  const parted = inParts(lab, abuse, bound)
  if (parted === undefined) return undefined
  await lab.reset?.()
  const first = await setScene(lab, parted.scenario)
  if (!(await act(first, { purpose: 'setup' })).made.accepted) return undefined
  const play = new Play(lab, parted.scenario)
  play.goOnFrom(first.play)
  play.things.delete(parted.entry)
  await play.setUp(new Set([...parted.scenario.steps.keys()].filter((index) => !parted.again.has(index))))
  const second = await sceneOf(play)
  const { broken } = await act(second, {})
  const changes = broken.filter(({ id }) => id === constraint).map(({ change }) => change)
  if (changes.length === 0) return undefined
  const why = `two of ${parted.part} broke it, each of which fits`
  return { effect: true, why, changes, disclosed: [], sent: [...first.play.sent, ...play.sent], state: second.state }
}

interface Parts {
  readonly scenario: Scenario
  /** The object of which there are two, and the steps that are about it. */
  readonly entry: string
  readonly again: ReadonlySet<number>
  readonly part: number
}

function inParts({ charter }: Lab, scenario: Scenario, { object, rule }: Bound): Parts | undefined {
  const last = scenario.steps.at(-1)
  const entry = last?.makes ?? last?.object
  const type = charter.objects.get(scenario.vars[entry ?? '']?.type ?? '')
  const nodes = nodesIn(rule.ast)
  const limit = Math.max(...literalsIn(rule.ast).flatMap((value) => (IS.number(value) ? [Number(value)] : [])))
  const isSum = nodes.some((node) => node.kind === 'call' && node.name === 'sum')
  if (entry === undefined || type?.parent?.object !== object || !isSum || limit <= 1) return undefined
  const maker = scenario.steps.findIndex((step) => step.makes === entry)
  const use = useById(charter, scenario.steps[maker]?.use ?? '')
  const names = new Set(nodes.flatMap((node) => (node.kind === 'select' ? [node.field] : [])))
  const amount = [...names].find(
    (name) => use !== undefined && type.fields.get(name)?.type !== 'string' && takesArgument(charter, use, name),
  )
  if (amount === undefined) return undefined
  const part = Math.floor(limit / 2) + 1
  const taking = (step: Step): Step => ({ ...step, extra: [...step.extra, { at: [amount], value: { value: part } }] })
  const about = [...scenario.steps.entries()].filter(([, step]) => step.makes === entry || step.object === entry)
  const steps = scenario.steps.map((step, index) => (index === maker ? taking(step) : step))
  return { scenario: { ...scenario, steps }, entry, again: new Set(about.map(([index]) => index)), part }
}
