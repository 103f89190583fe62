/** What the answer to a call teaches: the object it made, and the state it left. */
import type { CallRequest, Charter, ObjectFact, ObjectType, Use } from '../../../charter/charter.ts'
import { readObject, textOf } from '../../../charter/object-fact.ts'
import { evaluateReference, getPointer, setPointer } from '../../../charter/pointer.ts'
import { isRecord } from '../../../wire/to-http.ts'
import { settledAs } from '../../plan/belong.ts'
import { companionsOf } from '../../plan/graph.ts'
import { peopleOf, shownAs } from '../../plan/origin.ts'
import type { Scenario, Step, Var } from '../../plan/scenario.ts'
import type { Exchange } from '../../transport/exchange.ts'
import { factId, refuses, type Seen } from '../lab.ts'
import { readThing, withAbove } from '../look/observe.ts'
import { usedAs } from '../look/outcome.ts'
import { Unreached } from '../unreached.ts'
import { followersOf, ledTo } from './along.ts'
import { credentialsIn, enrolled } from './enrol.ts'
import { parentToBe } from './parent-to-be.ts'
import type { Play } from './play.ts'
import { knownOf, type Thing } from './thing.ts'

/** Pauses between looks at something that was accepted and happens later (202). */
export const patienceMs: readonly number[] = [0, 50, 200, 600]

/** A call that was accepted. */
export interface Answered {
  readonly use: Use
  readonly request: CallRequest
  /** What was known before it. */
  readonly seen: Seen
  readonly exchange: Exchange
  /** The key of the object it says it created. */
  readonly created: string | undefined
}

/** Notes an effective call, the object it made, and the state it left. Throws `Unreached` when a new object has no key. */
export async function learn(play: Play, step: Step, answered: Answered): Promise<void> {
  const { use, request, seen, exchange } = answered
  const made = step.makes === undefined ? undefined : await newThing(play, step, answered)
  if (made !== undefined && step.makes !== undefined) {
    await refresh(play, made, madeIn(use, made, exchange), use.to[0])
    play.things.set(step.makes, made)
    noteBelonging(play, step, use, made, seen)
  } else if (step.object !== undefined) {
    await refresh(play, await play.thing(step.object), exchange.response?.json, use.to[0])
  }
  for (const companion of companionsOf(play.lab.charter, use)) {
    const name = step.refs[companion.object?.type ?? '']
    if (name !== undefined) await refresh(play, await play.thing(name), exchange.response?.json, companion.to[0])
  }
  for (const { thing, along } of followersOf(play, step))
    await refresh(play, thing, exchange.response?.json, ledTo(along, thing.fact?.state))
  play.lab.past.push({
    ...seen.call,
    request,
    use: usedAs(play.lab, use, answered, (made ?? play.things.get(step.object ?? ''))?.fact?.state),
    objects: seen.objects,
    ...(made?.fact === undefined ? {} : { created: made.fact }),
  })
}

/** Notes an object that a call made beside the one its step is about, by the use that makes it; nothing where the answer names none. */
export async function learnBeside(play: Play, step: Step, name: Var, answered: Answered): Promise<void> {
  const { use, exchange, created } = answered
  const made = created === undefined ? undefined : await newThing(play, { ...step, makes: name }, answered)
  if (made === undefined) return
  await refresh(play, made, madeIn(use, made, exchange), use.to[0])
  play.things.set(name, made)
}

/**
 * Remembers which members stand in a new object, and whether it is who owns what it was made from: where nothing tells before, later
 * steps are cast with them.
 */
function noteBelonging(
  { lab, scenario }: Play,
  step: Step,
  creator: Use,
  { type, fact }: Thing,
  { call, objects }: Seen,
): void {
  for (const [, place] of peopleOf(type)) {
    const id = typeof place === 'string' ? fact?.owner : textOf(getPointer(fact?.value, place))
    const who = lab.stage.members.find((member) => id !== undefined && member.principal.id === id)
    if (who === undefined) continue
    lab.settled.set(settledAs(creator.id, step.as, place), who.name)
    if (id === call.principal.id) continue
    const mark = shownAs(creator.id, place)
    const slots = Object.keys(step.refs).filter((slot) => objects[slot]?.owner === id)
    const places = slots.length > 0 ? slots : doneBy(scenario, step, who.name)
    const known = lab.settled.get(mark) ?? places[0] ?? ''
    // Seen to be otherwise but once, it tells nothing.
    lab.settled.set(mark, places.includes(known) ? known : '')
  }
}

/** Moves that somebody made last, with the object, of what a step names: `slot>use`. */
function doneBy({ steps }: Scenario, act: Step, name: string): string[] {
  const earlier = steps.slice(0, steps.indexOf(act))
  return Object.entries(act.refs).flatMap(([slot, object]) => {
    const last = earlier.findLast((step) => step.object === object && step.as === name)
    return last === undefined ? [] : [`${slot}>${last.use}`]
  })
}

async function newThing(play: Play, step: Step, answered: Answered): Promise<Thing | undefined> {
  const { use, request, seen, exchange, created } = answered
  if (use.object === undefined) return undefined
  const type = play.lab.charter.objects.get(use.object.type)
  if (type === undefined || created === undefined)
    throw new Unreached(`the answer of \`${use.operation}\` does not say the key of the new ${use.object.type}`)
  const parent = await parentToBe(play, step, use)
  const { id: creator, tenant: creatorTenant } = seen.call.principal
  const self = await enrolled(play, step, exchange)
  const sent = play.sent.at(-1)
  if (self !== undefined && step.makes !== undefined && sent?.exchange === exchange)
    play.sent[play.sent.length - 1] = {
      ...sent,
      captures: [...sent.captures, ...credentialsIn(exchange, self, step.makes)],
    }
  return {
    type,
    key: created,
    path: { ...request.path },
    ...(creator === undefined ? {} : { creator }),
    ...(creatorTenant === undefined ? {} : { creatorTenant }),
    ...(parent === undefined ? {} : { parent }),
    ...(self === undefined ? {} : { self }),
    maker: step.as,
    learnt: membersOf(exchange.response?.json, type, created),
  }
}

/** What an answer says of an object that its call made: what stands around the key; nothing but the key where only that is told. */
function madeIn({ object }: Use, { type, key }: Thing, { response }: Exchange): unknown {
  const json = response?.json
  if (object?.key.from !== 'response' || object.key.in !== 'body') return json
  const { pointer } = object.key
  const above = pointer.slice(0, pointer.length - type.key.length)
  // At the top it may be wrapped, and one of several stands in a list.
  if (above.length === 0 || type.read !== undefined) return json
  const around = getPointer(json, above)
  return textOf(getPointer(around, type.key)) === key ? around : setPointer({}, type.key, key)
}

/** Brings a thing up to date: from the answer when that is the object, else by reading. */
async function refresh(play: Play, thing: Thing, json: unknown, moved: string | undefined): Promise<void> {
  const { type } = thing
  if (type.state === undefined && moved !== undefined) thing.followed = moved
  const complete = textOf(getPointer(json, type.key)) === thing.key && type.read === undefined
  const before = thing.fact?.value
  const whole = isRecord(json) && isRecord(before) ? { ...before, ...json } : json
  // Whoever it was of may no longer see it: the answer tells whose eyes to look with.
  if (thing.fact !== undefined && textOf(getPointer(json, type.key)) === thing.key) {
    const { owner } = readObject(type, whole, knownOf(thing, play.lab.now()))
    if (owner !== undefined) thing.fact = { ...thing.fact, owner }
  }
  const told = complete
    ? await withAbove(play, thing, readObject(type, whole, knownOf(thing, play.lab.now())))
    : undefined
  if (told !== undefined) thing.fact = told
  const sight = told ?? (await readThing(play, thing, undefined))
  thing.fact ??= readObject(type, json ?? {}, knownOf(thing, play.lab.now()))
  // What nobody can look at is where its moves have led.
  if (type.read !== undefined) return remember(play, thing, thing.fact)
  const shown = complete ? readObject(type, json, { now: play.lab.now() }).state : undefined
  if (shown !== undefined) delete thing.followed
  else if (moved !== undefined && (type.list === undefined || sight === undefined)) thing.followed = moved
  remember(play, thing, thing.followed === undefined ? thing.fact : { ...thing.fact, state: thing.followed })
}

function remember(play: Play, thing: Thing, fact: ObjectFact): void {
  thing.fact = fact
  play.lab.latest.set(factId(thing.type.name, thing.key), thing.fact)
}

/** Looks at the object of a step, for a while, until it differs from what was seen before the step. */
export async function awaitMove(play: Play, step: Step, { objects }: Seen): Promise<void> {
  const thing = step.object === undefined ? undefined : await play.thing(step.object)
  const before = JSON.stringify(objects['object']?.value)
  for (const wait of patienceMs) {
    if (thing === undefined || JSON.stringify(thing.fact?.value) !== before) return
    await play.lab.sleep(wait)
    await readThing(play, thing, undefined)
  }
}

/** The key of the object an accepted call says it created. */
export function createdKey(charter: Charter, use: Use, request: CallRequest, exchange: Exchange): string | undefined {
  if (use.object === undefined || exchange.response === undefined || refuses(charter, use, exchange)) return undefined
  const { headers, json } = exchange.response
  const key = evaluateReference(use.object.key, {
    request: { ...request, headers: request.header ?? {} },
    response: { headers, body: json },
  })
  return textOf(key) ?? keyInside(json, charter.objects.get(use.object.type))
}

/** Members of a new object that its maker is told and later reads may not show, such as a code. */
function membersOf(json: unknown, type: ObjectType, key: string): Readonly<Record<string, unknown>> {
  const candidates = [json, ...(isRecord(json) ? Object.values(json) : [])]
  const found = candidates.find((each) => textOf(getPointer(each, type.key)) === key)
  return isRecord(found) ? found : {}
}

/** The key of a new object when the answer wraps it, as `{ data: { id } }`. */
function keyInside(json: unknown, type: ObjectType | undefined): string | undefined {
  if (type === undefined || typeof json !== 'object' || json === null || Array.isArray(json)) return undefined
  for (const value of [json, ...Object.values(json)]) {
    const key = textOf(getPointer(value, type.key))
    if (key !== undefined) return key
  }
  return undefined
}
