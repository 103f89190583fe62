import type { ApiDescription, OperationShape } from '../charter/source/description.ts'
import type { Cast } from './cast.ts'
import type { Evidence } from './evidence.ts'
import type { LifecycleDraft } from './lifecycle.ts'
import type { Membership } from './member.ts'
import { parentMember, type Resource } from './resource.ts'
import { wordsOf } from './words.ts'

/** A resource with what was found out about it. */
export interface Thing {
  readonly resource: Resource
  readonly membership: Membership
  readonly lifecycle: LifecycleDraft
}

/** What every part of one draft shares. */
export interface Scene {
  readonly description: ApiDescription
  readonly things: readonly Thing[]
  readonly cast: Cast
  readonly evidence: Evidence | undefined
  /** The day of the draft, as `2026-01-31`; openings are to be looked at again after it. */
  readonly today: string
}

/** The thing an operation acts on or lists, by the resource it belongs to. */
export function thingOf(scene: Scene, shape: OperationShape): Thing | undefined {
  return scene.things.find(({ resource }) =>
    [resource.read, resource.list, resource.create, resource.remove, ...resource.updates, ...resource.actions].includes(
      shape,
    ),
  )
}

/** Whether somebody is known to own things of this type, directly or through what they belong to. */
export function isOwned(scene: Scene, thing: Thing): boolean {
  if (thing.membership.owner !== undefined) return true
  if (parentMember(thing.resource) === undefined) return false
  const parent = scene.things.find(({ resource }) => resource.itemPath === thing.resource.parent?.itemPath)
  return parent !== undefined && isOwned(scene, parent)
}

const bearing =
  /^(?:shared?|share-link|invite|invitation|gift-card|voucher|reset|magic-link|download-link|upload-link)$/

/** Whether holding the key of such a thing is meant to be enough to use it. */
export function isBearing({ resource, membership }: Thing): boolean {
  const key = wordsOf(resource.parameter).at(-1) ?? ''
  return membership.owner === undefined && (bearing.test(resource.name) || /^(?:token|secret)$/.test(key))
}
