/** What is known of the items of a list beside what they say themselves: who made them, and what stands above them. */
import type { ObjectFact, ObjectType } from '../charter/charter.ts'
import { textOf } from '../charter/object-fact.ts'
import { getPointer } from '../charter/pointer.ts'
import type { Obligation } from '../constraint/kind.ts'
import { meaningOf } from '../constraint/kinds.ts'
import { Above, factOf, type Looking, type NeededAt, type Sight } from './gather.ts'
import { type Items, itemName } from './release.ts'

/** So many objects above items are looked at at once. */
const atOnce = 8

/**
 * Looks up what the obligations on an answer need of its items: only where a list stands, and only what its items cannot tell.
 *
 * @throws whatever `hold` throws.
 */
export async function knowItems(looking: Looking, obligations: readonly Obligation[], body: unknown): Promise<Items> {
  const known = new Map<string, { fact: ObjectFact; parent?: ObjectFact | undefined }>()
  for (const obligation of obligations) {
    if (obligation.kind !== 'redact' && obligation.kind !== 'filter') continue
    const type = looking.charter.objects.get(obligation.object)
    if (obligation.items === undefined || type === undefined) continue
    const items: unknown = getPointer(body, obligation.items)
    if (!Array.isArray(items)) continue
    const fresh = new Map(items.map((item: unknown) => [itemName(type, item), item]))
    for (const name of known.keys()) fresh.delete(name)
    await knowAll(looking, type, fresh, known)
  }
  return known
}

async function knowAll(
  looking: Looking,
  type: ObjectType,
  items: ReadonlyMap<string, unknown>,
  known: Map<string, { fact: ObjectFact; parent?: ObjectFact | undefined }>,
): Promise<void> {
  const { charter, call } = looking
  const listed = [...items].flatMap(([name, value]) => {
    const key = textOf(getPointer(value, type.key))
    const ref: NeededAt = { slot: 'item', type: type.name, key: key ?? '' }
    return key === undefined ? [] : [{ name, ref, value }]
  })
  const tracked = await looking.hold(listed.map(({ ref }) => ref))
  const above = new Above(looking)
  const wanted = looksAbove(looking, type)
  // Those with the same object above them come one after the other, so that it is looked at once.
  const families = new Map<string, (Sight & { readonly name: string })[]>()
  for (const [index, each] of listed.entries()) {
    const family = textOf(getPointer(each.value, type.parent?.key ?? [])) ?? ''
    families.set(family, [...(families.get(family) ?? []), { ...each, tracked: tracked[index] }])
  }
  const waiting = [...families.values()]
  const work = async (): Promise<void> => {
    for (let family = waiting.shift(); family !== undefined; family = waiting.shift()) {
      for (const { name, ...sight } of family) {
        const parent = wanted ? await above.over(sight) : undefined
        const fact = factOf(charter, call, sight, parent)
        if (fact !== undefined && fact !== null) known.set(name, { fact, parent })
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}

/** Whether it takes the object above an item to tell who may see the item. */
function looksAbove({ charter, call }: Looking, type: ObjectType): boolean {
  if (type.parent === undefined) return false
  if (type.owner === 'parent' || type.tenant === 'parent') return true
  const uses = [type.read ?? '', call.operation].flatMap((id) => charter.operations.get(id)?.uses ?? [])
  return uses.some((use) =>
    use.constraints.some((constraint) =>
      meaningOf(constraint)
        .needs(use, charter)
        .some((need) => need.fact === 'object' && need.slot === 'parent'),
    ),
  )
}
