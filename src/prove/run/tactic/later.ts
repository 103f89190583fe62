/**
 * Effects that show only later: the workflow is gone on with after the call, and how it ends is compared with how it ends without it.
 *
 * The next objects of the same caller are made and the object acted on is moved to an end; money and states of all of it count.
 */
import type { ObjectType, Use } from '../../../charter/charter.ts'
import type { Sent } from '../../finding.ts'
import type { Change } from '../../oracle/change.ts'
import { leaves } from '../../oracle/effect.ts'
import { Builder } from '../../plan/build.ts'
import { admitted, choicesOf } from '../../plan/cast.ts'
import { movesFrom, useById } from '../../plan/graph.ts'
import type { AbuseCase, Scenario, Step, Var } from '../../plan/scenario.ts'
import { Unbuildable } from '../../plan/wants.ts'
import { inShort, type Lab } from '../lab.ts'
import { atRest } from '../look/at-rest.ts'
import { readThing } from '../look/observe.ts'
import { type Beside, besideOf, meetBeside, withBeside } from '../scene/made-beside.ts'
import { type Manner, Play } from '../scene/play.ts'
import { type Control, nothingShows, type Trial } from '../trial.ts'
import { isGivenUp, Unreached } from '../unreached.ts'
import { toleratedBy } from './tolerated.ts'

const tactics: ReadonlySet<string> = new Set([
  'as-other',
  'from-state',
  'sought',
  'arguments',
  'object-facts',
  'order',
  'approval',
])

/** Whether a case is one whose effect may show after other steps only: a single call that breaks something. */
export function mayShowLater({ tactic }: AbuseCase): boolean {
  return tactics.has(tactic.kind) && !(tactic.kind === 'order' && tactic.flaw === 'too-often')
}

/** Whether something that anyone may read must show what the rightful call does: what is disclosed shows in the answer itself. */
export function needsSight(abuse: AbuseCase): boolean {
  const shows = ['read-field', 'list', 'guess', 'write-field', 'ended', 'revived', 'rightful']
  return !shows.includes(abuse.tactic.kind) && !mayShowLater(abuse)
}

/** Rightful calls that show nothing, however far the workflow goes on: no abuse can show more. */
const silent = new WeakSet<Control>()

const mostTypes = 2
const mostMoves = 5

/**
 * Tries a case and goes on. An effect is a difference to going on without the call that the rightful call makes as well.
 *
 * Four runs: the rightful scenario with and without the call, the abuse with and without it.
 */
export async function laterTrial(lab: Lab, abuse: AbuseCase, control: Control): Promise<Trial> {
  const nothingLater = `${nothingShows(control)}, not even later`
  if (silent.has(control)) throw new Unreached(nothingLater)
  // What earlier calls left over is used up first.
  await ending(lab, abuse.control, undefined)
  const without = await ending(lab, abuse.control, undefined)
  const rightful = await ending(lab, abuse.control, {})
  const marks = [...rightful.values].filter(
    ([mark, value]) => without.values.has(mark) && without.values.get(mark) !== value,
  )
  if (marks.length === 0) {
    silent.add(control)
    throw new Unreached(nothingLater)
  }
  const spared = await ending(lab, abuse.abuse, undefined)
  const tried = await ending(lab, abuse.abuse, { target: abuse.constraint, tolerated: toleratedBy(lab, abuse) })
  const changes = marks.flatMap(([mark, value]): Change[] => {
    const now = tried.values.get(mark)
    const otherwise = spared.values.get(mark)
    const [label = '', pointer = ''] = mark.split('|')
    return now === value && spared.values.has(mark) && otherwise !== now
      ? [{ label, pointer, before: otherwise, after: now }]
      : []
  })
  if (changes.length === 0 && tried.isOpen)
    throw new Unreached(`it was accepted (${tried.why}), and with what it made nothing could be done that shows it`)
  return { effect: changes.length > 0, why: tried.why, changes, disclosed: [], sent: tried.play.sent, state: '-' }
}

interface Ending {
  readonly values: ReadonlyMap<string, unknown>
  readonly play: Play
  readonly why: string
  /** The call was accepted, and makes what nobody can look at. */
  readonly isOpen: boolean
}

/** Plays a scenario and goes on; without `manner` the decisive step is left out. */
async function ending(lab: Lab, scenario: Scenario, manner: Manner | undefined): Promise<Ending> {
  await lab.reset?.()
  const { longest: longer, beside } = goOn(lab, scenario)
  const play = new Play(lab, longer)
  const at = scenario.steps.length - 1
  let why = ''
  let isOpen = false
  for (const [index, step] of longer.steps.entries()) {
    if (index < at) await play.setUpStep(step)
    else if (index > at) await tryStep(play, step)
    else {
      // What it is made on is looked at in any case.
      await play.objectsOf(step)
      if (manner === undefined) continue
      const made = await play.make(step, { purpose: 'abuse', ...manner })
      // Where the call leads at once tells which use it was taken for; going on does not.
      if (made.astray !== undefined) throw new Unreached(`another use of \`${play.use(step).operation}\` allows it`)
      why = inShort(made.exchange)
      isOpen = made.accepted && beside.length > 0
      await meetBeside(play, step, made, beside)
    }
  }
  const restless = new Set<string>()
  let sent: Sent[] = []
  const values = await atRest(
    lab,
    () => {
      sent = []
      return valuesIn(play, longer.steps.slice(at + 1), (each) => sent.push(each))
    },
    (one, other, byItself) => {
      const moved = [...other].flatMap(([mark, value]) => (one.get(mark) === value ? [] : [mark]))
      if (byItself) for (const mark of moved) restless.add(mark)
      return moved.length > 0
    },
  )
  play.sent.push(...sent)
  for (const mark of restless) values.delete(mark)
  return { values, play, why, isOpen }
}

async function valuesIn(
  play: Play,
  later: readonly Step[],
  record: (sent: Sent) => void,
): Promise<Map<string, unknown>> {
  // What could not be made afterwards is not there.
  const values = new Map<string, unknown>(
    later.flatMap(({ makes }) => (makes === undefined || play.things.has(makes) ? [] : [[`${makes}|exists`, false]])),
  )
  const made = new Set(later.map(({ makes }) => makes))
  for (const [name, thing] of play.things) {
    const fact = await readThing(play, thing, undefined, record)
    if (fact === undefined || fact === null) continue
    if (made.has(name)) values.set(`${name}|exists`, true)
    values.set(`${name}|state`, fact.state)
    for (const [pointer, value] of leaves(fact.value))
      if (isWorth(thing.type, pointer)) values.set(`${name}|${pointer}`, value)
  }
  return values
}

/** Going on as far as it goes: what is refused after the call is not part of the case. */
async function tryStep(play: Play, step: Step): Promise<void> {
  try {
    await play.setUpStep(step)
  } catch (error) {
    if (!isGivenUp(error)) throw error
  }
}

function isWorth(type: ObjectType, pointer: string): boolean {
  const declared = [...type.fields.values()].some(
    (field) => field.type === 'money' && `/${field.at.join('/')}` === pointer,
  )
  return declared || /(amount|total|price|balance|credit|discount)[^/]*$/i.test(pointer)
}

/**
 * The scenario and what comes after it: the next objects with money that the caller may make, the object's way to an end, and that of
 * what nobody can look at and the call makes beside.
 */
function goOn(lab: Lab, scenario: Scenario): { readonly longest: Scenario; readonly beside: readonly Beside[] } {
  const act = scenario.steps.at(-1)
  const caller = lab.stage.members.find((member) => member.name === act?.as)
  const use = act === undefined ? undefined : useById(lab.charter, act.use)
  if (act === undefined || use === undefined) return { longest: scenario, beside: [] }
  const beside = besideOf(lab.charter, use)
  let longest = withBeside(scenario, act, beside)
  const types = [...lab.charter.objects.values()].filter((type) =>
    [...type.fields.values()].some((field) => field.type === 'money'),
  )
  const makes = (type: ObjectType) => (builder: Builder) =>
    void (
      caller !== undefined &&
      mayMake(lab, type, caller.name) &&
      builder.supply(type.name, { owner: caller, states: [], wishes: [], depth: 0 })
    )
  const moves = (builder: Builder) => moveToEnd(lab, builder, act.object, use)
  const uses = beside.map(
    ({ creator, name }) =>
      (builder: Builder) =>
        moveToEnd(lab, builder, name, creator),
  )
  const needing = needingIt(lab, use).map((creator) => ({
    creator: creator.id,
    add: (builder: Builder) => {
      const owner = builder.owners.get(act.object ?? '')
      builder.supply(creator.object?.type ?? '', { owner, states: [], wishes: [], depth: 0, near: act.object })
    },
  }))
  const others = [...uses, moves, ...types.slice(0, mostTypes).map(makes)].map((add) => ({ add, creator: undefined }))
  for (const { add, creator } of [...needing, ...others]) {
    const builder = new Builder(lab.stage, { found: new Set(), ...(creator === undefined ? {} : { creator }) })
    builder.resume(longest)
    try {
      add(builder)
      longest = builder.scenario()
    } catch (error) {
      if (!(error instanceof Unbuildable)) throw error
    }
  }
  return { longest, beside }
}

/** Uses that make what can be looked at, and for which the object must be where only the use leads it. */
function needingIt({ charter }: Lab, use: Use): Use[] {
  const { object } = use
  if (object === undefined || use.creates) return []
  const isMet = (each: Use): boolean =>
    each.refs.some(({ slot, object: type, key }) => {
      const from = each.constraints.find((one) => one.kind === 'from' && one.slot === slot)
      if (type !== object.type || key.from !== 'request' || from?.kind !== 'from') return false
      return (
        use.to.some((state) => from.states.includes(state)) && !use.from.some((state) => from.states.includes(state))
      )
    })
  const shown = [...charter.objects.values()].filter(({ read, list }) => (read ?? list) !== undefined)
  return shown
    .flatMap(({ transitions }) => transitions.filter((each) => each.creates && isMet(each)))
    .slice(0, mostNeeding)
}

const mostNeeding = 1

function mayMake(lab: Lab, type: ObjectType, name: string): boolean {
  const member = lab.stage.members.filter((each) => each.name === name)
  return type.transitions.some(
    (use) => use.creates && choicesOf(use).some((choice) => admitted(lab.charter, member, choice).length > 0),
  )
}

function moveToEnd(lab: Lab, builder: Builder, object: Var | undefined, use: Use): void {
  const type = lab.charter.objects.get(use.object?.type ?? '')
  const state = use.to[0] ?? use.from[0]
  if (object === undefined || type === undefined || type.final.length === 0) return
  const moves = movesFrom(type, state, type.final)
  if (moves !== undefined && moves.length > 0 && moves.length <= mostMoves) builder.move(object, moves, 0)
}
