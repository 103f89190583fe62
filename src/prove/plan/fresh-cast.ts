import type { Constraint } from '../../charter/charter.ts'
import type { Stage } from './cast.ts'
import { isOwn, useById } from './graph.ts'
import type { Scenario } from './scenario.ts'

/** People of a pool are new for each scenario when something counts per person or is their own, so that no case uses up another's chance. */
export function freshCast({ charter, members }: Stage, { cast, vars, steps }: Scenario): Scenario['cast'] {
  const counted =
    steps.some((step) => useById(charter, step.use)?.constraints.some(countsPeople) === true) ||
    Object.values(vars).some((spec) => {
      const type = charter.objects.get(spec.type)
      return type !== undefined && isOwn(charter, type)
    })
  const pools = new Set(members.filter((member) => member.pool).map((member) => member.name))
  return Object.fromEntries(
    Object.entries(cast).map(([role, seat]) => [role, { ...seat, fresh: counted && pools.has(role) }]),
  )
}

function countsPeople(constraint: Constraint): boolean {
  return 'per' in constraint && constraint.per.includes('principal')
}
