import type { Approval } from './approval.ts'
import { parseDuration } from './duration.ts'
import { linkAgentWorkflow } from './link-agent.ts'
import { asList, callVariables, type Linker, unknownName } from './linker.ts'
import type { Path } from './parse.ts'
import type { RawApproval } from './schema.ts'
import type { Workflow } from './workflow.ts'

/** Resolves the workflows. */
export function linkWorkflows(linker: Linker): Map<string, Workflow> {
  return new Map(
    Object.entries(linker.parsed.raw.workflows ?? {}).map(([name, raw]) => {
      const path = ['workflows', name]
      const operations = asList(raw.operations)
      for (const id of operations) {
        if (!linker.shapes.has(id)) unknownName(linker, [...path, 'operations'], 'operation', id, linker.shapes.keys())
      }
      const retainMs = raw.retain === undefined ? undefined : parseDuration(raw.retain)
      const workflow: Workflow = {
        name,
        operations: new Set(operations),
        owners: raw.owners ?? {},
        mode: raw.mode,
        record: raw.record,
        position: linker.at(path),
        ...linkAgentWorkflow(linker, name, raw),
        ...(retainMs === undefined ? {} : { retainMs }),
      }
      return [name, workflow]
    }),
  )
}

/** Resolves the bounds within which a class of calls may be approved at once. */
export function linkStanding(
  linker: Linker,
  raw: NonNullable<RawApproval['standing']>,
  path: Path,
): NonNullable<Approval['standing']> {
  const amount =
    raw.amount === undefined ? undefined : linker.compile(raw.amount, [...path, 'amount'], [...callVariables])
  return {
    validForMs: parseDuration(raw['valid-for']) ?? 0,
    uses: raw.uses,
    ...(amount === undefined ? {} : { amount }),
  }
}
