import { keptApart } from './apart.ts'
import { draftApproval } from './approval.ts'
import { writeBy } from './by.ts'
import { guess, mapSaid, type Said, saidValue } from './claim.ts'
import { isOpen } from './credential.ts'
import { actsForOwners, draftDemands } from './demand.ts'
import { draftFields } from './field.ts'
import type { Move } from './lifecycle.ts'
import { draftOpening } from './opening.ts'
import { answeredThing } from './representation.ts'
import { keyInPath, parentMember } from './resource.ts'
import { isOwned, type Scene, type Thing } from './scene.ts'
import { isSelf, selfKey } from './self.ts'
import { isEnding } from './state-order.ts'
import { type By, whoMay } from './who-may.ts'

/** One object type as the charter writes it. */
export function draftObject(scene: Scene, thing: Thing): Record<string, unknown> {
  const { resource, membership, lifecycle } = thing
  const fields = draftFields(scene, thing)
  const moves = Object.fromEntries(lifecycle.moves.map((move) => [move.name, draftMove(scene, thing, move)]))
  const final = finalStates(thing)
  const parent = parentOf(thing)
  const { at } = resource.representation
  return {
    ...(saidValue(membership.key) === '/id' ? {} : { key: membership.key }),
    ...ownership(scene, thing, parent !== undefined),
    ...(Object.keys(membership.parties).length === 0 ? {} : { parties: membership.parties }),
    ...(parent === undefined ? {} : { parent }),
    ...stateOf(thing),
    ...(resource.read === undefined ? {} : { read: resource.read.id }),
    ...(resource.read === undefined || at.length === 0 ? {} : { 'read-at': `/${at.join('/')}` }),
    ...(resource.list === undefined ? {} : { list: resource.list.id }),
    ...(lifecycle.states.length === 0 ? {} : { states: lifecycle.states }),
    ...(final.length === 0 ? {} : { final: guess(final, 'no operation leads out of them') }),
    ...(lifecycle.gone === undefined ? {} : { gone: lifecycle.gone }),
    ...(Object.keys(fields).length === 0 ? {} : { fields }),
    ...(Object.keys(moves).length === 0 ? {} : { transitions: moves }),
    ...capabilityOf(scene, thing),
  }
}

function ownership(scene: Scene, { membership, resource }: Thing, hasParent: boolean): Record<string, unknown> {
  const above = scene.things.find((each) => each.resource.itemPath === resource.parent?.itemPath)
  const inherits = (member: 'owner' | 'tenant'): boolean =>
    hasParent &&
    above !== undefined &&
    (member === 'owner' ? isOwned(scene, above) : above.membership.tenant !== undefined)
  const own = (member: 'owner' | 'tenant'): Record<string, unknown> => {
    const said = membership[member]
    if (said !== undefined) return { [member]: said }
    return inherits(member) ? { [member]: guess('parent', 'what it belongs to has one') } : {}
  }
  return { ...own('owner'), ...own('tenant') }
}

/** What it belongs to: the thing its path is inside of, when a member says which. */
function parentOf({ resource }: Thing): Record<string, unknown> | undefined {
  const { parent } = resource
  const member = parentMember(resource)
  if (parent === undefined || member === undefined) return undefined
  return { object: guess(parent.name, `its path is below \`${parent.itemPath}\``), key: `/${member}` }
}

function stateOf({ membership, lifecycle }: Thing): Record<string, unknown> {
  const { state } = membership
  if (state === undefined) return {}
  if (Object.keys(lifecycle.values).length === 0) return { state: state.said }
  const values = Object.fromEntries(
    lifecycle.states.filter((name) => name !== lifecycle.gone).map((name) => [name, lifecycle.values[name] ?? name]),
  )
  return { state: { at: state.said, values } }
}

function finalStates({ lifecycle }: Thing): string[] {
  const { states, moves, gone } = lifecycle
  const left = new Set(
    moves.flatMap((move) => {
      if (move.kind === 'create' || move.to === undefined) return []
      const from = move.from === undefined ? states : saidValue(move.from)
      return from.filter((state) => saidValue(move.to ?? []).some((target) => target !== state))
    }),
  )
  const reached = new Set(moves.flatMap((move) => (move.to === undefined ? [] : saidValue(move.to))))
  return states.filter((state) => !left.has(state) && state !== gone && (reached.has(state) || isEnding(state)))
}

function draftMove(scene: Scene, thing: Thing, move: Move): Record<string, unknown> {
  const { shape } = move
  const apart = keptApart(scene, thing, move)
  const told = whoMay(scene, { shape, thing, part: move.kind === 'create' ? 'create' : 'change', verb: move.verb })
  const by = othersThan(scene, told, apart)
  const approval = draftApproval(scene, thing)
  const grants = approval?.grant === move
  return {
    on: shape.id,
    ...(move.from === undefined || move.kind === 'create' ? {} : { from: several(move.from) }),
    ...(move.to === undefined ? {} : { to: several(move.to) }),
    by: writeBy(by),
    ...(apart === undefined ? {} : { not: writeBy(apart) }),
    ...(apart === undefined && grants && !saidValue(by).includes('owner')
      ? { not: guess('requester', 'nobody usually approves what they asked for') }
      : {}),
    ...keyOf(scene, thing, move),
    ...draftDemands(scene, { shape, thing, move, byOwners: actsForOwners(by, scene.cast.clients) }),
    ...(approval?.neededBy.includes(move) === true
      ? { approval: guess(approval.name, 'it comes after the approval') }
      : {}),
    ...(isOpen(scene.description, shape) ? { public: draftOpening(scene) } : {}),
  }
}

/** Somebody is left who may: where only those were found whom `not` names, staff do it. */
function othersThan({ cast }: Scene, by: Said<By>, apart: Said<readonly string[]> | undefined): Said<By> {
  const barred = apart === undefined ? [] : saidValue(apart)
  if (!saidValue(by).every((each) => barred.includes(each))) return by
  return guess(cast.staff.length > 0 ? cast.staff : ['signed-in'], 'its text keeps the owner out')
}

function several(said: Said<readonly string[]>): Said<unknown> {
  return mapSaid(said, (states) => (states.length === 1 ? states[0] : states))
}

/** Without a `read` to compare paths with, the key's place is said outright. */
function keyOf(scene: Scene, thing: Thing, move: Move): Record<string, unknown> {
  if (move.kind === 'create') return madeKey(scene, thing, move)
  const { resource } = thing
  if (isSelf(resource)) return { key: selfKey(resource, move.shape) }
  const key = resource.read === undefined ? keyInPath(resource, move.shape) : undefined
  return key === undefined ? {} : { key }
}

/** The key of what was created is looked for in the whole answer: an envelope around the thing has to be said. */
function madeKey({ description }: Scene, { resource, membership }: Thing, { shape }: Move): Record<string, unknown> {
  const made = answeredThing(description, shape)
  const at = made?.at ?? resource.representation.at
  if (at.length === 0) return {}
  const place = (key: string): string => `$response.body#/${at.join('/')}${key}`
  if (made === undefined) {
    const key = place(saidValue(membership.key))
    return { key: guess(key, 'other answers have one thing there') }
  }
  if (saidValue(membership.key).slice(1) in made.members) return { key: mapSaid(membership.key, place) }
  return { key: guess(place(saidValue(membership.key)), `the answer wraps one thing in \`${at.join('/')}\``) }
}

/** Without somebody to hold the key it need not be hard to guess. */
function capabilityOf(scene: Scene, thing: Thing): Record<string, unknown> {
  const { read, remove, updates, actions } = thing.resource
  const held = [read, remove, ...updates, ...actions].some((shape) => {
    const part = shape === read ? 'read' : 'change'
    return shape !== undefined && saidValue(whoMay(scene, { shape, thing, part })).includes('holder')
  })
  return held
    ? { capability: { bits: guess(96, `whoever has the ${thing.resource.parameter} is meant to use it`) } }
    : {}
}
