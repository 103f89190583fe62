/** From which state to which the abuse of a proof brought what it acted on. Pure. */
import type { Charter, StateSource } from '../../charter/charter.ts'
import type { Change } from '../oracle/change.ts'
import type { Tactic } from '../plan/scenario.ts'

/** What neither the observer nor the plan says is absent. */
export interface Moved {
  readonly from?: string
  readonly to?: string
}

export interface MovedProof {
  readonly case: { readonly use: string; readonly tactic: Tactic }
  readonly changes: readonly Pick<Change, 'label' | 'pointer' | 'before' | 'after'>[]
}

/** What the observer read comes before what was planned. */
export function movedIn(charter: Charter, { case: of, changes }: MovedProof): Moved {
  const [type = ''] = of.use.split('.')
  const source = charter.objects.get(type)?.state
  const seen = changes.flatMap((change) => (change.label === type ? stateIn(change, source) : [])).at(0)
  const from = seen?.from ?? startOf(of.tactic)
  return { ...(from === undefined ? {} : { from }), ...(seen?.to === undefined ? {} : { to: seen.to }) }
}

/** A change of the state itself, or of the field that says it. */
function stateIn({ pointer, before, after }: MovedProof['changes'][number], source: StateSource | undefined): Moved[] {
  const isField = source?.kind === 'at' && pointer === `/${source.pointer.join('/')}`
  if (pointer !== 'state' && !isField) return []
  const named = (value: unknown): string | undefined => {
    const name = isField ? (source.values?.get(value as string) ?? value) : value
    return typeof name === 'string' ? name : undefined
  }
  const [from, to] = [named(before), named(after)]
  return [{ ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }]
}

function startOf(tactic: Tactic): string | undefined {
  const isIn = tactic.kind === 'leads' || (tactic.kind === 'from-state' && tactic.slot === 'object')
  return isIn ? tactic.state : undefined
}
