/** Whom a call may name in place of somebody: those who are there, the most alike first. */
import type { Charter } from '../../charter/charter.ts'
import { actorsOf, type Member, sameTenant } from './cast.ts'

const mostOthers = 3

/** Ids of other people than the one who has an id: of their kind, then of their tenant; none where nobody is known by it. */
export function idsBeside(charter: Charter, members: readonly Member[], id: unknown): string[] {
  const one = members.find(({ principal }) => principal.id !== undefined && principal.id === id)
  if (one === undefined) return []
  const kind = actorsOf(charter, one).join('+')
  const distance = (other: Member): number =>
    (actorsOf(charter, other).join('+') === kind ? 0 : 2) + (sameTenant(one, other) ? 0 : 1)
  const others = members.filter(({ pool, principal }) => !pool && principal.id !== undefined && principal.id !== id)
  const ids = others
    .toSorted((left, right) => distance(left) - distance(right))
    .flatMap(({ principal }) => principal.id ?? [])
  return [...new Set(ids)].slice(0, mostOthers)
}
