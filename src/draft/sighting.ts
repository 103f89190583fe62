import { getPointer, parsePointer } from '../charter/pointer.ts'
import type { ApiDescription } from '../charter/source/description.ts'
import { isObject, listOf, type PlainObject } from '../charter/source/plain.ts'
import { type Answer, type Evidence, isGranted } from './evidence.ts'
import { answeredThing } from './representation.ts'
import { listPlace, type Resource } from './resource.ts'

/** One thing as one person saw it; `as` is absent for somebody without credentials. */
export interface Sighting {
  readonly as: string | undefined
  readonly key: string
  readonly value: PlainObject
  readonly through: 'list' | 'read' | 'create'
}

/** Every representation of a resource's things in what a probe was answered. `key` is the pointer to their key. */
export function sightingsOf(
  description: ApiDescription,
  evidence: Evidence | undefined,
  at: { resource: Resource; key: string },
): Sighting[] {
  const { resource } = at
  const key = parsePointer(at.key) ?? []
  const lists = resource.list === undefined ? [] : (listPlace(description, resource.list)?.at ?? [])
  const made = answeredThing(description, resource.create)?.at ?? resource.representation.at
  return (evidence?.answers ?? []).filter(isGranted).flatMap((answer) => {
    const through = roleOf(resource, answer)
    if (through === undefined) return []
    const found =
      through === 'list'
        ? itemsIn(answer.body, lists)
        : [getPointer(answer.body, through === 'create' ? made : resource.representation.at)]
    return found.flatMap((value): Sighting[] => {
      const id = getPointer(value, key)
      return isObject(value) && isKey(id) ? [{ as: answer.as, key: String(id), value, through }] : []
    })
  })
}

function roleOf(resource: Resource, { operation }: Answer): Sighting['through'] | undefined {
  if (resource.list?.id === operation) return 'list'
  if (resource.read?.id === operation) return 'read'
  return resource.create?.id === operation ? 'create' : undefined
}

/** The list in an answer: where the description says, else the answer itself or its only list. */
export function itemsIn(body: unknown, at: readonly string[]): readonly unknown[] {
  const described = getPointer(body, at)
  if (Array.isArray(described)) return described
  const lists = isObject(body) ? Object.values(body).filter(Array.isArray) : []
  return lists.length === 1 ? listOf(lists[0]) : []
}

function isKey(value: unknown): value is string | number {
  return (typeof value === 'string' && value !== '') || typeof value === 'number'
}
