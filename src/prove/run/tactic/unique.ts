/** A value that may exist once, asked for twice: one after the other, then many times at the same moment; or written to two objects. */
import type { CallRequest } from '../../../charter/charter.ts'
import type { Invariant } from '../../../charter/invariant.ts'
import { getPointer } from '../../../charter/pointer.ts'
import { placeValue } from '../../../wire/place.ts'
import { toHttp } from '../../../wire/to-http.ts'
import type { Sent } from '../../finding.ts'
import { sameValue } from '../../oracle/change.ts'
import { useById } from '../../plan/graph.ts'
import type { AbuseCase } from '../../plan/scenario.ts'
import type { Exchange } from '../../transport/exchange.ts'
import { inShort, type Lab, refuses } from '../lab.ts'
import { readThing } from '../look/observe.ts'
import { withFreshKeys } from '../scene/idempotency-key.ts'
import { createdKey } from '../scene/learn.ts'
import { release } from '../scene/release.ts'
import { act, exists, type Scene, setScene, sightsOf, type Trial } from '../trial.ts'
import { Unreached } from '../unreached.ts'
import { tryTo } from '../ways.ts'

type Unique = Extract<Invariant, { kind: 'unique' }>

/** Makes the same object again and again, and looks whether two stand with the same value; undefined where none is made with it. */
export async function uniqueTrial(
  lab: Lab,
  abuse: AbuseCase,
  invariant: Unique,
  skip?: ReadonlySet<number>,
): Promise<Trial | undefined> {
  if (useById(lab.charter, abuse.use)?.creates === false) return writtenTwice(lab, abuse, invariant, skip)
  const twice = await askAgain(lab, await setScene(lab, abuse.abuse, skip), invariant, 1)
  if (twice === undefined || twice.effect) return twice
  for (let round = 0; round < lab.racing.rounds; round++) {
    await lab.reset?.()
    const raced = await tryTo(async () =>
      askAgain(lab, await setScene(lab, abuse.abuse, skip), invariant, lab.racing.width),
    )
    // What cannot be brought about so often was looked at all the same.
    if (raced instanceof Unreached) return twice
    if (raced?.effect === true) return raced
  }
  return twice
}

/** One call, then another (`width` 1); or so many at once. */
async function askAgain(lab: Lab, scene: Scene, invariant: Unique, width: number): Promise<Trial | undefined> {
  const { play, step, state } = scene
  const use = play.use(step)
  const { best, seen } = await play.prepare(step, {})
  const { request } = best
  const wanted = getPointer(request.body, invariant.field.in)
  if (!use.creates || use.object?.type !== invariant.object || wanted === undefined || wanted === null) return undefined
  const exchanges = width === 1 ? await inTurn(scene, request) : await atOnce(lab, scene, request, width)
  const accepted = exchanges.filter((exchange) => !refuses(lab.charter, use, exchange))
  const [first] = accepted
  if (first === undefined)
    throw new Unreached(`the rightful call was refused: ${exchanges[0] && inShort(exchanges[0])}`)
  lab.past.push({ ...seen.call, request, use: use.id, objects: seen.objects })
  play.sent.push(...sentOf(scene, accepted, width))
  const standing = await countStanding(scene, invariant, request, accepted, wanted)
  const label = `${invariant.object}s with one ${invariant.field.name}`
  const change = { label, pointer: 'count', before: 1, after: standing }
  const effect = standing > 1
  const how = width === 1 ? 'asked for twice' : `asked for ${width} times at once`
  return {
    effect,
    why: `${how}, ${standing} ${standing === 1 ? 'stands' : 'stand'} with the same ${invariant.field.name}`,
    changes: effect ? [change] : [],
    disclosed: [],
    sent: play.sent,
    state,
  }
}

/** Writes the value of one object to another one; undefined where the call writes none. */
async function writtenTwice(
  lab: Lab,
  abuse: AbuseCase,
  { object, field }: Unique,
  skip?: ReadonlySet<number>,
): Promise<Trial | undefined> {
  const first = await setScene(lab, abuse.abuse, skip)
  const wanted = getPointer((await first.play.prepare(first.step, {})).best.request.body, field.in)
  if (first.play.use(first.step).object?.type !== object || wanted === undefined || wanted === null) return undefined
  const made = await act(first, { purpose: 'setup' })
  if (!made.made.accepted) throw new Unreached(`the rightful call was refused: ${inShort(made.made.exchange)}`)
  const written = getPointer(made.made.request.body, field.in)
  first.play.spend()
  const next = await setScene(lab, abuse.abuse, skip, new Map(), first.play)
  if (keyActedOn(next) === keyActedOn(first)) throw new Unreached(`there is no second ${object} to write the same to`)
  const { request } = (await next.play.prepare(next.step, {})).best
  const again = await act(next, {
    request: placeValue(request, { from: 'request', in: 'body', pointer: field.in }, written),
  })
  const still = await sightsOf(first.play, first.step, first.attacker)
  const sights = [still.get(object), again.after.get(object)]
  const standing = sights.filter(
    (sight) => exists(sight) && sameValue(getPointer(sight.value, field.at), written),
  ).length
  const effect = standing > 1
  return {
    effect,
    why: effect ? `two ${object}s have the same ${field.name}` : inShort(again.made.exchange),
    changes: effect
      ? [{ label: `${object}s with one ${field.name}`, pointer: 'count', before: 1, after: standing }]
      : [],
    disclosed: [],
    sent: [...first.play.sent, ...next.play.sent],
    state: next.state,
  }
}

function keyActedOn({ play, step }: Scene): string | undefined {
  return play.things.get(step.object ?? '')?.key
}

async function inTurn({ play, step }: Scene, request: CallRequest): Promise<Exchange[]> {
  const use = play.use(step)
  const first = await play.exchange(step, use, request)
  return [first, await play.exchange(step, use, withFreshKeys(play.lab.charter, use, request, play.lab.supply))]
}

async function atOnce(lab: Lab, { play, step }: Scene, made: CallRequest, width: number): Promise<readonly Exchange[]> {
  const person = await play.person(step.as)
  const use = play.use(step)
  const calls = Array.from({ length: width }, () => {
    const request = withFreshKeys(lab.charter, use, made, lab.supply)
    return { person, http: toHttp(lab.charter, use, request, play.serverOf(use)) }
  })
  return release(lab, calls)
}

function sentOf({ play, step }: Scene, accepted: readonly Exchange[], width: number): Sent[] {
  const use = play.use(step)
  const shown = width === 1 ? accepted : accepted.slice(0, 1)
  return shown.map((exchange, index) => ({
    use: use.id,
    operation: use.operation,
    as: step.as,
    purpose: index === shown.length - 1 ? ('abuse' as const) : ('setup' as const),
    exchange,
    captures: [],
    ...(width === 1 ? {} : { times: width }),
  }))
}

/** How many different objects can be read that hold the value. */
async function countStanding(
  { play, step, attacker }: Scene,
  { object, field }: Unique,
  request: CallRequest,
  accepted: readonly Exchange[],
  wanted: unknown,
): Promise<number> {
  const type = play.lab.charter.objects.get(object)
  const keys = new Set(
    accepted.flatMap((exchange) => createdKey(play.lab.charter, play.use(step), request, exchange) ?? []),
  )
  let standing = 0
  if (type === undefined) return standing
  for (const key of keys) {
    const thing = { type, key, path: request.path ?? {} }
    const sight = await readThing(play, thing, attacker, (sent) => play.sent.push(sent))
    if (sight !== undefined && sight !== null && getPointer(sight.value, field.at) === wanted) standing++
  }
  return standing
}
