/** One idempotency key sent twice: a single effect, whatever else the second call says, and whatever it is made on. */
import type { CallRequest, Use } from '../../../charter/charter.ts'
import type { Reference } from '../../../charter/pointer.ts'
import { placeValue, valueAt } from '../../../wire/place.ts'
import { type Change, sameValue } from '../../oracle/change.ts'
import { effectOf, timesOver } from '../../oracle/effect.ts'
import type { AbuseCase } from '../../plan/scenario.ts'
import { roomForAnother } from '../../plan/tactic/limit.ts'
import { inShort, type Lab, refuses } from '../lab.ts'
import { type Answer, changeOf, newBeside, type Told, toldBefore } from '../look/beside.ts'
import { existsAs } from '../look/observe.ts'
import { variationsOf } from '../look/unseen.ts'
import { withFreshKeyAt } from '../scene/idempotency-key.ts'
import { createdKey } from '../scene/learn.ts'
import type { Thing } from '../scene/thing.ts'
import { type Control, changesIn, type Scene, setScene, settledSights, sightsOf, type Trial } from '../trial.ts'
import { Unreached } from '../unreached.ts'
import { tryTo } from '../ways.ts'

/**
 * The very same request, with the same idempotency key, twice; then that key with another body, or, where the body says it, as the
 * reference of a payment, on another object.
 */
export async function sameKeyTrial(
  lab: Lab,
  abuse: AbuseCase,
  control: Control,
  skip?: ReadonlySet<number>,
): Promise<Trial> {
  const scene = await setScene(lab, abuse.abuse, skip)
  const { play, step, attacker, state } = scene
  const use = play.use(step)
  const constraint = use.constraints.find((each) => each.id === abuse.constraint)
  // What is too much the second time is refused for that.
  const { request } = (await play.prepare(step, { wishes: roomForAnother(use) })).best
  const keyed =
    constraint?.kind === 'idempotency'
      ? withFreshKeyAt(lab.charter, use, { request, at: constraint.key }, lab.supply)
      : request
  const first = await play.make(step, { purpose: 'setup', request: keyed })
  if (!first.accepted) throw new Unreached(`the rightful call was refused: ${inShort(first.exchange)}`)
  const told = toldBefore(play, step)
  const before = await sightsOf(play, step, attacker, (sent) => play.sent.push(sent))
  const exchange = await play.exchange(step, use, keyed)
  const created = refuses(lab.charter, use, exchange) ? undefined : createdKey(lab.charter, use, keyed, exchange)
  play.sent.push({ use: use.id, operation: use.operation, as: step.as, purpose: 'abuse', exchange, captures: [] })
  const after = await settledSights(play, step, { ...first, exchange }, attacker, before)
  const base = { why: inShort(exchange), disclosed: [], sent: play.sent, state }
  if (use.creates) {
    const isNew = created !== undefined && created !== first.created
    const effect = isNew && (await existsAs(play, step, use, created, attacker))
    const other =
      effect || constraint?.kind !== 'idempotency' ? undefined : await withOtherBody(scene, keyed, constraint.key)
    if (other !== undefined && other !== first.created && (await existsAs(play, step, use, other, attacker)))
      return { ...base, effect: true, why: 'with another body it was made again', changes: [secondOf(use)] }
    return { ...base, effect, changes: effect ? [secondOf(use)] : [] }
  }
  const onIt = effectOf(changesIn(play, step, before, after), control.signature, use.to)
  // What it acts on may have come to its bounds, and another one is made beside it all the same.
  const beside = onIt.length > 0 ? [] : await anotherBeside(scene, control, { request: keyed, exchange }, told)
  const changes = [...onIt, ...beside]
  const effect = beside.length > 0 || (timesOver(onIt, control.signature) > 0 && onIt.length > 0)
  const isSaid = constraint?.kind === 'idempotency' && constraint.key.from === 'request' && constraint.key.in === 'body'
  const elsewhere =
    effect || !isSaid ? undefined : await onAnother(lab, abuse, control, { scene, keyed, at: constraint.key })
  return elsewhere ?? { ...base, effect, changes }
}

/** What the second call made beside its object, of a type of which the first call's answer named another one. */
async function anotherBeside(scene: Scene, control: Control, answer: Answer, told: Told): Promise<Change[]> {
  const isAnother = ({ type }: Thing) =>
    control.beside.has(type.name) && [...told.ids].some((id) => id.startsWith(`${type.name}/`))
  return (await newBeside(scene, answer, told)).filter(isAnother).map(changeOf)
}

/** The same key in the call on another object; undefined where that has no effect, or cannot be brought about. */
async function onAnother(
  lab: Lab,
  abuse: AbuseCase,
  control: Control,
  { scene: first, keyed, at }: { readonly scene: Scene; readonly keyed: CallRequest; readonly at: Reference },
): Promise<Trial | undefined> {
  first.play.spend()
  const made = await tryTo(async () => {
    const scene = await setScene(lab, abuse.abuse, undefined, undefined, first.play)
    return { scene, best: (await scene.play.prepare(scene.step, {})).best }
  })
  if (made instanceof Unreached || made.best.distance >= 1) return undefined
  const { play, step, attacker, state } = made.scene
  const objects = [first, made.scene].map((each) => each.play.things.get(step.object ?? '')?.key)
  if (objects[0] === objects[1]) return undefined
  const key = valueAt(keyed, at)
  const use = play.use(step)
  const before = await sightsOf(play, step, attacker, (sent) => play.sent.push(sent))
  const exchange = await play.exchange(step, use, placeValue(made.best.request, at, key))
  play.sent.push({ use: use.id, operation: use.operation, as: step.as, purpose: 'abuse', exchange, captures: [] })
  const after = await sightsOf(play, step, attacker, (sent) => play.sent.push(sent))
  const changes = effectOf(changesIn(play, step, before, after), control.signature, use.to)
  if (changes.length === 0) return undefined
  const sent = [...first.play.sent, ...play.sent]
  return { effect: true, changes, why: `on another object: ${inShort(exchange)}`, disclosed: [], sent, state }
}

function secondOf(use: Use): Change {
  return { label: `second ${use.object?.type}`, pointer: 'exists', before: false, after: true }
}

/** The same key with another body that is allowed as well; the key of what that made, if anything. */
async function withOtherBody(scene: Scene, keyed: CallRequest, at: Reference): Promise<string | undefined> {
  const { play, step } = scene
  const use = play.use(step)
  const variations = await variationsOf(scene, {}, keyed)
  // The body may say the key as well.
  const request = variations.find((each) => sameValue(valueAt(each, at), valueAt(keyed, at)))
  if (request === undefined) return undefined
  const exchange = await play.exchange(step, use, request)
  play.sent.push({ use: use.id, operation: use.operation, as: step.as, purpose: 'abuse', exchange, captures: [] })
  return refuses(play.lab.charter, use, exchange) ? undefined : createdKey(play.lab.charter, use, request, exchange)
}
