/** Looking at the truth: reading objects as somebody who may, and not as the attacker where anyone else can. */
import type { CallRequest, ObjectType, Use } from '../../charter/charter.ts'
import { readObject, representationIn } from '../../charter/object-fact.ts'
import { placeValue } from '../../wire/place.ts'
import { isRecord, toHttp } from '../../wire/to-http.ts'
import type { Sent } from '../finding.ts'
import type { Step, Var } from '../plan/scenario.ts'
import type { Exchange } from '../transport/exchange.ts'
import { factId, inShort, judge, type Lab, refuses, type Signed, seenBy } from './lab.ts'
import type { Play } from './play.ts'
import { makeRequest } from './request.ts'
import { knownOf, type Sight, type Thing } from './thing.ts'

/**
 * Reads an object and keeps what was seen in `thing.fact`.
 *
 * @param attacker - The principal whose own eyes are used only when nobody else may read.
 * @param record - Receives the request for the transcript.
 */
export async function readThing(
  play: Play,
  thing: Thing,
  attacker: string | undefined,
  record?: (sent: Sent) => void,
): Promise<Sight> {
  if (thing.look !== undefined) return thing.look(play, attacker, record)
  const use = readUse(play.lab, thing.type)
  if (use === undefined) return undefined
  for (const reader of await readersOf(play, thing, use, attacker)) {
    const exchange = await readUntilAnswered(play, thing, use, reader)
    const seen = sightOf(play.lab, thing, use, exchange)
    const sight = seen === undefined && (await isMissing(play, thing, use, reader, exchange)) ? goneOf(thing) : seen
    if (sight === undefined) continue
    const as = play.roleOf(reader)
    record?.({ use: use.id, operation: use.operation, as, purpose: 'observe', exchange, captures: [] })
    remember(play.lab, thing, reader.name)
    if (sight !== null) {
      thing.fact = sight
      play.lab.latest.set(factId(thing.type.name, thing.key), sight)
    }
    return sight
  }
  return undefined
}

function readUse(lab: Lab, type: ObjectType): Use | undefined {
  return lab.charter.operations.get(type.read ?? '')?.uses[0]
}

/** Reads once more where the answer says that another time will do; what is answered so again is noted. */
async function readUntilAnswered(play: Play, thing: Thing, use: Use, reader: Signed): Promise<Exchange> {
  const first = await readAs(play, thing, use, reader)
  if (!isBusy(first)) return first
  await play.lab.sleep(busyMs)
  const second = await readAs(play, thing, use, reader)
  if (isBusy(second)) thing.outage = inShort(second)
  return second
}

const busyMs = 10

function isBusy({ response }: Exchange): boolean {
  return response !== undefined && [429, 502, 503, 504].includes(response.status)
}

async function readAs(play: Play, thing: Thing, use: Use, reader: Signed): Promise<Exchange> {
  let request: CallRequest = makeRequest(play.lab.charter, use, play.lab.supply)
  request = { ...request, path: { ...request.path, ...thing.path } }
  if (use.object !== undefined) request = placeValue(request, use.object.key, thing.key)
  const http = toHttp(play.lab.charter, use, request, play.serverOf(use))
  return reader.send(http)
}

/** The object as one person is shown it, by its own operation; undefined where they are not. */
export async function readBy(play: Play, thing: Thing, role: string): Promise<unknown> {
  const use = readUse(play.lab, thing.type)
  const reader = await play.person(role)
  if (use === undefined || reader === undefined) return undefined
  const exchange = await readAs(play, thing, use, reader)
  return refuses(play.lab.charter, use, exchange) ? undefined : exchange.response?.json
}

function sightOf(lab: Lab, thing: Thing, use: Use, exchange: Exchange): Sight {
  const { response } = exchange
  if (response === undefined) return undefined
  if (response.status === 404 || response.status === 410) return thing.fact === undefined ? undefined : goneOf(thing)
  if (refuses(lab.charter, use, exchange)) return undefined
  const value = representationIn(thing.type, response.json, thing.key)
  return value === undefined
    ? undefined
    : readObject(thing.type, isRecord(value) ? { ...thing.learnt, ...value } : value, knownOf(thing, lab.now()))
}

/**
 * Whether a refusal means that there is no such object, for APIs that do not say 404: whoever could read it before is answered as
 * for a key that nothing ever had.
 */
async function isMissing(play: Play, thing: Thing, use: Use, reader: Signed, exchange: Exchange): Promise<boolean> {
  const { response } = exchange
  const readBefore = thing.fact !== undefined && play.lab.readers.get(memoryOf(thing)) === reader.name
  if (thing.type.gone === undefined || !readBefore) return false
  if (response === undefined || (response.status !== 400 && response.status !== 403)) return false
  const nobodys = { ...thing, key: unheardOf(thing.key) }
  const shape = (text: string, key: string): string => text.replaceAll(key, '')
  const other = (await readAs(play, nobodys, use, reader)).response
  return other?.status === response.status && shape(other.body, nobodys.key) === shape(response.body, thing.key)
}

/** A key of the same shape that nothing has. */
export function unheardOf(key: string): string {
  if (/^\d+$/.test(key)) return `9${key.padStart(8, '0')}`
  const turn = (each: string): string => (/[0-8a-eA-E]/.test(each) ? String.fromCharCode(each.charCodeAt(0) + 1) : '0')
  return key.slice(0, -6) + key.slice(-6).replace(/[0-9a-zA-Z]/g, turn)
}

function goneOf(thing: Thing): Sight {
  const { type, fact } = thing
  return type.gone === undefined || fact === undefined ? null : { ...fact, state: type.gone, value: { gone: true } }
}

/** Who may read it, the best witness first: the observer of the identities file, then anybody but the attacker, then the attacker. */
async function readersOf(play: Play, thing: Thing, use: Use, attacker: string | undefined): Promise<Signed[]> {
  const { lab } = play
  // What everybody has but one of is shown to nobody else.
  if (thing.self !== undefined) return [thing.self]
  const owner = Object.entries(play.scenario.vars).find(([name]) => play.things.get(name) === thing)?.[1].owner
  const names = [
    lab.observer,
    lab.readers.get(memoryOf(thing)),
    owner,
    thing.maker,
    ...lab.stage.members.map((member) => member.name),
  ]
  const able: Signed[] = []
  const selves: Signed[] = []
  for (const name of new Set(names)) {
    if (name === undefined || able.length >= 3) continue
    const signed = play.peek(name) ?? (await lab.signIn(name))
    if (signed === undefined || !mayRead(lab, thing, use, signed)) continue
    if (attacker !== undefined && signed.principal.id === attacker) selves.push(signed)
    else able.push(signed)
  }
  return [...able, ...selves]
}

function mayRead(lab: Lab, thing: Thing, use: Use, reader: Signed): boolean {
  if (thing.fact === undefined) return true
  const request: CallRequest =
    use.object === undefined ? {} : placeValue({ path: thing.path }, use.object.key, thing.key)
  const seen = seenBy(lab, use, reader.principal, request, { object: thing.fact })
  return judge(lab, use, seen).every((reason) => reason.kind !== 'by' && reason.kind !== 'separation')
}

function memoryOf(thing: Thing): string {
  return `${thing.type.name}/${thing.maker ?? ''}`
}

function remember(lab: Lab, thing: Thing, reader: string): void {
  lab.readers.set(memoryOf(thing), reader)
}

/** What an observer sees of everything in the play, by variable. */
export async function look(
  play: Play,
  attacker: string | undefined,
  record?: (sent: Sent) => void,
): Promise<Map<Var, Sight>> {
  const sights = new Map<Var, Sight>()
  for (const [name, thing] of play.things) sights.set(name, await readThing(play, thing, attacker, record))
  return sights
}

/** Whether an object a use says it created can be read. */
export async function existsAs(
  play: Play,
  step: Step,
  use: Use,
  key: string,
  attacker: string | undefined,
): Promise<boolean> {
  const type = play.lab.charter.objects.get(use.object?.type ?? '')
  if (type === undefined) return false
  if (type.read === undefined) return true
  const known = step.makes === undefined ? undefined : play.things.get(step.makes)
  const thing: Thing = {
    type,
    key,
    path: known?.path ?? {},
    maker: step.as,
    ...(known?.parent === undefined ? {} : { parent: known.parent }),
  }
  const sight = await readThing(play, thing, attacker)
  return sight !== undefined && sight !== null
}
