import type { Charter, Use } from '../../charter/charter.ts'
import type { Cell, Outcome } from '../../prove/finding.ts'
import { usesInOrder } from '../../prove/run/uses.ts'

/** The outcome of a run that ended early, with a cell for every constraint it did not come to; a field that no body can carry has none. */
export function accountForRest(outcome: Outcome, charter: Charter, only: ReadonlySet<string> | undefined): Outcome {
  const { partial } = outcome
  if (partial === undefined) return outcome
  const tried = new Set(outcome.cells.map(({ use, constraint }) => JSON.stringify([use, constraint])))
  const rest = usesInOrder(charter, only).flatMap((use) =>
    use.constraints
      .filter(
        ({ id, kind }) => !tried.has(JSON.stringify([use.id, id])) && (kind !== 'set-by' || takesBody(charter, use)),
      )
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

function takesBody(charter: Charter, use: Use): boolean {
  return charter.operations.get(use.operation)?.shape.body !== undefined
}
