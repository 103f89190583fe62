import type { Command } from 'commander'
import { printDiagnostics } from '../diagnostics.ts'
import { anotherLink } from '../guard/another-link.ts'
import { type LoadedGuard, loadGuard, type ReadyCharter } from '../guard/config.ts'
import { loadOrRefuse } from '../guard/load-or-refuse.ts'
import { type GuardNews, serve } from '../guard/serve.ts'
import { harmless } from '../prove/harmless.ts'
import { onInterrupt } from '../prove/interrupt.ts'
import type { Terminal } from '../terminal.ts'
import { versionOfProgram } from '../version.ts'

interface Options {
  readonly check?: boolean
  readonly json?: boolean
  readonly link?: boolean
}

const sentence = 'stand in front of an API and let through what the charter allows'

/** `lockstep guard` and `lockstep serve`: stand in front of an API and let through what the charter allows. */
export function register(program: Command, terminal: Terminal): void {
  program
    .command('guard')
    .description(sentence)
    .argument('[file]', 'the guard file', 'guard.yaml')
    .option('--check', 'say what is wrong with the guard file and its charter, and do nothing else')
    .option('--json', 'print one JSON text a line')
    .action((file: string, options: Options) => run(terminal, file, options))
  program
    .command('serve')
    .description(`${sentence}, and show the console in the browser`)
    .argument('[file]', 'the guard file', 'guard.yaml')
    .option('--link', 'print another one-time link for the console that is running, and do nothing else')
    .option('--json', 'print one JSON text a line')
    .action((file: string, options: Options) =>
      options.link === true ? printLink(terminal, file, options) : run(terminal, file, options, true),
    )
}

async function run(terminal: Terminal, file: string, options: Options, console?: true): Promise<void> {
  const loaded = await loadGuard(file)
  const { ready } = loaded
  if (ready === undefined || options.check === true) {
    report(terminal, file, loaded, options)
    return
  }
  const tell = options.json === true ? tellJson(terminal) : tellWords(terminal, file)
  const serving = await serve(
    { ...loaded, ready },
    {
      file,
      version: versionOfProgram(),
      env: terminal.env,
      tell,
      ...(console === undefined ? {} : { console }),
    },
  )
  if (options.json !== true) {
    for (const [source, { url }] of Object.entries(ready.file.upstreams)) terminal.print(`  ${source} is at ${url}`)
    terminal.print(terminal.paint('dim', `  ledger key ${serving.core.ledger.publicKey}`))
  }
  if (console === true) tellLink(terminal, await serving.console.link(), options)
  await untilStopped(
    () => void serving.reload().catch((error: unknown) => tell({ kind: 'failed', why: String(error) })),
  )
  await serving.close()
}

/** For the console of the store that the guard file names: whoever has its files may. */
async function printLink(terminal: Terminal, file: string, options: Options): Promise<void> {
  const ready = await loadOrRefuse(terminal, file)
  if (ready !== undefined) tellLink(terminal, await anotherLink(terminal, ready), options)
}

function tellLink(terminal: Terminal, link: string, { json }: Options): void {
  terminal.print(
    json === true
      ? JSON.stringify({ kind: 'link', link })
      : `sign in once, within 15 minutes: ${terminal.paint('bold', link)}`,
  )
}

function report(terminal: Terminal, file: string, loaded: LoadedGuard, { json }: Options): void {
  const { ready, diagnostics, texts } = loaded
  if (ready === undefined) terminal.finish('invalid')
  if (json === true) {
    terminal.print(JSON.stringify({ file, valid: ready !== undefined, diagnostics }, null, 2))
    return
  }
  printDiagnostics(
    terminal,
    diagnostics.filter((each) => each.severity === 'error' || each.file === file),
    texts,
  )
  if (ready !== undefined)
    terminal.print(`${file}: ${terminal.paint(['green', 'bold'], 'ready')}, would enforce ${enforced(ready)}`)
}

/** Resolves at the first polite end; SIGHUP reads everything again. */
async function untilStopped(reload: () => void): Promise<void> {
  process.on('SIGHUP', reload)
  const alive = setInterval(() => undefined, 1 << 30)
  await new Promise<void>((resolve) => {
    const done = onInterrupt(() => {
      done()
      resolve()
    })
  })
  clearInterval(alive)
  process.off('SIGHUP', reload)
}

function enforced({ charter, version }: ReadyCharter): string {
  const flows = [...charter.workflows.values()].filter((flow) => flow.mode === 'observe')
  const observed = flows.flatMap((flow) => [...flow.operations]).length
  const count = charter.operations.size
  const only = observed === 0 ? '' : `, ${observed} of them only observed`
  return `\`${charter.name}\` (${count} ${count === 1 ? 'operation' : 'operations'}${only}), version ${version.slice(0, 12)}`
}

function tellJson(terminal: Terminal): (news: GuardNews) => void {
  return (news) => {
    if (news.kind === 'in-force') {
      const { charter, version } = news.ready
      terminal.print(JSON.stringify({ kind: news.kind, charter: charter.name, version, again: news.again }))
    } else if (news.kind === 'refused') {
      terminal.print(JSON.stringify({ kind: news.kind, diagnostics: news.loaded.diagnostics }))
    } else terminal.print(JSON.stringify(news))
  }
}

function tellWords(terminal: Terminal, file: string): (news: GuardNews) => void {
  return (news) => {
    switch (news.kind) {
      case 'listening':
        terminal.print(`listening on ${terminal.paint('bold', news.url)}`)
        if (news.control !== undefined)
          terminal.print(`operators and approvers at ${terminal.paint('bold', news.control)}`)
        if (news.console !== undefined) terminal.print(`console at ${terminal.paint('bold', news.console)}`)
        if (news.a2a !== undefined) terminal.print(`agents at ${terminal.paint('bold', news.a2a)}`)
        if (news.mcp !== undefined) terminal.print(`MCP clients at ${terminal.paint('bold', news.mcp)}`)
        if (news.models !== undefined) terminal.print(`clients of models at ${terminal.paint('bold', news.models)}`)
        return
      case 'in-force':
        terminal.print(`${news.again ? 'now enforces' : 'enforces'} ${enforced(news.ready)}`)
        return
      case 'refused':
        printDiagnostics(
          terminal,
          news.loaded.diagnostics.filter((each) => each.severity === 'error'),
          news.loaded.texts,
        )
        terminal.printError(`${terminal.paint('yellow', 'not put in force')}: what was in force before stays`)
        return
      case 'restart-needed':
        terminal.printError(`${file}: ${news.parts.join(', ')} changed; that counts after a restart`)
        return
      case 'failed':
        terminal.printError(
          harmless(
            `${terminal.paint('red', 'failed')}  ${news.why}${news.call === undefined ? '' : ` (call ${news.call})`}`,
          ),
        )
        return
      case 'stopped':
        terminal.print('stopped')
    }
  }
}
