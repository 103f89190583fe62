import type { Command } from 'commander'
import type { Outcome, ProveEvent } from '../../prove/finding.ts'
import { isSecretHeader, isSecretMember } from '../../prove/identity/secret.ts'
import type { ReportContext } from '../../prove/report/context.ts'
import { silenceOf } from '../../prove/report/coverage.ts'
import type { FailOn } from '../../prove/report/gate.ts'
import { printFindings } from '../../prove/report/json.ts'
import { openProgress } from '../../prove/report/progress.ts'
import { severities } from '../../prove/report/show.ts'
import { printTerminal } from '../../prove/report/terminal.ts'
import { prove } from '../../prove/run/prove.ts'
import { changedSince } from '../prove/changed-since.ts'
import { dryRun, printDryRun } from '../prove/dry-run.ts'
import { eventLine } from '../prove/event-line.ts'
import { withGuard } from '../prove/guarded.ts'
import { harmless } from '../prove/harmless.ts'
import { onInterrupt } from '../prove/interrupt.ts'
import { type Inputs, loadInputs, resolveOperations } from '../prove/load-inputs.ts'
import { cleanUp, type OpenRun, openRun, targetsOf } from '../prove/open-run.ts'
import { addReachOptions, choice, collect, type ReachOptions, wholeNumber } from '../prove/options.ts'
import { originOf, publish, publishingToken } from '../prove/publish.ts'
import { type Destination, destinationsOf, makeFolders, reportNames, writeReports } from '../prove/reports.ts'
import { accountForRest } from '../prove/unfinished.ts'
import { gateWords, type Known, readKnown, settle } from '../prove/verdict.ts'
import type { Terminal } from '../terminal.ts'

interface Options extends ReachOptions {
  readonly operation?: readonly string[]
  readonly changedSince?: string
  readonly repeats: number
  readonly dryRun?: boolean
  readonly report?: readonly string[]
  readonly out?: string
  readonly failOn: FailOn
  readonly baseline?: string
  readonly accept?: string
  readonly publish?: string
}

/** `lockstep prove`: every way the charter can be broken, proven on the running system. */
export function register(program: Command, terminal: Terminal): void {
  const command = program
    .command('prove')
    .description('try to break a charter on the running system, and prove what can be broken')
    .argument('[charter]', 'the charter file', 'charter.yaml')
  addReachOptions(command)
    .option('--operation <id>', 'prove only this operation (repeatable)', collect)
    .option('--changed-since <rev>', 'prove only operations that differ from this git revision')
    .option('--repeats <number>', 'how often an effect must show again on fresh objects', wholeNumber(1, 20), 2)
    .option('--dry-run', 'print what would be tried; send nothing')
    .option('--report <report=file>', `write a report: ${reportNames.join(', ')} (repeatable)`, collect)
    .option('--out <folder>', 'write every report there, with a script and a test for each finding')
    .addOption(choice('--fail-on <severity>', 'fail from this severity on', [...severities, 'none'], 'low'))
    .option('--baseline <file>', 'an earlier findings.json: only what is new fails')
    .option('--accept <file>', 'findings somebody has accepted until a day')
    .option('--publish <url>', 'hand the findings to the control API of a guard; token in LOCKSTEP_TOKEN')
    .option('--json', 'print events as JSON lines')
    .option('--quiet', 'print one line for each finding')
    .action(async (file: string, options: Options) => {
      const inputs = await loadInputs(terminal, { charter: file, identities: options.identities })
      const known = inputs === undefined ? undefined : await readKnown(terminal, options)
      if (inputs === undefined || known === undefined) return
      if (options.publish !== undefined) publishingToken(terminal)
      const destinations = destinationsOf(options.report ?? [], options.out)
      const only = await selection(terminal, file, inputs, options)
      if (options.dryRun === true) {
        const plan = dryRun(inputs, only, options)
        terminal.print(options.json === true ? JSON.stringify(plan, null, 2) : printDryRun(plan, terminal.paint))
        return
      }
      const guarded = await withGuard(terminal, options)
      if (guarded === undefined) return
      const version = program.version() ?? 'unknown'
      await runProof(terminal, { file, inputs, options: guarded, only, known, destinations, version })
    })
}

/** Operations asked for by name and by what changed; undefined for all. */
async function selection(
  terminal: Terminal,
  file: string,
  { charter }: Inputs,
  options: Options,
): Promise<ReadonlySet<string> | undefined> {
  const named = options.operation === undefined ? undefined : resolveOperations(charter, options.operation)
  if (options.changedSince === undefined) return named
  const { operations, notes } = await changedSince(file, options.changedSince, charter)
  for (const text of notes) terminal.printError(`${terminal.paint('yellow', 'warning')}  ${text}`)
  const chosen = named === undefined ? operations : new Set([...operations].filter((id) => named.has(id)))
  terminal.printError(
    chosen.size === 0
      ? `no operation differs from ${options.changedSince}`
      : `differing from ${options.changedSince}: ${[...chosen].join(', ')}`,
  )
  return chosen
}

interface Job {
  /** The charter's. */
  readonly file: string
  readonly inputs: Inputs
  readonly options: Options
  readonly only: ReadonlySet<string> | undefined
  readonly known: Known
  readonly destinations: readonly Destination[]
  readonly version: string
}

async function runProof(terminal: Terminal, job: Job): Promise<void> {
  await makeFolders(job.destinations)
  const startedAt = new Date().toISOString()
  const run = await openRun(terminal, job.inputs, job.options)
  const context: ReportContext = {
    charter: job.inputs.charter,
    redact: (text) => run.identities.redact(text),
    isSecretHeader,
    isSecretMember,
    version: job.version,
    startedAt,
    accepted: job.known.acceptances.accepted,
    ...(job.known.baseline === undefined ? {} : { known: job.known.baseline }),
  }
  let interrupted = false
  const forget = onInterrupt(() => {
    interrupted = true
    run.brake.stop('it was interrupted')
    terminal.printError('stopping after the current request; press Ctrl-C again to stop at once')
  })
  try {
    const outcome = await listen(terminal, job, run, context)
    await conclude(terminal, job, { outcome, context, interrupted })
    await publishRun(terminal, job, printFindings(outcome, context))
  } finally {
    forget()
    await run.close()
  }
}

/** Last, so that nothing else is lost when the guard cannot be reached. */
async function publishRun(terminal: Terminal, { file, inputs, options }: Job, report: string): Promise<void> {
  if (options.publish === undefined) return
  const targets = Object.entries(targetsOf(options, inputs)).map(([source, url]) => `${source}=${new URL(url).origin}`)
  const origin = { ...(await originOf(file)), target: targets.sort().join(' ') }
  await publish(terminal, options.publish, JSON.parse(report), origin)
  if (options.json !== true) terminal.printError(`published to ${options.publish}`)
}

/** Runs to the end and gives the outcome, clean-up and all. */
async function listen(terminal: Terminal, job: Job, run: OpenRun, context: ReportContext): Promise<Outcome> {
  const { inputs, options, only } = job
  const tell = teller(terminal, options, run, context)
  const notes = run.absent.map((each) => `not taking part: ${each}`)
  const proofs = prove({
    lab: run.lab,
    seed: options.seed,
    repeats: options.repeats,
    stopped: () => run.brake.stopped(),
    usage: run.usage,
    notes,
    ...(only === undefined ? {} : { only }),
  })
  const end = async (found: Outcome): Promise<Outcome> => {
    const left = await cleanUp(run)
    const whole = accountForRest(found, inputs.charter, only)
    const outcome = { ...whole, ...run.usage(), notes: [...whole.notes, ...left] }
    tell({ kind: 'end', outcome })
    return outcome
  }
  try {
    for await (const event of proofs) {
      if (event.kind === 'end') return await end(event.outcome)
      tell(event)
    }
  } catch (error) {
    // Whatever went wrong, the target is put back; the error is the caller's to tell.
    await cleanUp(run)
    throw error
  }
  throw new Error('the run ended without an outcome')
}

/** Who hears of events: other programs by JSON lines, people by a line of progress. */
function teller(
  terminal: Terminal,
  options: Options,
  run: OpenRun,
  context: ReportContext,
): (event: ProveEvent) => void {
  if (options.json === true) return (event) => terminal.print(eventLine(event, context))
  if (options.quiet === true) return () => {}
  const screen = process.stderr.isTTY === true && (terminal.env['CI'] ?? '') === ''
  return openProgress({
    write: (text) => (screen ? void process.stderr.write(text) : terminal.printError(text.trimEnd())),
    screen,
    columns: process.stderr.columns ?? 100,
    paint: terminal.paint,
    redact: (text) => harmless(context.redact(text)),
    requests: () => run.usage().requests,
  }).tell
}

async function conclude(
  terminal: Terminal,
  { options, destinations }: Job,
  { outcome, context, interrupted }: { outcome: Outcome; context: ReportContext; interrupted: boolean },
): Promise<void> {
  const written = await writeReports(outcome, context, { destinations, folder: options.out })
  const gate = settle(terminal, outcome, context, { failOn: options.failOn, interrupted })
  if (options.json === true) return
  if (options.quiet === true) {
    for (const { severity, fingerprint, title } of gate.failing) terminal.print(`${severity} ${fingerprint} ${title}`)
    if (outcome.partial !== undefined) terminal.printError(harmless(`not finished: ${context.redact(outcome.partial)}`))
    else if (silenceOf(outcome) === 'untried') terminal.printError('nothing was tried')
    return
  }
  terminal.print(harmless(printTerminal(outcome, context, terminal.paint)).trimEnd())
  const words = gateWords(gate, options.failOn)
  if (words !== undefined) terminal.print(words)
  if (written.length > 0) terminal.print(terminal.paint('dim', `wrote ${listed(written, options.out)}`))
}

/** Files by name; those of a folder as the folder. */
function listed(files: readonly string[], folder: string | undefined): string {
  if (folder === undefined) return files.join(', ')
  const others = files.filter((file) => !file.startsWith(folder))
  return [...others, `${files.length - others.length} files in ${folder}`].join(', ')
}
