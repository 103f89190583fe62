import { hasErrors } from '../../charter/diagnostic.ts'
import type { Outcome } from '../../prove/finding.ts'
import type { ReportContext } from '../../prove/report/context.ts'
import { silenceOf } from '../../prove/report/coverage.ts'
import { type Acceptances, type FailOn, type Gate, gateOf, parseAcceptances } from '../../prove/report/gate.ts'
import { parseFindings } from '../../prove/report/json.ts'
import type { Terminal } from '../terminal.ts'
import { readInput, readOrRefuse, refuse } from './load-inputs.ts'

/** What was known and accepted before the run. */
export interface Known {
  readonly acceptances: Acceptances
  readonly baseline: ReadonlySet<string> | undefined
}

/** Reads the files that a run is held against; prints what is wrong with the accept file and gives nothing when anything is. */
export async function readKnown(
  terminal: Terminal,
  files: { readonly accept?: string | undefined; readonly baseline?: string | undefined },
): Promise<Known | undefined> {
  const today = new Date().toISOString().slice(0, 10)
  const text = files.accept === undefined ? '' : await readOrRefuse(terminal, files.accept)
  if (text === undefined) return undefined
  const acceptances: Acceptances =
    files.accept === undefined
      ? { accepted: new Map(), expired: [], diagnostics: [] }
      : parseAcceptances({ file: files.accept, text }, today)
  if (hasErrors(acceptances.diagnostics))
    return refuse(terminal, acceptances.diagnostics, new Map([[files.accept ?? '', text]]))
  for (const { message } of acceptances.diagnostics)
    terminal.printError(`${terminal.paint('yellow', 'warning')}  ${message}`)
  const baseline = files.baseline === undefined ? undefined : await readFingerprints(files.baseline)
  return { acceptances, baseline }
}

async function readFingerprints(path: string): Promise<ReadonlySet<string>> {
  const { file, problems } = parseFindings(await readInput(path))
  if (file === undefined) throw new Error(`\`${path}\` is no findings file: ${problems.slice(0, 3).join('; ')}`)
  return new Set(file.findings.map(({ fingerprint }) => fingerprint))
}

/** Says how a run ends and sets the exit code: findings that count, else whether it finished. */
export function settle(
  terminal: Terminal,
  outcome: Outcome,
  context: ReportContext,
  options: { readonly failOn: FailOn; readonly interrupted: boolean },
): Gate {
  const gate = gateOf(outcome.findings, options.failOn, context)
  // A run that did not get to its end shows nothing about what it left out, and one that could try nothing shows nothing: neither passes.
  const untried = outcome.cells.length > 0 && silenceOf(outcome) === 'untried'
  if (outcome.partial !== undefined || untried) terminal.finish('failure')
  if (gate.exitCode === 2 && !options.interrupted) terminal.finish('denied')
  return gate
}

/** The gate in a line, when it is not plain from the findings. */
export function gateWords({ failing, known, accepted, tolerated }: Gate, failOn: FailOn): string | undefined {
  if (known.length + accepted.length + tolerated.length === 0) return undefined
  const parts = [
    `${failing.length} count`,
    ...(tolerated.length === 0 ? [] : [`${tolerated.length} below \`${failOn}\``]),
    ...(known.length === 0 ? [] : [`${known.length} in the baseline`]),
    ...(accepted.length === 0 ? [] : [`${accepted.length} accepted`]),
  ]
  return `gate: ${parts.join(', ')}`
}
