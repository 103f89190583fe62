import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { type Command, InvalidArgumentError } from 'commander'
import { parseDuration } from '../../charter/duration.ts'
import { type Entry, entryKinds } from '../../ledger/entry.ts'
import { effectOf, operationOf, principalOf } from '../../ledger/export/event.ts'
import { type ExportFormat, exportEntries, exportFormats } from '../../ledger/export/export.ts'
import { parseVerifierKey } from '../../ledger/note.ts'
import { proveEntry } from '../../ledger/prove.ts'
import { verifyProof } from '../../ledger/tlog-proof.ts'
import { verifyLedger } from '../../ledger/verify.ts'
import { type EventQuery, type LedgerOptions, type LedgerSource, openLedgerSource } from '../guard/ledger-source.ts'
import { withCore } from '../guard/operator.ts'
import { locally, operatorName } from '../guard/person.ts'
import { harmless } from '../prove/harmless.ts'
import { readInput } from '../prove/load-inputs.ts'
import { choice, collect, wholeNumber } from '../prove/options.ts'
import type { Terminal } from '../terminal.ts'
import { versionOfProgram } from '../version.ts'

interface SearchOptions extends EventQuery {
  readonly limit: number
  readonly keys?: string
  readonly content?: boolean
  readonly json?: boolean
}

/** `lockstep ledger`: what was decided and done, searched, proven, verified and taken along. */
export function register(program: Command, terminal: Terminal): void {
  const ledger = program.command('ledger').description('search, prove, verify and export what was decided and done')
  const about = 'a guard file, or a ledger exported from one'
  ledger
    .command('verify')
    .description('verify a whole ledger, or one proof, with nothing but the public key')
    .argument('[file]', about, 'guard.yaml')
    .option('--key <key>', 'the public key, or a file that holds it (of a guard file: its own)')
    .option('--checkpoints <file>', 'checkpoints from a place outside; may be given several times', collect)
    .option('--proof', 'the file is the proof of one entry')
    .option('--json', 'print one JSON document')
    .action((file: string, options: VerifyOptions) => verify(terminal, file, options))
  addQuery(ledger.command('search').description('list entries').argument('[file]', about, 'guard.yaml'))
    .option('--limit <number>', 'at most so many, the newest', wholeNumber(1, 1_000_000), 50)
    .option('--content', 'show the private part too, where it can be read')
    .option('--keys <file>', 'the key store of the private parts, for an exported ledger')
    .option('--json', 'print one JSON text a line')
    .action((file: string, options: SearchOptions) => search(terminal, file, options))
  ledger
    .command('prove')
    .description('write a proof that one entry was recorded')
    .argument('<entry>', 'the number of the entry')
    .argument('[file]', 'the guard file', 'guard.yaml')
    .option('--out <file>', 'write it there instead of printing it')
    .option('--json', 'print one JSON document')
    .action((entry: string, file: string, options: ProveOptions) => prove(terminal, entry, file, options))
  addQuery(
    ledger
      .command('export')
      .description('write entries for an auditor or another system')
      .argument('[file]', 'the guard file', 'guard.yaml'),
  )
    .addOption(
      choice('--format <format>', 'ledger (verifiable, always whole), or for other systems', exportFormats, 'ledger'),
    )
    .option('--out <file>', 'write them there instead of printing them')
    .option('--json', 'the same: every format is JSON')
    .action((file: string, options: ExportOptions) => write(terminal, file, options))
  ledger
    .command('erase')
    .description('make everything recorded about a person unreadable, for good')
    .argument('<person>', 'the id of the principal')
    .argument('[file]', 'the guard file', 'guard.yaml')
    .requiredOption('--why <text>', 'why, for the record')
    .option('--as <id>', 'who you are (default: your name on this machine)')
    .option('--json', 'print one JSON document')
    .action((person: string, file: string, options: EraseOptions) => erase(terminal, person, file, options))
}

function addQuery(command: Command): Command {
  return command
    .option('--from <time>', 'not before this: RFC 3339, or how long ago, as 2h', moment)
    .option('--to <time>', 'before this', moment)
    .option('--kind <kind>', entryKinds.join(', '), oneOf(entryKinds))
    .option('--call <id>', 'of this call')
    .option('--operation <operation>', 'of this operation')
    .option('--principal <id>', 'about this principal')
    .option('--effect <effect>', 'allow, deny, ask, effective, granted, …')
}

function moment(text: string): number {
  const ago = parseDuration(text)
  const at = ago === undefined ? Date.parse(text) : Date.now() - ago
  if (Number.isFinite(at)) return at
  throw new InvalidArgumentError('write 2026-01-31T08:00:00Z, or 2h for two hours ago.')
}

function oneOf(values: readonly string[]): (text: string) => string {
  return (text) => {
    if (values.includes(text)) return text
    throw new InvalidArgumentError(`one of ${values.join(', ')}.`)
  }
}

interface VerifyOptions extends LedgerOptions {
  readonly proof?: boolean
  readonly json?: boolean
}

async function verify(terminal: Terminal, file: string, options: VerifyOptions): Promise<void> {
  if (options.proof === true) {
    await verifyOne(terminal, file, options)
    return
  }
  await withLedger(terminal, file, options, async (source) => {
    const { publicKey, outside } = source
    if (publicKey === undefined) throw new Error('an exported ledger is verified with its public key: give --key')
    const report = await verifyLedger({ items: source.items(), publicKey, checkpoints: outside })
    if (report.problems.length > 0) terminal.finish('denied')
    if (options.json === true) {
      terminal.print(JSON.stringify({ key: publicKey, outside: outside.length, ...report }, null, 2))
      return
    }
    for (const { code, from, to, says } of report.problems)
      terminal.print(`${terminal.paint(['red', 'bold'], code)}  entries ${from} to ${to}: ${says}`)
    const { size, covered, pruned, checkpoints, root } = report
    terminal.print(
      `${size} entries, ${covered} under ${checkpoints} checkpoints${pruned > 0 ? `, ${pruned} pruned` : ''}; root ${root}`,
    )
    if (size > covered) terminal.print(`of the last ${size - covered} nothing is known but that they are there`)
    if (outside.length === 0)
      terminal.print(
        'no checkpoint from outside: somebody who holds the signing key, or cut off the end, would not be seen',
      )
    terminal.print(
      report.problems.length === 0
        ? terminal.paint(['green', 'bold'], 'as it was recorded')
        : terminal.paint(['red', 'bold'], 'not as it was recorded'),
    )
  })
}

async function verifyOne(terminal: Terminal, file: string, { key, json }: VerifyOptions): Promise<void> {
  if (key === undefined) throw new Error('a proof is verified with the public key of its ledger: give --key')
  const text = /\+[0-9a-f]{8}\+/.test(key) ? key : (await readInput(key)).trim()
  const verifier = parseVerifierKey(text)
  if (verifier === undefined) throw new Error('the public key is malformed')
  const verdict = verifyProof(await readInput(file), verifier)
  if (!verdict.holds) terminal.finish('denied')
  if (json === true) terminal.print(JSON.stringify(verdict, null, 2))
  else if (!verdict.holds) terminal.print(terminal.paint(['red', 'bold'], `it does not hold: ${verdict.problem}`))
  else {
    terminal.print(harmless(verdict.entry))
    terminal.print(terminal.paint(['green', 'bold'], `entry ${verdict.index} of ${verdict.head.size} was recorded`))
  }
}

async function search(terminal: Terminal, file: string, options: SearchOptions): Promise<void> {
  await withLedger(terminal, file, options, async (source) => {
    const newest: Found[] = []
    for await (const { index, entry } of source.events(queryOf(options))) {
      newest.push({ index, entry })
      if (newest.length > options.limit) newest.shift()
    }
    for (const found of newest) {
      const content = options.content === true ? await source.content(found.entry) : undefined
      if (options.json === true)
        terminal.print(JSON.stringify({ ...found, ...(content === undefined ? {} : { content }) }))
      else printEntry(terminal, found, content)
    }
    if (newest.length === 0 && options.json !== true) terminal.print('nothing found')
  })
}

interface Found {
  readonly index: number
  readonly entry: Entry
}

function printEntry(terminal: Terminal, { index, entry }: Found, content: unknown): void {
  const who = principalOf(entry)?.id
  const parts = [effectOf(entry), operationOf(entry), who === undefined ? undefined : `by ${who}`, entry.call]
  const line = `${terminal.paint('dim', String(index).padStart(6))}  ${entry.at}  ${entry.kind.padEnd(8)}  ${parts.filter((each) => each !== undefined).join('  ')}`
  terminal.print(harmless(line))
  if (entry.kind === 'decision')
    for (const { says } of entry.reasons) terminal.print(harmless(`          ${says ?? ''}`))
  if ('why' in entry && entry.why !== undefined) terminal.print(harmless(`          ${entry.why}`))
  if (content !== undefined) terminal.print(harmless(JSON.stringify(content, null, 2).replaceAll(/^/gm, '          ')))
}

function queryOf({ from, to, kind, call, operation, principal, effect }: EventQuery): EventQuery {
  const all = { from, to, kind, call, operation, principal, effect }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

interface ProveOptions {
  readonly out?: string
  readonly json?: boolean
}

async function prove(terminal: Terminal, entry: string, file: string, { out, json }: ProveOptions): Promise<void> {
  const index = wholeNumber(0, Number.MAX_SAFE_INTEGER)(entry)
  await withLedger(terminal, file, {}, async ({ reader, publicKey }) => {
    if (reader === undefined) throw new Error('a proof is made from the ledger itself: name the guard file')
    const proof = await proveEntry(reader, index)
    if (proof === undefined)
      throw new Error(`entry ${index} cannot be proven: no checkpoint covers it yet, or its text is gone`)
    if (out !== undefined) await writeFile(out, proof)
    if (json === true) terminal.print(JSON.stringify({ index, key: publicKey, proof }, null, 2))
    else terminal.print(out === undefined ? proof.trimEnd() : `wrote ${out}`)
  })
}

interface ExportOptions extends EventQuery {
  readonly format: ExportFormat
  readonly out?: string
}

async function write(terminal: Terminal, file: string, options: ExportOptions): Promise<void> {
  await withLedger(terminal, file, {}, async ({ reader, origin }) => {
    if (reader === undefined) throw new Error('this is an exported ledger already: name the guard file')
    const source = { origin, version: versionOfProgram() }
    const pieces = exportEntries(reader, options.format, { query: queryOf(options), source })
    if (options.out === undefined) for await (const piece of pieces) terminal.print(piece.replace(/\n$/, ''))
    else {
      const stream = createWriteStream(options.out, { mode: 0o600 })
      for await (const piece of pieces) if (!stream.write(piece)) await once(stream, 'drain')
      stream.end()
      await once(stream, 'finish')
      terminal.print(`wrote ${options.out}`)
    }
  })
}

interface EraseOptions {
  readonly why: string
  readonly as?: string
  readonly json?: boolean
}

async function erase(terminal: Terminal, person: string, file: string, options: EraseOptions): Promise<void> {
  await withCore(terminal, file, async ({ ledger }) => {
    const by = { id: operatorName(options) }
    const { index, keys } = await ledger.erase(person, { principal: by, why: locally(options.why) })
    if (options.json === true) terminal.print(JSON.stringify({ entry: index, keys: keys.length }))
    else if (keys.length === 0) terminal.print('nothing readable was recorded about this person')
    else terminal.print(`unreadable from now on; entry ${index} says so`)
  })
}

async function withLedger(
  terminal: Terminal,
  file: string,
  options: LedgerOptions,
  work: (source: LedgerSource) => Promise<void>,
): Promise<void> {
  const source = await openLedgerSource(terminal, file, options)
  if (source === undefined) return
  try {
    await work(source)
  } finally {
    await source.close()
  }
}
