import type { Charter, ObjectType } from '../../charter/charter.ts'

/**
 * The charter with what its author may take for granted: whatever has a parent and no tenant of its own is of the tenant of its parent.
 *
 * Only proofs presume this, since they read the parent; a decision takes a charter at its word.
 */
export function withTenantsOfParents(charter: Charter): Charter {
  const isOf = (type: ObjectType | undefined, seen: readonly string[]): boolean => {
    if (type === undefined || seen.includes(type.name)) return false
    if (type.tenant !== undefined && type.tenant !== 'parent') return true
    return isOf(charter.objects.get(type.parent?.object ?? ''), [...seen, type.name])
  }
  const presumed = [...charter.objects.values()].filter((type) => type.tenant === undefined && isOf(type, []))
  if (presumed.length === 0) return charter
  const objects = new Map(charter.objects)
  for (const type of presumed) objects.set(type.name, { ...type, tenant: 'parent' })
  return { ...charter, objects }
}
