/** Tactics that look: fields somebody may not read, lists that hold too much, keys that can be guessed. */
import type { Constraint, ObjectFact, ObjectType, Principal, Use } from '../../../charter/charter.ts'
import { readObject, textOf } from '../../../charter/object-fact.ts'
import { getPointer, printPointer } from '../../../charter/pointer.ts'
import { entitledTo } from '../../../constraint/choice.ts'
import { entropyBits } from '../../../constraint/entropy.ts'
import { boundToTenant } from '../../plan/cast.ts'
import { useById } from '../../plan/graph.ts'
import type { AbuseCase, Step } from '../../plan/scenario.ts'
import type { Exchange } from '../../transport/exchange.ts'
import { inShort, judge, type Lab, refuses, seenBy } from '../lab.ts'
import { itemsIn, whereIn } from '../look/listing.ts'
import { readThing } from '../look/observe.ts'
import { Play } from '../scene/play.ts'
import { knownOf, type Thing } from '../scene/thing.ts'
import { setScene, type Trial } from '../trial.ts'
import { Unreached, Unseen } from '../unreached.ts'

function constraintOf<K extends Constraint['kind']>(
  lab: Lab,
  abuse: AbuseCase,
  kind: K,
): Extract<Constraint, { kind: K }> {
  const found = useById(lab.charter, abuse.use)?.constraints.find(
    (each): each is Extract<Constraint, { kind: K }> => each.id === abuse.constraint && each.kind === kind,
  )
  if (found === undefined) throw new TypeError(`no constraint ${abuse.constraint}`)
  return found
}

/** Reads as somebody who may read the object but not the field. */
export async function readFieldTrial(lab: Lab, abuse: AbuseCase, skip?: ReadonlySet<number>): Promise<Trial> {
  const constraint = constraintOf(lab, abuse, 'seen-by')
  const { play, step, state } = await setScene(lab, abuse.abuse, skip)
  const made = await play.make(step, { purpose: 'abuse' })
  const type = lab.charter.objects.get(constraint.object)
  const base = { why: inShort(made.exchange), changes: [], sent: play.sent, state }
  if (!made.accepted || type === undefined) throw new Unreached(`reading was refused: ${base.why}`)
  const lists = lab.charter.operations.get(play.use(step).operation)?.lists
  const items = lists?.object === type.name ? lists.items : type.readAt
  const answer = made.exchange.response?.json
  const values = [answer, getPointer(answer, type.readAt), ...itemsIn(answer, items, type)]
  const principal = await play.principal(step.as)
  let shown = 0
  for (const value of values)
    if (isShown(value, constraint.field.at) && (await isHidden(play, constraint, value, principal))) shown++
  const place = `/${constraint.field.at.join('/')}`
  const disclosed = shown === 0 ? [] : [place]
  const empty = values.some((value) => ['', null].some((nothing) => getPointer(value, constraint.field.at) === nothing))
  const isUnfilled = shown === 0 && !(await isFilled(play, step, constraint.field.at))
  if (isUnfilled && empty) throw new Unseen(`\`${place}\` is in the answer, but empty: there was nothing to disclose`)
  return { ...base, effect: disclosed.length > 0, disclosed, ...(isUnfilled ? { unfilled: true } : {}) }
}

function isShown(value: unknown, at: readonly string[]): boolean {
  const found = getPointer(value, at)
  return found !== undefined && found !== null && found !== '' && !/^\*+$/.test(String(found))
}

/** Whether somebody entitled sees a value there; true as well where nobody can tell. */
async function isFilled(play: Play, step: Step, at: readonly string[]): Promise<boolean> {
  const thing = play.things.get(step.object ?? '')
  const sight = thing === undefined ? undefined : await readThing(play, thing, (await play.principal(step.as)).id)
  return sight === undefined || sight === null || isShown(sight.value, at)
}

/** Whether a principal certainly may not see the field of what was shown; where the answer does not tell, the truth is read. */
async function isHidden(
  play: Play,
  { object, choices }: Extract<Constraint, { kind: 'seen-by' }>,
  value: unknown,
  principal: Principal,
): Promise<boolean> {
  const type = play.lab.charter.objects.get(object)
  if (type === undefined) return false
  const fact = readItem(play, type, value)
  const verdict = entitledTo(play.lab.charter, choices, { principal, fact })
  if (verdict !== 'unknown') return verdict === 'no'
  const known = [...play.things.values()].find((each) => each.type === type && each.key === fact.key)
  const truth = await readThing(play, known ?? { type, key: fact.key, path: {} }, principal.id)
  if (truth === undefined || truth === null) return false
  return entitledTo(play.lab.charter, choices, { principal, fact: { ...truth, ...fact } }) === 'no'
}

/** Lists as somebody who may list, and looks for items that one may not read. */
export async function listTrial(lab: Lab, abuse: AbuseCase): Promise<Trial> {
  const constraint = constraintOf(lab, abuse, 'items')
  const type = lab.charter.objects.get(constraint.object)
  // A type that cannot be read one by one is seen by whoever may list it, within the tenant.
  const readUse = lab.charter.operations.get(type?.read ?? '')?.uses[0] ?? useById(lab.charter, abuse.use)
  if (type === undefined || readUse === undefined) throw new Unreached(`there is no object ${constraint.object}`)
  const { play, step, state, attacker } = await setScene(lab, abuse.abuse)
  const { best } = await play.prepare(step, {})
  const use = play.use(step)
  let answered = 0
  let listed = 0
  for (const query of [{}, ...(await foreignFilters(play, step, type))]) {
    const request = { ...best.request, query: { ...best.request.query, ...query } }
    const exchange = await play.exchange(step, use, request)
    if (refuses(lab.charter, use, exchange)) continue
    answered++
    listed += itemsIn(exchange.response?.json, constraint.items, type).length
    const foreign = await foreignItems(play, { step, readUse, type, constraint, attacker }, exchange)
    const why =
      foreign.length === 0 ? `every listed ${type.name} may be read` : `${foreign.length} listed that may not be read`
    const disclosed = foreign
      .slice(0, 3)
      .map(({ value }) => whereIn(exchange.response?.json, constraint.items, value) + printPointer(type.key))
    if (foreign.length === 0) continue
    play.sent.push({ use: use.id, operation: use.operation, as: step.as, purpose: 'abuse', exchange, captures: [] })
    return { effect: true, why, changes: [], disclosed, sent: play.sent, state }
  }
  if (answered === 0) throw new Unreached('listing was refused')
  const isMade = type.transitions.some((each) => each.creates)
  if (listed === 0 && !isMade && abuse.tactic.kind === 'list' && abuse.tactic.of === undefined)
    throw new Unreached(`there was no ${type.name} to be listed, and nothing was found that brings one about`)
  return {
    effect: false,
    why: `every listed ${type.name} may be read`,
    changes: [],
    disclosed: [],
    sent: play.sent,
    state,
  }
}

interface Listing {
  readonly step: Step
  readonly readUse: Use
  readonly type: ObjectType
  readonly constraint: Extract<Constraint, { kind: 'items' }>
  readonly attacker: string | undefined
}

async function foreignItems(play: Play, listing: Listing, exchange: Exchange): Promise<ObjectFact[]> {
  const { lab } = play
  const { readUse, type, constraint, attacker, step } = listing
  const principal = await play.principal(step.as)
  const foreign: ObjectFact[] = []
  for (const value of itemsIn(exchange.response?.json, constraint.items, type).slice(0, 100)) {
    const fact = readItem(play, type, value)
    if (constraint.choices !== undefined) {
      if (entitledTo(lab.charter, constraint.choices, { principal, fact }) === 'no') foreign.push(fact)
      continue
    }
    if (type.read === undefined) {
      if (outsideTenant(lab, principal, fact)) foreign.push(fact)
      continue
    }
    const uses = lab.charter.operations.get(readUse.operation)?.uses ?? [readUse]
    const verdicts = uses.map((use) =>
      judge(lab, use, seenBy(lab, use, principal, {}, { object: fact })).filter(
        (reason) => reason.kind === 'by' && reason.constraint === `${use.id}.by`,
      ),
    )
    if (verdicts.some((reasons) => reasons.length === 0)) continue
    const certain = verdicts.every((reasons) => reasons.some((reason) => reason.outcome === 'broken'))
    if (certain || (await isForeign(play, fact.key, readUse.id, attacker))) foreign.push(fact)
  }
  return foreign
}

/** What is listed; of what the play has made, who made it and to what it belongs is known as well. */
function readItem(play: Play, type: ObjectType, value: unknown): ObjectFact {
  const now = play.lab.now()
  const key = textOf(getPointer(value, type.key))
  const thing = [...play.things.values()].find((each) => each.type === type && each.key === key)
  return readObject(type, value, thing === undefined ? { now } : knownOf(thing, now))
}

/** What cannot be read one by one is only known to be foreign by its tenant. */
function outsideTenant(lab: Lab, principal: Principal, fact: ObjectFact): boolean {
  const actors = [...lab.charter.actors.values()].filter((actor) => principal.actors?.includes(actor.name))
  const bound = actors.length > 0 && actors.every(boundToTenant)
  return bound && fact.tenant !== undefined && principal.tenant !== undefined && fact.tenant !== principal.tenant
}

/** Filters that ask for what belongs to others: optional query parameters that name an owner or a tenant. */
async function foreignFilters(play: Play, step: Step, type: ObjectType): Promise<Record<string, unknown>[]> {
  const shape = play.lab.charter.operations.get(play.use(step).operation)?.shape
  const others = play.lab.stage.members.filter((member) => member.name !== step.as && !member.pool)
  const named = (place: ObjectType['owner']) => (Array.isArray(place) ? place.at(-1)?.toLowerCase() : undefined)
  const filters: Record<string, unknown>[] = []
  for (const parameter of shape?.parameters ?? []) {
    if (parameter.in !== 'query') continue
    const name = parameter.name.toLowerCase()
    if (name === named(type.owner) || /owner|user|customer|member|principal/.test(name)) {
      for (const other of others.slice(0, 3)) filters.push({ [parameter.name]: other.principal.id })
    }
    if (name === named(type.tenant) || /tenant|org|shop|brand/.test(name)) {
      for (const tenant of new Set(others.map((other) => other.principal.tenant)))
        if (tenant !== undefined) filters.push({ [parameter.name]: tenant })
    }
  }
  return filters
}

/** A list item that does not say whose it is: the truth is read by somebody who may. */
async function isForeign(play: Play, key: string, use: string, attacker: string | undefined): Promise<boolean> {
  const readUse = useById(play.lab.charter, use)
  const type = play.lab.charter.objects.get(readUse?.object?.type ?? '')
  if (type === undefined || readUse === undefined) return false
  const thing: Thing = { type, key, path: {} }
  const fact = await readThing(play, thing, attacker)
  if (fact === undefined || fact === null) return false
  const known = play.lab.stage.members.find((member) => member.principal.id === attacker)?.principal
  const principal = known ?? (attacker === undefined ? {} : { id: attacker })
  const seen = seenBy(play.lab, readUse, principal, {}, { object: fact })
  return judge(play.lab, readUse, seen).some((reason) => reason.kind === 'by' && reason.outcome === 'broken')
}

/** Makes a few objects and estimates how hard their keys are to guess. */
export async function guessTrial(lab: Lab, abuse: AbuseCase): Promise<Trial> {
  const use = useById(lab.charter, abuse.use)
  const bits = lab.charter.objects.get(use?.object?.type ?? '')?.capabilityBits ?? 0
  const keys: string[] = []
  const sent = []
  for (let made = 0; made < 4; made++) {
    const play = new Play(lab, abuse.abuse)
    const step = await play.setUp()
    const { created, exchange } = await play.make(step, { purpose: 'abuse' })
    const key = created ?? textOf(exchange.response?.json)
    if (key === undefined) throw new Unreached(`no key in the answer: ${inShort(exchange)}`)
    keys.push(key)
    if (made < 3) sent.push(...play.sent.filter((each) => each.purpose === 'abuse' || made === 0))
  }
  const found = entropyBits(keys)
  const why = `keys such as ${keys.slice(0, 2).join(', ')} have about ${Math.floor(found)} bits, ${bits} are demanded`
  return { effect: found < bits, why, changes: [], disclosed: found < bits ? keys.slice(0, 3) : [], sent, state: '-' }
}
