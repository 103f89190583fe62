import type { ApiDescription, OperationShape } from '../charter/source/description.ts'
import { type Said, saidValue, seen } from './claim.ts'
import { type Answer, type Evidence, isGranted, isRefused, type Person } from './evidence.ts'
import type { Membership } from './member.ts'
import type { Resource } from './resource.ts'
import type { Scene, Thing } from './scene.ts'
import { type Sighting, sightingsOf } from './sighting.ts'

/** Corrects the members that say whose a thing is by what people were shown. */
export function observeMembership(
  description: ApiDescription,
  evidence: Evidence | undefined,
  at: { resource: Resource; membership: Membership },
): Membership {
  if (evidence === undefined) return at.membership
  const { resource, membership } = at
  const sightings = sightingsOf(description, evidence, { resource, key: saidValue(membership.key) })
  const owner = memberHolding(sightings, evidence.people, (person) => person.id)
  const tenant = memberHolding(sightings, evidence.people, (person) => person.tenant)
  const { state } = membership
  const shown =
    state === undefined ? [] : [...new Set(sightings.map(({ value }) => value[state.member]))].filter(isScalar)
  const added = state === undefined ? [] : shown.filter((value) => !state.values.includes(value))
  return {
    ...membership,
    ...(owner === undefined ? {} : { owner: owner }),
    ...(tenant === undefined || tenantIsOwner(owner, tenant) ? {} : { tenant }),
    ...(state === undefined || added.length === 0
      ? {}
      : {
          state: {
            ...state,
            values: [...state.values, ...added],
            said: seen(`/${state.member}`, `${added.join(', ')} in answers`),
          },
        }),
  }
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

function tenantIsOwner(owner: Said<string> | undefined, tenant: Said<string>): boolean {
  return owner !== undefined && saidValue(owner) === saidValue(tenant)
}

/** A member in which some people always find their own id (or tenant) and nothing else, while others exist. */
function memberHolding(
  sightings: readonly Sighting[],
  people: readonly Person[],
  own: (person: Person) => string | undefined,
): Said<string> | undefined {
  const members = new Set(sightings.flatMap(({ value }) => Object.keys(value)))
  const ids = new Set(people.flatMap((person) => own(person) ?? []))
  if (ids.size < 2) return undefined
  let best: { member: string; names: string[] } | undefined
  for (const member of members) {
    const names = people.filter((person) => {
      const id = own(person)
      const theirs = sightings.filter(({ as }) => as === person.name)
      return id !== undefined && theirs.length > 0 && theirs.every(({ value }) => String(value[member]) === id)
    })
    if (names.length > (best?.names.length ?? 0)) best = { member, names: names.map(({ name }) => name) }
  }
  if (best === undefined) return undefined
  const verb = best.names.length === 1 ? 'sees' : 'see'
  return seen(`/${best.member}`, `${joined(best.names)} ${verb} only what has their own there`)
}

/** Who was answered when they read or listed; undefined when nobody asked. People of actors nobody signed in as are not known. */
export function whoWasGranted(
  scene: Scene,
  question: { shape: OperationShape; thing: Thing | undefined },
): Said<readonly string[]> | undefined {
  const { shape, thing } = question
  const answers = (scene.evidence?.answers ?? []).filter(({ operation }) => operation === shape.id)
  const granted = answers.filter(isGranted)
  if (granted.length === 0) return undefined
  const open = granted.some(({ as }) => as === undefined)
  if (open) return seen(['anyone'], 'answered without credentials')
  const people = scene.evidence?.people ?? []
  const owners = thing === undefined ? new Set<string>() : ownersAmong(scene, thing, granted)
  const actors = people
    .filter(({ name }) => granted.some(({ as }) => as === name) && !owners.has(name))
    .flatMap((person) => person.actors)
  const everyone = thing === undefined && people.every(({ name }) => granted.some(({ as }) => as === name))
  const by = everyone ? ['signed-in'] : [...new Set([...(owners.size > 0 ? ['owner'] : []), ...actors])]
  const refused = people.filter(
    ({ name }) =>
      answers.some((answer) => answer.as === name && isRefused(answer)) && !granted.some(({ as }) => as === name),
  )
  return seen(
    by.length === 0 ? ['signed-in'] : by,
    saying(
      owners,
      people.filter(({ name }) => granted.some(({ as }) => as === name)),
      refused,
    ),
  )
}

/** People who were answered about things of their own and never about one of somebody else. */
function ownersAmong(scene: Scene, thing: Thing, granted: readonly Answer[]): Set<string> {
  const owner = saidValue(thing.membership.owner ?? '').slice(1)
  if (owner === '') return new Set()
  const key = saidValue(thing.membership.key)
  const sightings = sightingsOf(scene.description, scene.evidence, { resource: thing.resource, key })
  const owners = new Map(sightings.map((each) => [each.key, String(each.value[owner])]))
  const people = (scene.evidence?.people ?? []).filter(({ id, name }) => {
    const keys = granted.filter(({ as }) => as === name).map(({ path }) => path[thing.resource.parameter])
    return id !== undefined && keys.length > 0 && keys.every((each) => each !== undefined && owners.get(each) === id)
  })
  return new Set(people.map(({ name }) => name))
}

function saying(owners: ReadonlySet<string>, granted: readonly Person[], refused: readonly Person[]): string {
  const others = granted.filter(({ name }) => !owners.has(name)).map(({ name }) => name)
  const parts = [
    ...(owners.size === 0 ? [] : [`${joined([...owners])} ${owners.size === 1 ? 'reads' : 'read'} only their own`]),
    ...(others.length === 0 ? [] : [`${joined(others)} ${others.length === 1 ? 'was' : 'were'} answered`]),
    ...(refused.length === 0
      ? []
      : [`${joined(refused.map(({ name }) => name))} ${refused.length === 1 ? 'was' : 'were'} refused`]),
  ]
  return parts.join('; ')
}

/** The actors who are shown a member that others do not find in the same things; undefined when nobody saw a difference. */
export function hiddenFrom(scene: Scene, thing: Thing, member: string): Said<string | readonly string[]> | undefined {
  const sightings = sightingsOf(scene.description, scene.evidence, {
    resource: thing.resource,
    key: saidValue(thing.membership.key),
  })
  const shown = new Set<string>()
  const hidden = new Set<string>()
  for (const { key, as, value } of sightings) {
    if (as === undefined) continue
    const others = sightings.filter((each) => each.key === key && each.as !== as)
    const differs = others.some((each) => Object.hasOwn(each.value, member) !== Object.hasOwn(value, member))
    if (differs) (Object.hasOwn(value, member) ? shown : hidden).add(as)
  }
  const names = [...shown].filter((name) => !hidden.has(name))
  if (names.length === 0 || hidden.size === 0) return undefined
  const actorsOf = (who: Iterable<string>): string[] => {
    const wanted = new Set(who)
    return (scene.evidence?.people ?? []).filter(({ name }) => wanted.has(name)).flatMap(({ actors }) => actors)
  }
  const out = new Set(actorsOf(hidden))
  const by = [...new Set(actorsOf(names))].filter((actor) => !out.has(actor))
  return by.length === 0
    ? undefined
    : seen(
        by,
        `${joined(names)} ${names.length === 1 ? 'finds' : 'find'} it where ${joined([...hidden])} ${hidden.size === 1 ? 'does' : 'do'} not`,
      )
}

/** The resource whose keys a member holds, by the values themselves; short values could be anything's. */
export function heldKeys(scene: Scene, thing: Thing, member: string): Said<string> | undefined {
  const at = (each: Thing) =>
    sightingsOf(scene.description, scene.evidence, { resource: each.resource, key: saidValue(each.membership.key) })
  const values = new Set(
    at(thing)
      .map(({ value }) => value[member])
      .filter((value) => typeof value === 'string' && value.length >= 6),
  )
  if (values.size === 0) return undefined
  const target = scene.things.find((each) => {
    const keys = new Set(at(each).map(({ key }) => key))
    return each !== thing && [...values].some((value) => keys.has(String(value)))
  })
  return target === undefined
    ? undefined
    : seen(target.resource.name, `its values are keys of \`${target.resource.name}\``)
}

/** Names in a sentence. */
function joined(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? 'nobody') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
