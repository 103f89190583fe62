/** Many identical calls at the same moment: only as many may take effect as do one after the other. */

import type { CallRequest, Use } from '../../../charter/charter.ts'
import { toHttp } from '../../../wire/to-http.ts'
import type { Sent } from '../../finding.ts'
import { type Change, sameValue } from '../../oracle/change.ts'
import { effectOf, leaves, type Sights, signatureOf, timesOver } from '../../oracle/effect.ts'
import { invariantsBroken } from '../../oracle/invariant.ts'
import { useById } from '../../plan/graph.ts'
import type { AbuseCase, Step } from '../../plan/scenario.ts'
import type { Exchange } from '../../transport/exchange.ts'
import { inShort, type Lab, refuses } from '../lab.ts'
import { type Answer, namedBeside } from '../look/beside.ts'
import { existsAs, readThing } from '../look/observe.ts'
import { withFreshKeys } from '../scene/idempotency-key.ts'
import { createdKey } from '../scene/learn.ts'
import type { Play } from '../scene/play.ts'
import { release } from '../scene/release.ts'
import { type Control, changesIn, type Scene, sightsOf, type Trial } from '../trial.ts'
import { Unreached } from '../unreached.ts'
import { raceAcross } from './race-across.ts'
import { withRoomForOne } from './room-for-one.ts'

const sequentialMost = 3
const repeatable = 'one after the other it may be repeated as well, so there is no limit to overrun'

/** What repeated calls do one after the other. */
interface Sequence {
  readonly effects: number
  readonly accepted: number
  /** The request that was sent each time. */
  readonly request: CallRequest
  /** The control, with what a single one of these calls changes: other amounts than the control's move other numbers. */
  readonly unit: Control
  /** Invariants that already one call after the other breaks. */
  readonly broken: ReadonlySet<string>
}

/** Makes the call again and again, up to a few times. */
async function inSequence(lab: Lab, abuse: AbuseCase, control: Control): Promise<Sequence> {
  const { scene, request: first } = await withRoomForOne(lab, abuse)
  const { play, step, attacker } = scene
  const before = await sightsOf(play, step, attacker)
  const answers: Answer[] = []
  let unit = control
  for (let call = 0; call < sequentialMost; call++) {
    const request = repeated(lab, abuse, first)
    const exchange = await play.exchange(step, play.use(step), request)
    if (!refuses(lab.charter, play.use(step), exchange)) answers.push({ request, exchange })
    if (call === 0) unit = unitOf(control, changesIn(play, step, before, await sightsOf(play, step, attacker)))
  }
  const after = await sightsOf(play, step, attacker)
  const keys = new Set(answers.flatMap((each) => keysIn(play, step, control, each)))
  const { effects } = countEffects(scene, unit, { before, after, keys, accepted: answers.length, request: first })
  const broken = invariantsBroken(lab.charter, play.use(step).operation, before, after)
  return { effects, accepted: answers.length, request: first, unit, broken: new Set(broken.map(({ id }) => id)) }
}

function unitOf(control: Control, changes: readonly Change[]): Control {
  const { deltas } = signatureOf(changes, false)
  return { ...control, signature: { ...control.signature, deltas: new Map([...control.signature.deltas, ...deltas]) } }
}

/** The control with what a single call changes that is like one of the sequence but for its amounts: as many times as much at most. */
function unitFor({ unit, request: known }: Sequence, request: CallRequest): Control {
  const asked = leaves(request)
  const amounts = [...leaves(known)].map(([place, was]) => [Number(was), Number(asked.get(place))] as const)
  const changed = amounts.filter(([was, is]) => was > 0 && is > 0 && was !== is)
  if (changed.length === 0) return unit
  const most = Math.max(1, ...changed.map(([was, is]) => is / was))
  const deltas = [...unit.signature.deltas].map(([mark, delta]): [string, number] => {
    const said = changed.find(([was]) => was === Math.abs(delta))
    return [mark, said === undefined ? delta * most : Math.sign(delta) * said[1]]
  })
  return { ...unit, signature: { ...unit.signature, deltas: new Map(deltas) } }
}

/** Keys of what an answer says it made: the object itself, else those beside it that the rightful call makes. */
function keysIn(play: Play, step: Step, control: Control, { request, exchange }: Answer): string[] {
  const use = play.use(step)
  if (use.creates) return [createdKey(play.lab.charter, use, request, exchange) ?? []].flat()
  const named = namedBeside(play.lab.charter, use, { request, exchange })
  const [counted] = control.beside.keys()
  return named.filter(({ type }) => type.name === counted).map(({ key }) => key)
}

/** Effects by what can be counted: new objects that exist, else numbers that moved; a mere change of state counts as one. */
function countEffects(
  scene: Scene,
  control: Control,
  seen: { before: Sights; after: Sights; keys: ReadonlySet<string>; accepted: number; request: CallRequest },
): { effects: number; changes: Change[] } {
  const { before, after, keys, accepted, request } = seen
  const { play, step } = scene
  const use = play.use(step)
  const changes = effectOf(changesIn(play, step, before, after), control.signature, [])
  // A number that the call itself says is as it says, however often it was said.
  const isSaid = ({ pointer, after: now }: Change) =>
    [...leaves(request)].some(([place, said]) => lastName(place) === lastName(pointer) && sameValue(said, now))
  const counted = changes.filter((change) => !isSaid(change))
  const moved = Math.max(timesOver(counted, control.signature), Math.min(timesOver(changes, control.signature), 1))
  if (use.creates || keys.size > 1) return { effects: Math.max(keys.size, moved), changes }
  // More than was accepted cannot have happened: such a number moves by itself.
  return { effects: accepted === 0 ? Math.min(moved, 1) : moved, changes }
}

function lastName(pointer: string): string | undefined {
  return pointer.split('/').at(-1)
}

/** Races a call against itself for a few rounds, until it takes effect more often than one after the other. */
export async function raceTrial(
  lab: Lab,
  abuse: AbuseCase,
  control: Control,
  skip?: ReadonlySet<number>,
): Promise<Trial> {
  if (abuse.tactic.kind === 'race' && abuse.tactic.across !== undefined)
    return raceAcross(lab, abuse, control, abuse.tactic.across)
  const sequence = await inSequence(lab, abuse, control)
  if (sequence.effects >= sequentialMost) throw new Unreached(repeatable)
  let last: Trial | undefined
  for (let round = 0; round < lab.racing.rounds; round++) {
    await lab.reset?.()
    last = await raceRound(lab, abuse, control, { sequence, skip })
    if (last.effect) return last
  }
  if (last === undefined) throw new Unreached('races are switched off')
  return last
}

async function raceRound(
  lab: Lab,
  abuse: AbuseCase,
  control: Control,
  { sequence, skip }: { readonly sequence: Sequence; readonly skip: ReadonlySet<number> | undefined },
): Promise<Trial> {
  const allowed = sequence.effects
  const { scene, request } = await withRoomForOne(lab, abuse, skip)
  const { play, step, attacker, state } = scene
  const use = play.use(step)
  const person = await play.person(step.as)
  const before = await sightsOf(play, step, attacker, (sent) => play.sent.push(sent))
  const calls = Array.from({ length: lab.racing.width }, () => ({
    person,
    http: toHttp(lab.charter, use, repeated(lab, abuse, request), play.serverOf(use)),
  }))
  const exchanges = await release(lab, calls)
  const accepted = exchanges.filter((exchange) => !refuses(lab.charter, use, exchange))
  const first = accepted[0] ?? exchanges[0]
  if (first !== undefined) play.sent.push(racedIn(scene, first, lab.racing.width))
  const after = await sightsOf(play, step, attacker, (sent) => play.sent.push(sent))
  const told = accepted.flatMap((exchange) => keysIn(play, step, control, { request, exchange }))
  const keys = await existing(scene, control, told)
  const seen = { before, after, keys, accepted: accepted.length, request }
  const { effects, changes } = countEffects(scene, unitFor(sequence, request), seen)
  // What a single call breaks is no matter of time.
  const broken = invariantsBroken(lab.charter, use.operation, before, after).filter(
    ({ id }) => accepted.length > 1 && !sequence.broken.has(id),
  )
  const why = `${accepted.length} of ${exchanges.length} were accepted, ${effects} took effect, ${allowed} may`
  const effect = effects > Math.max(allowed, 1) || broken.length > 0
  // Where not even one call got through, nothing raced.
  if (!effect && accepted.length === 0)
    throw new Unreached(`not even one of the calls was accepted: ${first === undefined ? 'no answer' : inShort(first)}`)
  const uncounted = !isCounted(use, control) && accepted.length > Math.max(sequence.accepted, 1)
  if (!effect && uncounted)
    throw new Unreached(
      sequence.accepted < sequentialMost ? `${why}; but nothing that anyone may read counts how often` : repeatable,
    )
  return {
    effect,
    why,
    changes: broken.length > 0 ? broken.map((each) => each.change) : changes,
    disclosed: [],
    sent: play.sent,
    state,
    overrun: { effects, allowed: Math.max(allowed, 1) },
  }
}

/** The same call once more: with the same idempotency key only where that is what must not work. */
function repeated(lab: Lab, abuse: AbuseCase, request: CallRequest): CallRequest {
  const use = useById(lab.charter, abuse.use)
  const keyed = use?.constraints.some((each) => each.kind === 'idempotency' && each.id === abuse.constraint)
  return use === undefined || keyed === true ? request : withFreshKeys(lab.charter, use, request, lab.supply)
}

function racedIn({ play, step }: Scene, exchange: Exchange, times: number): Sent {
  const { id, operation } = play.use(step)
  return { use: id, operation, as: step.as, purpose: 'abuse', exchange, times, captures: [] }
}

/** Whether something anyone may read tells one effect from several. */
function isCounted(use: Use, { signature, beside }: Control): boolean {
  const counts = (mark: string) => signature.deltas.has(mark) || mark.endsWith('/length')
  return use.creates || beside.size > 0 || [...signature.marks].some(counts)
}

async function existing(scene: Scene, control: Control, keys: readonly string[]): Promise<ReadonlySet<string>> {
  const { play, step, attacker } = scene
  const use = play.use(step)
  const type = play.lab.charter.objects.get([...control.beside.keys()][0] ?? '')
  const found = new Set<string>()
  for (const key of new Set(keys)) {
    const sight = type === undefined ? undefined : await readThing(play, { type, key, path: {} }, attacker)
    const exists = use.creates ? await existsAs(play, step, use, key, attacker) : sight !== undefined && sight !== null
    if (exists) found.add(key)
  }
  return found
}
