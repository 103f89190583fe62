/** Objects that a call makes beside the one it acts on: those of other types that its answer names. */
import { bare } from '../../../charter/bare.ts'
import type { CallRequest, Charter, ObjectType, Use } from '../../../charter/charter.ts'
import { textOf } from '../../../charter/object-fact.ts'
import { isRecord } from '../../../wire/to-http.ts'
import type { Change } from '../../oracle/change.ts'
import { leaves } from '../../oracle/effect.ts'
import type { Step } from '../../plan/scenario.ts'
import type { Exchange } from '../../transport/exchange.ts'
import { refuses } from '../lab.ts'
import { withFreshKeys } from '../scene/idempotency-key.ts'
import { createdKey } from '../scene/learn.ts'
import type { Play } from '../scene/play.ts'
import type { Thing } from '../scene/thing.ts'
import type { Control, Scene } from '../trial.ts'
import { readThing } from './observe.ts'

/** An object that an answer names. */
export interface Named {
  readonly type: ObjectType
  readonly key: string
}

/** A call as it was answered. */
export interface Answer {
  readonly request: CallRequest
  readonly exchange: Exchange
}

/**
 * What an accepted call's answer names that its request did not: what other uses of the operation create, and members named like the
 * key of a type, as `memberId`. Whether any of it is new is for the caller to find out.
 */
export function namedBeside(charter: Charter, use: Use, { request, exchange }: Answer): Named[] {
  if (refuses(charter, use, exchange)) return []
  const others = charter.operations.get(use.operation)?.uses.filter((each) => each.creates && each.id !== use.id) ?? []
  const made = others.map((each) => ({ type: each.object?.type, key: createdKey(charter, each, request, exchange) }))
  const json = exchange.response?.json
  const members = [json, ...(isRecord(json) ? Object.values(json) : [])].filter(isRecord).flatMap(Object.entries)
  const linked = [...charter.objects.values()].flatMap((type) =>
    members.flatMap(([name, value]) =>
      bare(name) === `${bare(type.name)}id` ? [{ type: type.name, key: textOf(value) }] : [],
    ),
  )
  const known = new Set([...leaves(request).values()].map(String))
  const found = [...made, ...linked].flatMap(({ type, key }): Named[] => {
    const object = charter.objects.get(type ?? '')
    const usable = object?.read !== undefined && object.name !== use.object?.type
    return usable && key !== undefined && !known.has(key) ? [{ type: object, key }] : []
  })
  return [...new Map(found.map((each) => [`${each.type.name}/${each.key}`, each])).values()]
}

/** What was known before a call, so that naming it is no sign of anything new. */
export interface Told {
  /** What earlier answers of the same operation named, by `idOf`. */
  readonly ids: ReadonlySet<string>
  /** Whatever the objects on stage, and whoever calls, hold: keys among it are of what exists. */
  readonly values: ReadonlySet<string>
}

/** What is known before a step is made. */
export function toldBefore(play: Play, step: Step): Told {
  const { charter } = play.lab
  const use = play.use(step)
  const answers = play.sent.filter((sent) => sent.operation === use.operation && sent.purpose !== 'observe')
  const held = [...play.things.values()].flatMap(({ key, fact }) => [key, ...leaves(fact?.value).values()])
  const own = Object.values(play.peek(step.as)?.principal ?? {})
  return {
    ids: new Set(answers.flatMap(({ exchange }) => namedBeside(charter, use, { request: {}, exchange })).map(idOf)),
    values: new Set([...held, ...own].map(String)),
  }
}

/** Those that nobody on stage knew before and that can be read, with their states. */
export async function newBeside(
  scene: Pick<Scene, 'play' | 'step' | 'attacker'>,
  answer: Answer,
  told: Told,
): Promise<Thing[]> {
  const { play, step, attacker } = scene
  const found: Thing[] = []
  for (const named of namedBeside(play.lab.charter, play.use(step), answer)) {
    if (told.ids.has(idOf(named)) || told.values.has(named.key)) continue
    const thing: Thing = { ...named, path: {}, maker: step.as }
    const sight = await readThing(play, thing, attacker, (sent) => play.sent.push(sent))
    if (sight !== undefined && sight !== null) found.push({ ...thing, fact: sight })
  }
  return found
}

/**
 * What an accepted call made once more although its object shows nothing: of a type, and in the state, that the rightful call makes.
 *
 * What is but handed out again, as the receipt of a payment, has the same key each time: where no earlier answer tells, one call
 * more does.
 */
export async function madeAgain(scene: Scene, control: Control, answer: Answer, told: Told): Promise<Change[]> {
  if (control.beside.size === 0) return []
  const { play, step } = scene
  const use = play.use(step)
  const alike = ({ type, fact }: Thing) =>
    control.beside.has(type.name) && control.beside.get(type.name) === fact?.state
  const first = (await newBeside(scene, answer, told)).filter(alike)
  const unsure = first.some(({ type }) => ![...told.ids].some((id) => id.startsWith(`${type.name}/`)))
  if (!unsure) return first.map(changeOf)
  const request = withFreshKeys(play.lab.charter, use, answer.request, play.lab.supply)
  const exchange = await play.exchange(step, use, request)
  // What hands out what is there does so each time: refused now, the call before it has changed something.
  if (first.length > 0 && [403, 409, 422].includes(exchange.response?.status ?? 0)) return first.map(changeOf)
  const second = (
    await newBeside(scene, { request, exchange }, { ...told, ids: new Set([...told.ids, ...first.map(idOf)]) })
  ).filter(alike)
  return first.filter(({ type }) => second.some((each) => each.type === type)).map(changeOf)
}

/** What shows that there is one more. */
export function changeOf({ type }: Thing): Change {
  return { label: `new ${type.name}`, pointer: 'exists', before: false, after: true }
}

/** What an object is told from others by. */
function idOf({ type, key }: Named): string {
  return `${type.name}/${key}`
}
