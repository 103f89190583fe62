import type { Command } from 'commander'
import { parse } from 'yaml'
import { printAccepted } from '../../api/findings/accept-file.ts'
import { maxReportBytes } from '../../api/findings/receive.ts'
import type { FindingStore } from '../../api/findings/store.ts'
import { readText } from '../../charter/load-file.ts'
import { openShelf } from '../../store/shelf/open.ts'
import { callControl, fine } from '../guard/control-client.ts'
import { findingsOn } from '../guard/findings.ts'
import { loadOrRefuse } from '../guard/load-or-refuse.ts'
import { withCore } from '../guard/operator.ts'
import { shelfPlace } from '../guard/places.ts'
import { openSecrets } from '../guard/secrets.ts'
import { harmless } from '../prove/harmless.ts'
import { publish, publishingToken, type ReportOrigin } from '../prove/publish.ts'
import type { Terminal } from '../terminal.ts'

interface Options {
  readonly guard: string
  readonly url?: string
  readonly target?: string
  readonly commit?: string
  readonly json?: boolean
}

/** `lockstep findings`: reports of prove in a guard's console, and what is accepted there. */
export function register(program: Command, terminal: Terminal): void {
  const command = program
    .command('findings')
    .description('hand reports of prove to a guard; fetch what is accepted there')
  addPlace(command.command('import').description('take in a findings.json').argument('<file>', 'the report'))
    .option('--target <text>', 'where it ran (default: where its requests went)')
    .option('--commit <id>', 'the commit that ran there')
    .option('--json', 'print one JSON document')
    .action((file: string, options: Options) => take(terminal, file, options))
  addPlace(command.command('accepted').description('print what is accepted, as `lockstep prove --accept` reads it'))
    .option('--json', 'print one JSON document')
    .action(async (options: Options) => {
      const show = (text: string): void =>
        terminal.print(options.json === true ? JSON.stringify(parse(text), null, 2) : text.trimEnd())
      if (options.url === undefined)
        return withStore(terminal, options.guard, async (store) => show(printAccepted(await store.list())))
      const token = publishingToken(terminal)
      const answer = await callControl({ url: options.url, token }, 'GET', '/v1/findings/accepted')
      fine(answer)
      show(answer.text)
    })
}

function addPlace(command: Command): Command {
  return command
    .option('--guard <file>', 'the guard file, to work on its store', 'guard.yaml')
    .option('--url <address>', 'the control API of a running guard, instead; its token is in LOCKSTEP_TOKEN')
}

async function take(terminal: Terminal, file: string, { guard, url, target, commit, json }: Options): Promise<void> {
  const found = await readText(file, maxReportBytes)
  if ('code' in found) throw new Error(`cannot read \`${file}\`: ${found.code}`)
  const report = parsed(file, found.text)
  const origin: ReportOrigin = {
    ...(target === undefined ? {} : { target }),
    ...(commit === undefined ? {} : { commit }),
  }
  const say = (count: number, isNew: boolean): void => {
    if (json === true) terminal.print(JSON.stringify({ findings: count, new: isNew }, null, 2))
    else terminal.print(isNew ? `taken in: ${count} ${count === 1 ? 'finding' : 'findings'}` : 'it was taken in before')
  }
  if (url !== undefined) {
    const taken = await publish(terminal, url, report, origin)
    say(taken.findings, taken.new)
    return
  }
  await withStore(terminal, guard, async (store) => {
    const { run, isNew } = await store.receive(report, { by: terminal.env['USER'] ?? 'the command line', ...origin })
    say(run.findings.length, isNew)
  })
}

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error(harmless(`\`${file}\` is not JSON`), { cause })
  }
}

async function withStore(
  terminal: Terminal,
  file: string,
  work: (store: FindingStore) => Promise<void>,
): Promise<void> {
  const ready = await loadOrRefuse(terminal, file)
  if (ready === undefined) return
  const secrets = openSecrets(terminal.env, ready.folder)
  await withCore(terminal, file, async ({ guard }) => {
    const shelf = await openShelf(await shelfPlace(ready, secrets))
    try {
      await work(findingsOn(shelf, guard))
    } finally {
      await shelf.close()
    }
  })
}
