import type { Charter } from '../../charter/charter.ts'
import type { Cell, Outcome } from '../../prove/finding.ts'
import { usesInOrder } from '../../prove/run/prove.ts'

/** The outcome of a run that ended early, with a cell for every constraint it did not come to, so that none is left unaccounted for. */
export function accountForRest(outcome: Outcome, charter: Charter, only: ReadonlySet<string> | undefined): Outcome {
  const { partial } = outcome
  if (partial === undefined) return outcome
  const tried = new Set(outcome.cells.map(({ use, constraint }) => JSON.stringify([use, constraint])))
  const rest = usesInOrder(charter, only).flatMap((use) =>
    use.constraints
      .filter(({ id }) => !tried.has(JSON.stringify([use.id, id])))
      .map(
        ({ id }): Cell => ({
          use: use.id,
          operation: use.operation,
          constraint: id,
          actor: '-',
          state: '-',
          tactic: '-',
          verdict: 'not-reached',
          why: `the run ended early: ${partial}`,
        }),
      ),
  )
  return { ...outcome, cells: [...outcome.cells, ...rest] }
}
