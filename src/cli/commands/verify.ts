import type { Command } from 'commander'
import { decodeCase } from '../../prove/report/case.ts'
import { parseFindings, type StoredFinding } from '../../prove/report/json.ts'
import { type Verification, verifyCase } from '../../prove/run/verify.ts'
import { withGuard } from '../prove/guarded.ts'
import { harmless } from '../prove/harmless.ts'
import { onInterrupt } from '../prove/interrupt.ts'
import { loadInputs, readInput } from '../prove/load-inputs.ts'
import { cleanUp, type OpenRun, openRun } from '../prove/open-run.ts'
import { addReachOptions, type ReachOptions } from '../prove/options.ts'
import type { Terminal } from '../terminal.ts'

interface Options extends ReachOptions {
  readonly charter: string
  readonly findings: string
  readonly events?: boolean
}

interface Result extends Pick<Verification, 'verdict' | 'why'> {
  readonly fingerprint: string
  readonly title: string
}

/** `lockstep verify`: whether findings are mended, by trying just them again. */
export function register(program: Command, terminal: Terminal): void {
  const command = program
    .command('verify')
    .description('try a finding again: fixed, still open, or impossible to tell')
    .argument('<finding>', 'its fingerprint, or the beginning of it; `all` for every one')
    .option('--charter <file>', 'the charter file', 'charter.yaml')
    .option('--findings <file>', 'the findings.json of the run that found it', 'findings.json')
  addReachOptions(command)
    .option('--json', 'print one JSON document')
    .option('--quiet', 'print one line for each finding')
    .option('--events', 'print progress to standard error, as JSON lines')
    .action(async (name: string, options: Options) => {
      const inputs = await loadInputs(terminal, options)
      if (inputs === undefined) return
      const findings = await pick(options.findings, name)
      const guarded = await withGuard(terminal, options)
      if (guarded === undefined) return
      const teller = openTeller(terminal, options)
      const run = await openRun(terminal, inputs, guarded)
      teller.follow(run)
      const forget = onInterrupt(() => run.brake.stop('it was interrupted'))
      try {
        for (const each of run.absent)
          terminal.printError(
            `${terminal.paint('yellow', 'warning')}  could not sign in: ${run.identities.redact(each)}`,
          )
        const results = await verifyAll(terminal, run, findings, { ...options, tell: teller.tell })
        teller.tell('cleaning-up')
        for (const text of await cleanUp(run)) terminal.printError(`note  ${run.identities.redact(text)}`)
        if (options.json === true) terminal.print(JSON.stringify(results, null, 2))
        finish(terminal, results)
      } finally {
        forget()
        teller.close()
        await run.close()
      }
    })
}

interface Teller {
  readonly tell: (stage: string) => void
  /** Tells from now on how many requests were sent. */
  follow(run: Pick<OpenRun, 'usage'>): void
  close(): void
}

const tellEveryMs = 250

/** Tells programs how far it is, where that was asked for. */
function openTeller(terminal: Terminal, { events }: Options): Teller {
  let [stage, said, requests] = ['signing-in', '', (): number => 0]
  const say = (): void => {
    const line = JSON.stringify({ stage, requests: requests() })
    if (line !== said) terminal.printError(line)
    said = line
  }
  const timer = events === true ? setInterval(say, tellEveryMs).unref() : undefined
  const tell = (next: string): void => {
    stage = next
    if (events === true) say()
  }
  return {
    tell,
    follow: ({ usage }) => {
      requests = () => usage().requests
    },
    close: () => clearInterval(timer),
  }
}

async function pick(path: string, name: string): Promise<readonly StoredFinding[]> {
  const { file, problems } = parseFindings(await readInput(path))
  if (file === undefined) throw new Error(`\`${path}\` is no findings file: ${problems.slice(0, 3).join('; ')}`)
  if (name === 'all') return file.findings
  const meant = file.findings.filter(({ fingerprint }) => fingerprint.startsWith(name.toLowerCase()))
  if (meant.length === 1) return meant
  const shown = (meant.length > 1 ? meant : file.findings).map(
    ({ fingerprint, title }) => `\n  ${fingerprint}  ${title}`,
  )
  const problem = meant.length > 1 ? `\`${name}\` begins several findings` : `\`${path}\` has no finding \`${name}\``
  throw new Error(`${problem}${shown.length === 0 ? '' : `:${shown.join('')}`}`)
}

async function verifyAll(
  terminal: Terminal,
  run: OpenRun,
  findings: readonly StoredFinding[],
  options: Options & Pick<Teller, 'tell'>,
): Promise<Result[]> {
  const results: Result[] = []
  for (const { fingerprint, title, proof } of findings) {
    const decoded = decodeCase(proof.case, run.lab.charter)
    const found = await verifyCase(run.lab, proof.case, decoded.ok ? decoded.case : undefined, options.tell)
    const gone = !decoded.ok && found.verdict === 'unclear'
    const why = harmless(run.identities.redact(gone ? `${found.why} (as found: ${decoded.why})` : found.why))
    results.push({ fingerprint, title, verdict: found.verdict, why })
    if (options.json === true) continue
    terminal.print(`${words(terminal, found.verdict)}  ${fingerprint}  ${title}`)
    if (options.quiet !== true) terminal.print(`  ${why}`)
  }
  return results
}

function words(terminal: Terminal, verdict: Verification['verdict']): string {
  if (verdict === 'fixed') return terminal.paint(['bold', 'green'], 'fixed')
  return verdict === 'open'
    ? terminal.paint(['bold', 'red'], 'still open')
    : terminal.paint(['bold', 'magenta'], 'cannot tell')
}

/** One that is open weighs more than one that could not be tried. */
function finish(terminal: Terminal, results: readonly Result[]): void {
  if (results.some(({ verdict }) => verdict === 'unclear')) terminal.finish('failure')
  if (results.some(({ verdict }) => verdict === 'open')) terminal.finish('denied')
}
