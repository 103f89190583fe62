/** Looking at the truth: reading objects as somebody who may, and not as the attacker where anyone else can. */
import type { CallRequest, ObjectFact, ObjectType, Slot, Use } from '../../../charter/charter.ts'
import { readObject, representationIn, textOf } from '../../../charter/object-fact.ts'
import { getPointer, setPointer } from '../../../charter/pointer.ts'
import type { Truth } from '../../../constraint/choice.ts'
import { placeValue } from '../../../wire/place.ts'
import { isRecord, toHttp } from '../../../wire/to-http.ts'
import type { Sent } from '../../finding.ts'
import { placeKey } from '../../plan/argument.ts'
import type { Step, Var } from '../../plan/scenario.ts'
import type { Exchange } from '../../transport/exchange.ts'
import { factId, inShort, judge, type Lab, refuses, type Signed, seenBy } from '../lab.ts'
import type { Play } from '../scene/play.ts'
import { makeRequest } from '../scene/request.ts'
import { knownOf, type Sight, type Thing } from '../scene/thing.ts'
import { bestEyes } from './eyes.ts'
import { itemsIn, listedIn, listUse, nestingOf, sendList } from './listing.ts'

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
  return readAt(play, thing, attacker, { height: 0, record })
}

/** @param height - How many objects below it this one is looked at for. */
async function readAt(
  play: Play,
  thing: Thing,
  attacker: string | undefined,
  { height, record }: { readonly height: number; readonly record?: ((sent: Sent) => void) | undefined },
): Promise<Sight> {
  if (thing.look !== undefined) return thing.look(play, attacker, record)
  const use = lookUse(play, thing)
  if (use === undefined) return undefined
  let gone: (() => Sight) | undefined
  for (const reader of await readersOf(play, thing, use, attacker)) {
    const exchange = await readUntilAnswered(play, thing, use, reader)
    const seen = isList(thing, use)
      ? listSight(play, thing, use, { reader, exchange })
      : sightOf(play.lab, thing, use, exchange)
    const sight = seen === undefined && (await isMissing(play, thing, use, reader, exchange)) ? goneOf(thing) : seen
    if (sight === undefined) continue
    const as = play.roleOf(reader)
    const note = () =>
      record?.({ use: use.id, operation: use.operation, as, purpose: 'observe', exchange, captures: [] })
    // Whoever has never seen one may be somebody to whom it is not shown, as people of another tenant.
    if (sight === null && play.lab.readers.get(memoryOf(thing)) !== reader.name) {
      gone ??= () => {
        note()
        return sight
      }
      continue
    }
    note()
    remember(play.lab, thing, reader.name)
    if (sight === null) return sight
    thing.fact = sight
    thing.fact = await withAbove(play, thing, sight, height)
    play.lab.latest.set(factId(thing.type.name, thing.key), thing.fact)
    return thing.fact
  }
  return gone?.()
}

/**
 * An object with the owner and tenant that only what is above it tells, as far up as that takes. What nobody can look at is of the
 * tenant of the member whose id its key is.
 */
export async function withAbove(play: Play, thing: Thing, fact: ObjectFact, height = 0): Promise<ObjectFact> {
  const { type } = thing
  const isOpen = (['owner', 'tenant'] as const).some((each) => type[each] === 'parent' && fact[each] === undefined)
  const key = type.parent === undefined ? undefined : textOf(getPointer(fact.value, type.parent.key))
  const above = play.lab.charter.objects.get(type.parent?.object ?? '')
  if (!isOpen || key === undefined || above === undefined || height >= highest) return fact
  const maker = play.lab.stage.members.find(({ principal }) => principal.id === key)?.name
  const known = [...play.things.values()].find((each) => each.type === above && each.key === key)
  const named = thing.parent?.key === key ? thing.parent : undefined
  const parent: Thing = known ?? named ?? { type: above, key, path: {}, ...(maker === undefined ? {} : { maker }) }
  if (parent.fact === undefined) await readAt(play, parent, undefined, { height: height + 1 })
  else parent.fact = await withAbove(play, parent, parent.fact, height + 1)
  if (parent.fact === undefined && maker !== undefined)
    parent.fact = readObject(above, unseen(play.lab, above, key), knownOf(parent, play.lab.now()))
  if (parent.fact === undefined) return fact
  thing.parent = parent
  return readObject(type, fact.value, knownOf(thing, play.lab.now()))
}

const highest = 4

/** All that is known of what nobody can look at: its key, and the tenant of somebody whose id that is. */
export function unseen({ stage }: Lab, type: ObjectType, key: string): unknown {
  const value = setPointer({}, type.key, key)
  const { tenant } = stage.members.find(({ principal }) => principal.id === key)?.principal ?? {}
  return tenant === undefined || !Array.isArray(type.tenant) ? value : setPointer(value, type.tenant, tenant)
}

function readUse(lab: Lab, type: ObjectType): Use | undefined {
  return lab.charter.operations.get(type.read ?? '')?.uses[0]
}

/** The operation that shows an object: its `read`, else its `list`, where it is known what that hangs under. */
function lookUse(play: Play, thing: Thing): Use | undefined {
  const read = readUse(play.lab, thing.type)
  if (read !== undefined) return read
  const list = listUse(play.lab.charter, thing.type)
  return list === undefined || nestingOf(play, list, thing) === undefined ? undefined : list
}

/** Whether an operation shows an object only among others. */
function isList({ type }: Thing, use: Use): boolean {
  return type.read === undefined && type.list === use.operation
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
  if (isList(thing, use)) {
    const nesting = nestingOf(play, use, thing)
    return sendList(play, use, reader, nesting === 'nothing' ? undefined : nesting)
  }
  let request: CallRequest = makeRequest(play.lab.charter, use, play.lab.supply)
  request = { ...request, path: { ...request.path, ...thing.path } }
  if (use.object !== undefined)
    request = placeKey({ charter: play.lab.charter, use }, request, use.object.key, thing.key)
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
 * A list that does not show an object does not tell that it is not there, unless the charter says that such objects go, and it was one
 * of more for the same reader before.
 */
function listSight(
  play: Play,
  thing: Thing,
  use: Use,
  { reader, exchange }: { readonly reader: Signed; readonly exchange: Exchange },
): Sight {
  if (refuses(play.lab.charter, use, exchange)) return undefined
  const json = exchange.response?.json
  const fact = listedIn(play, thing, use, json)
  const among = itemsIn(json, play.lab.charter.operations.get(use.operation)?.lists?.items ?? [], thing.type).length
  if (fact !== undefined) thing.listed = { to: reader.name, among }
  else if (thing.type.gone !== undefined && thing.listed?.to === reader.name && among < thing.listed.among)
    return goneOf(thing)
  return fact
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

/**
 * A key of the same form that is most likely nothing's: what was counted is far beyond (`s-12`, `s-900000012`), though as long where it
 * began with noughts; else its last signs are others of their kind. The same key where it has no such signs.
 */
export function unheardOf(key: string): string {
  const [, head = '', number = ''] = /^(|.*[^0-9A-Za-z]|[A-Za-z]+)(\d{1,8})$/.exec(key) ?? []
  if (number.length > 3 && number.startsWith('0')) return `${head}9${number.slice(1)}`
  if (number !== '') return `${head}9${number.padStart(8, '0')}`
  return key.replace(/[0-9A-Za-z]{1,6}(?=[^0-9A-Za-z]*$|@)/, (signs) => signs.replaceAll(/./g, turned))
}

/** Another sign of the same kind, which hexadecimal digits and alphabets without look-alikes have as well. */
function turned(sign: string): string {
  if (/[0-8a-eA-E]/.test(sign)) return String.fromCharCode(sign.charCodeAt(0) + 1)
  return { 9: '1', f: 'a', F: 'A', x: 'y', X: 'Y' }[sign] ?? (/[a-z]/.test(sign) ? 'x' : 'X')
}

function goneOf(thing: Thing): Sight {
  const { type, fact } = thing
  return type.gone === undefined || fact === undefined ? null : { ...fact, state: type.gone, value: { gone: true } }
}

/**
 * Who may read it, the best witness first: the observer of the identities file, then whoever sees most, then anybody but the attacker,
 * then the attacker; unless nobody else sees as much.
 */
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
    lab.stage.members.find(({ principal }) => principal.id !== undefined && principal.id === thing.fact?.owner)?.name,
    ...lab.stage.members.map((member) => member.name),
  ].filter((name) => name !== undefined)
  const eyes = bestEyes(lab, thing, use, names)
  const idOf = (name: string) => lab.stage.members.find((member) => member.name === name)?.principal.id
  // Whoever asks for what is found by who asks is shown their own.
  const themselves = use.object?.key.from === 'principal' ? names.find((name) => idOf(name) === thing.key) : undefined
  if (themselves !== undefined) return [play.peek(themselves) ?? (await lab.signIn(themselves))]
  const seesAlone = eyes.length > 0 && eyes.every((name) => attacker !== undefined && idOf(name) === attacker)
  const able: Signed[] = []
  const perhaps: Signed[] = []
  const selves: Signed[] = []
  const most = mostReaders + eyes.length
  for (const name of new Set([...(lab.observer === undefined ? [] : [lab.observer]), ...eyes, ...names])) {
    if (able.length >= most) continue
    const signed = play.peek(name) ?? (await lab.signIn(name))
    const may = isList(thing, use) ? 'yes' : mayRead(lab, thing, use, signed)
    if (may === 'no') continue
    if (attacker !== undefined && signed.principal.id === attacker && !seesAlone) selves.push(signed)
    else if (may === 'yes') able.push(signed)
    else perhaps.push(signed)
  }
  return [...able, ...perhaps.slice(0, most - able.length), ...selves]
}

const mostReaders = 3

function mayRead(lab: Lab, thing: Thing, use: Use, reader: Signed): Truth {
  if (thing.fact === undefined) return 'yes'
  const request: CallRequest =
    use.object === undefined ? {} : placeValue({ path: thing.path }, use.object.key, thing.key)
  const seen = seenBy(lab, use, reader.principal, request, { ...pointedAt(lab, thing.fact, use), object: thing.fact })
  const against = judge(lab, use, seen).filter(({ kind }) => kind === 'by' || kind === 'separation')
  // Who may read it is not always known: then the API is asked.
  return against.length === 0 ? 'yes' : against.every(({ outcome }) => outcome === 'unknown') ? 'unknown' : 'no'
}

/** What an object points to by the references of a use, as last seen. */
function pointedAt(lab: Lab, fact: ObjectFact, use: Use): Record<Slot, ObjectFact> {
  const found = use.refs.map((ref) => {
    const key = ref.key.from === 'object' ? textOf(getPointer(fact.value, ref.key.pointer)) : undefined
    return [ref.slot, key === undefined ? undefined : lab.latest.get(factId(ref.object, key))] as const
  })
  return Object.fromEntries(found.flatMap(([slot, seen]) => (seen === undefined ? [] : [[slot, seen] as const])))
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
