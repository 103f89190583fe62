import type { Charter, ConstraintId, Demand } from '../../charter/charter.ts'
import { groupBy } from '../../charter/group-by.ts'
import type { Cell, Verdict } from '../finding.ts'

/** How many attempts against demands of one kind came to which verdict. */
export interface KindRow {
  readonly kind: string
  readonly counts: Readonly<Record<Verdict, number>>
}

const names: Readonly<Record<Demand['kind'], string>> = {
  by: 'who may (by)',
  separation: 'separate people (not)',
  from: 'states (from, in)',
  there: 'what is named is there (refs)',
  when: 'rules (when)',
  once: 'only once (once)',
  limit: 'limits (limit)',
  rate: 'pace (rate)',
  approval: 'approvals',
  'set-by': 'fields written (set-by)',
  'seen-by': 'fields shown (seen-by)',
  order: 'order of operations (rules)',
  idempotency: 'repeats (idempotency)',
  items: 'what lists show (lists)',
  delegation: 'what agents may (delegation)',
  values: 'where arguments come from (values)',
  flow: 'where data may go (flows)',
  integrity: 'tools as approved',
  'never-negative': 'invariants',
  monotone: 'invariants',
  conserved: 'invariants',
  unique: 'invariants',
  'at-most': 'invariants',
  holds: 'invariants',
}

/** The attempts of a run by the kind of demand they were against, in the order above; kinds that were not tried have no row. */
export function kindTable(cells: readonly Cell[], charter: Charter): KindRow[] {
  const kinds = kindsIn(charter)
  const groups = groupBy(cells, ({ constraint }) => kinds.get(constraint) ?? 'other')
  return [...new Set([...Object.values(names), 'other'])].flatMap((kind): KindRow[] => {
    const group = groups.get(kind)
    if (group === undefined) return []
    const count = (verdict: Verdict): number => group.filter((cell) => cell.verdict === verdict).length
    return [{ kind, counts: { proven: count('proven'), held: count('held'), 'not-reached': count('not-reached') } }]
  })
}

function kindsIn(charter: Charter): ReadonlyMap<ConstraintId, string> {
  const uses = [...charter.operations.values()].flatMap((operation) => operation.uses)
  const demands: Demand[] = [...uses.flatMap((use) => use.constraints), ...charter.rules, ...charter.invariants]
  return new Map(demands.map(({ id, kind }) => [id, names[kind]]))
}
