import type { Scope } from '../cel/closure.ts'
import type { Actor } from '../charter/actor.ts'
import type { Charter, Choice, ObjectFact, ObjectType, Principal, Slot, Use } from '../charter/charter.ts'
import { textOf } from '../charter/object-fact.ts'
import { type Context, makeContext, slotFact } from './context.ts'
import { noFacts } from './facts.ts'
import type { Site } from './kind.ts'
import { parentNamed } from './parent.ts'
import { everyoneIn } from './run.ts'
import { makeScopePlan } from './scope.ts'
import { slotType } from './slot.ts'

/** Whether something is so, as far as the facts tell. */
export type Truth = 'yes' | 'no' | 'unknown'

/** Whether a principal is entitled by one of several choices. */
export type Entitled = (context: Context, principal: Principal) => Truth

/** Compiles choices; any one suffices. Parties and tenants are those of the object in `slot`. */
export function compileChoices(choices: readonly Choice[], site: Site, slot: Slot): Entitled {
  const all = choices.map((choice) => compileChoice(choice, site, slot))
  const [only] = all
  if (only !== undefined && all.length === 1) return only
  return (context, principal) => {
    let answer: Truth = 'no'
    for (const entitled of all) {
      const each = entitled(context, principal)
      if (each === 'yes') return 'yes'
      if (each === 'unknown') answer = 'unknown'
    }
    return answer
  }
}

/** Whether a principal is entitled to one object by itself, outside of any call. */
export function entitledTo(
  charter: Charter,
  choices: readonly Choice[],
  { principal, fact }: { principal: Principal; fact: ObjectFact },
): Truth {
  const key = { from: 'request', in: 'body', pointer: [] } as const
  const none = { creates: false, from: [], to: [], refs: [], constraints: [] }
  const position = { file: '', line: 1, column: 1 }
  const use: Use = { id: '', operation: '', kind: 'operation', object: { type: fact.type, key }, ...none, position }
  const site: Site = { charter, use, plan: makeScopePlan(charter, use) }
  const call = { operation: '', principal, request: {}, at: 0 }
  return compileChoices(
    choices,
    site,
    'object',
  )(makeContext(use, { ...noFacts, objects: { object: fact } }, call), principal)
}

/** Whether choices depend on the object they speak of: by a party, or by the tenant of actors that have one. */
export function looksAtObject(choices: readonly Choice[], type: ObjectType | undefined): boolean {
  if (type === undefined) return false
  return choices.some(
    ({ actor, party, states }) =>
      party !== undefined || states !== undefined || (actor !== undefined && type.tenant !== undefined),
  )
}

function compileChoice(choice: Choice, site: Site, slot: Slot): Entitled {
  const parts: Entitled[] = []
  if (!choice.anonymous) parts.push((_, principal) => (principal.id === undefined ? 'no' : 'yes'))
  const { actor, party, scope, states } = choice
  if (states !== undefined) parts.push(compileStates(states, site, slot))
  if (scope !== undefined) parts.push((_, principal) => (principal.scopes?.includes(scope) === true ? 'yes' : 'no'))
  if (actor !== undefined) parts.push(compileActor(actor, site, party === undefined ? slot : undefined))
  if (party !== undefined) parts.push(compileParty(party, site, slot))
  return (context, principal) => {
    let answer: Truth = 'yes'
    for (const part of parts) {
      const each = part(context, principal)
      if (each === 'no') return 'no'
      if (each === 'unknown') answer = 'unknown'
    }
    return answer
  }
}

function compileActor(name: string, site: Site, slot: Slot | undefined): Entitled {
  const actor = site.charter.actors.get(name)
  if (actor === undefined) return () => 'no'
  const where = slot === undefined ? undefined : slotOf('tenant', slot, site)
  const type = where === undefined ? undefined : slotType(site.charter, site.use, where)
  const sameTenant =
    where === undefined || type?.tenant === undefined || actor.tenant === false
      ? undefined
      : compileTenant(actor, { slot: where, type }, site)
  return (context, principal) => {
    const is = isActor(actor, principal, () => callerScope(context, principal))
    return is === 'no' || sameTenant === undefined ? is : both(is, sameTenant(context, principal))
  }
}

const both = (left: Truth, right: Truth): Truth =>
  left === 'no' || right === 'no' ? 'no' : left === 'unknown' ? left : right

/** Whether a principal is one of an actor class: as whoever verified it settled, else by the class's own rule, else by role. */
function isActor(actor: Actor, principal: Principal, scope: () => Scope): Truth {
  if (principal.actors !== undefined) return principal.actors.includes(actor.name) ? 'yes' : 'no'
  if (actor.when === undefined) return principal.roles?.includes(actor.name) === true ? 'yes' : 'no'
  const result = actor.when.evaluate(scope())
  return result === true ? 'yes' : result === false ? 'no' : 'unknown'
}

/** The names of all actor classes a principal surely belongs to, in file order. */
export function actorsOf(charter: Charter, principal: Principal): readonly string[] {
  if (principal.actors !== undefined) return principal.actors
  const scope = scopeOfPrincipal(principal)
  return [...charter.actors.values()]
    .filter((actor) => isActor(actor, principal, () => scope) === 'yes')
    .map((actor) => actor.name)
}

function callerScope(context: Context, principal: Principal): Scope {
  if (principal !== context.call.principal) return scopeOfPrincipal(principal)
  context.caller ??= scopeOfPrincipal(principal)
  return context.caller
}

function scopeOfPrincipal(principal: Principal): Scope {
  return { principal, claims: principal.claims ?? {} }
}

/** The tenant of a principal as one of an actor class; undefined for who is bound to none, null where it cannot be read. */
function tenantAs({ tenant }: Actor, principal: Principal, scope: () => Scope): string | undefined | null {
  if (tenant === undefined || tenant === false) return principal.tenant
  return textOf(tenant.evaluate(scope())) ?? null
}

/** The tenant of a principal as the first of these actors that says so has it, else its own; null where it cannot be read. */
export function tenantOf(
  charter: Charter,
  principal: Principal,
  as = actorsOf(charter, principal),
): string | undefined | null {
  const actors = as.flatMap((name) => charter.actors.get(name) ?? [])
  const actor = actors.find(({ tenant }) => tenant !== undefined && tenant !== false)
  return actor === undefined ? principal.tenant : tenantAs(actor, principal, () => scopeOfPrincipal(principal))
}

/** An actor with no tenant of its own is bound to none; one whose tenant cannot be read is not known to be in the right one. */
function compileTenant(actor: Actor, { slot, type }: { slot: Slot; type: ObjectType }, site: Site): Entitled {
  return (context, principal) => {
    const fact = slotFact(context, slot, type.name)
    // What does not exist is nobody's; whether it has to exist is for other constraints to say.
    if (fact === null) return 'yes'
    const own = tenantAs(actor, principal, () => callerScope(context, principal))
    if (own === undefined) return 'yes'
    if (fact === undefined && isUnnamed(site, slot, context)) return 'yes'
    if (fact?.tenant === undefined || own === null) return 'unknown'
    return fact.tenant === own ? 'yes' : 'no'
  }
}

/** Where the tenant or the owner of an object stands: what is being made below another will be that one's. */
export function slotOf(what: 'tenant' | 'owner', slot: Slot, { charter, use }: Pick<Site, 'charter' | 'use'>): Slot {
  const own = charter.objects.get(use.object?.type ?? '')
  return slot === 'object' && use.creates && own?.[what] === 'parent' ? 'parent' : slot
}

/** Of what is being made, and does not say below what, nothing is known that would be anybody's. */
function isUnnamed({ charter, use }: Site, slot: Slot, { call }: Context): boolean {
  return slot === 'parent' && use.creates && parentNamed(charter, use, call) === undefined
}

/** A move shows the object as it is afterwards: the state it leads to is what counts. */
function compileStates(states: readonly string[], { charter, use }: Site, slot: Slot): Entitled {
  const type = slotType(charter, use, slot)
  if (slot === 'object' && use.to.length > 0) {
    const all = use.to.every((state) => states.includes(state))
    return () => (all ? 'yes' : 'no')
  }
  return (context) => {
    const state = slotFact(context, slot, type?.name)?.state
    return state === undefined ? 'unknown' : states.includes(state) ? 'yes' : 'no'
  }
}

function compileParty(party: string, site: Site, slot: Slot): Entitled {
  const where = party === 'owner' ? slotOf('owner', slot, site) : slot
  const type = slotType(site.charter, site.use, where)
  // Whoever makes an object is its creator, and there is no other owner yet, but where that is whose the one above it is.
  if (where === 'object' && site.use.creates) {
    const isMaker = party === 'owner' || party === 'creator'
    return (context, principal) => (isMaker && isCaller(context, principal) ? 'yes' : 'no')
  }
  return (context, principal) => {
    const fact = slotFact(context, where, type?.name)
    if (fact === undefined && isUnnamed(site, where, context)) return isCaller(context, principal) ? 'yes' : 'unknown'
    if (fact === null) return 'no'
    return fact === undefined ? 'unknown' : isParty(party, fact, principal.id)
  }
}

/** Whether a principal is one of those who make the call, and not somebody who only says yes to it. */
function isCaller({ call }: Context, who: Principal): boolean {
  return (
    who === call.principal ||
    everyoneIn(call.principal).some(({ id, tenant }) => id === who.id && tenant === who.tenant)
  )
}

/** Whether somebody is a party of an object. `requester` is whoever created or owns it. */
export function isParty(party: string, fact: ObjectFact, id: string | undefined): Truth {
  switch (party) {
    case 'holder':
      return 'yes'
    case 'owner':
    case 'creator':
      return fact[party] === undefined ? 'unknown' : id === fact[party] ? 'yes' : 'no'
    case 'requester':
      if (fact.owner === undefined && fact.creator === undefined) return 'unknown'
      return id !== undefined && (id === fact.owner || id === fact.creator) ? 'yes' : 'no'
    default: {
      const ids = fact.parties === undefined || !Object.hasOwn(fact.parties, party) ? undefined : fact.parties[party]
      return ids === undefined ? 'unknown' : id !== undefined && ids.includes(id) ? 'yes' : 'no'
    }
  }
}
