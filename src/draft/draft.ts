import type { ApiDescription, OperationShape } from '../charter/source/description.ts'
import { draftApproval } from './approval.ts'
import { writeBy } from './by.ts'
import { findCast } from './cast.ts'
import { guess } from './claim.ts'
import { isOpen } from './credential.ts'
import { actsForOwners, draftDemands } from './demand.ts'
import type { Evidence } from './evidence.ts'
import { draftLifecycle } from './lifecycle.ts'
import { findMembership } from './member.ts'
import { draftObject } from './object.ts'
import { observeMembership } from './observe.ts'
import { draftOpening } from './opening.ts'
import { findResources, keyInPath, listPlace } from './resource.ts'
import { type Scene, type Thing, thingOf } from './scene.ts'
import { isSelf, selfKey, withSelf } from './self.ts'
import { type Part, whoMay } from './who-may.ts'
import { kebab } from './words.ts'

/** What a draft is made from. */
export interface DraftInput {
  readonly description: ApiDescription
  /** How the charter will name the description: a path beside it or an address. */
  readonly url: string
  /** The address of the running API, when one is known. */
  readonly server?: string | undefined
  /** What a probe saw. */
  readonly evidence?: Evidence | undefined
  /** The day, as `2026-01-31`. */
  readonly today: string
}

/** A charter before it is written: plain members in the order of the format, with `Claim`s where a person has to look. */
export type Draft = Readonly<Record<string, unknown>>

/**
 * Drafts a charter from an API description, and from what a probe saw where there is one.
 *
 * Everything the description does not say outright is a claim with its reason. Pure and deterministic: the same input gives the
 * same draft. Every operation of the description is covered.
 */
export function draftCharter(input: DraftInput): Draft {
  const scene = openScene(input)
  const objects = Object.fromEntries(scene.things.map((thing) => [thing.resource.name, draftObject(scene, thing)]))
  const approvals = Object.assign({}, ...scene.things.map((thing) => draftApproval(scene, thing)?.approvals ?? {}))
  const actors = Object.fromEntries([...scene.cast.actors].map(([name, said]) => [name, said]))
  const invariants = scene.things.flatMap(invariantsOf)
  const { description } = input
  return {
    lockstep: 1,
    name: kebab(description.title).slice(0, 60),
    sources: [{ name: description.source, type: 'openapi', url: input.url, server: input.server }],
    ...(Object.keys(actors).length === 0 ? {} : { actors }),
    ...(Object.keys(objects).length === 0 ? {} : { objects }),
    operations: draftOperations(scene),
    ...(Object.keys(approvals).length === 0 ? {} : { approvals }),
    ...(invariants.length === 0 ? {} : { invariants }),
  }
}

function openScene({ description, evidence, today }: DraftInput): Scene {
  const cast = findCast(description, evidence)
  const things = withSelf(description, findResources(description)).map((resource) => {
    const membership = observeMembership(description, evidence, {
      resource,
      membership: findMembership(description, resource),
    })
    return { resource, membership, lifecycle: draftLifecycle(resource, membership.state) }
  })
  return { description, cast, things, evidence, today }
}

/** Every operation that is no transition, in the order of the description. */
function draftOperations(scene: Scene): Record<string, unknown> {
  const moved = new Set(scene.things.flatMap(({ lifecycle }) => lifecycle.moves.map((move) => move.shape)))
  const rest = scene.description.operations.filter((shape) => !moved.has(shape))
  return Object.fromEntries(rest.map((shape) => [shape.id, draftOperation(scene, shape)]))
}

function draftOperation(scene: Scene, shape: OperationShape): Record<string, unknown> {
  const thing =
    thingOf(scene, shape) ?? scene.things.find(({ resource }) => shape.path.startsWith(`${resource.itemPath}/`))
  const own = thing !== undefined && isSelf(thing.resource) && thing.resource.read === shape
  const part = own ? 'other' : partOf(scene, shape)
  // Everybody may look at their own account.
  const by = whoMay(scene, { shape, thing: own ? undefined : thing, part })
  const searching =
    shape.method === 'POST' &&
    /(?:^|\/)(?:search|query|lookup|preview|calculate|quote|estimate|validate|check)$/i.test(shape.path)
  const items = part === 'list' ? listPlace(scene.description, shape)?.at : undefined
  return {
    by: writeBy(by),
    ...(own ? { object: thing.resource.name, key: selfKey(thing.resource, shape) } : {}),
    ...(own || thing === undefined || part === 'list' || part === 'other' ? {} : unreadPlace(thing, shape)),
    ...(items === undefined || items.length === 0 ? {} : { items: `/${items.join('/')}` }),
    ...draftDemands(scene, {
      shape,
      byOwners: actsForOwners(by, scene.cast.clients),
      ...(thing === undefined ? {} : { thing }),
    }),
    ...(searching ? { safe: guess(true, 'its path asks instead of doing') } : {}),
    ...(isOpen(scene.description, shape) && shape.method !== 'GET' && !searching
      ? { public: draftOpening(scene) }
      : {}),
  }
}

/** The object is found by itself where its `read` has the same path; without one it is said. */
function unreadPlace({ resource }: Thing, shape: OperationShape): Record<string, unknown> {
  const key = resource.read === undefined ? keyInPath(resource, shape) : undefined
  return key === undefined ? {} : { object: resource.name, key }
}

function partOf(scene: Scene, shape: OperationShape): Part {
  for (const { resource } of scene.things) {
    if (resource.read === shape) return 'read'
    if (resource.list === shape) return 'list'
    if (shape.path.startsWith(`${resource.itemPath}/`)) return shape.method === 'GET' ? 'read' : 'change'
  }
  return 'other'
}

function invariantsOf({ resource }: Scene['things'][number]): unknown[] {
  return Object.keys(resource.representation.members)
    .filter((member) => /^(?:balance|stock|quantity|available|points|remaining|saldo|quantidade)$/i.test(member))
    .map((member) => ({
      'never-negative': guess(`${resource.name}.${member}`, 'of its name'),
    }))
}
