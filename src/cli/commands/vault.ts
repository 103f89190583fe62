import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Entry } from '../../ledger/entry.ts'
import type { Elsewhere } from '../../vault/head.ts'
import { reportOn, type SecretReport } from '../../vault/report.ts'
import { printScope } from '../../vault/scope.ts'
import { lineOf, linesOf, linesOfReport, shown } from '../guard/vault-words.ts'
import {
  type AtVault,
  addScopeOptions,
  addValueOptions,
  addVaultOptions,
  readValue,
  type ScopeOptions,
  scopesOf,
  type ValueOptions,
  type VaultOptions,
  withVault,
} from '../guard/with-vault.ts'
import { harmless } from '../prove/harmless.ts'
import { duration, wholeNumber } from '../prove/options.ts'
import type { Terminal } from '../terminal.ts'

type SetOptions = VaultOptions & ValueOptions & ScopeOptions & { readonly fromVault?: Elsewhere }
type RotateOptions = VaultOptions & ValueOptions & { readonly overlap: number }
type WhyOptions = VaultOptions & { readonly why: string }
type ScopeCommand = VaultOptions &
  ScopeOptions & { readonly remove?: number; readonly least?: boolean; readonly unused: number }
type ReportOptions = VaultOptions & { readonly unused: number; readonly longLived: number }

/** `lockstep vault`: secrets that the guard puts into calls, so that nobody who calls has them. */
export function register(program: Command, terminal: Terminal): void {
  const command = program
    .command('vault')
    .description('keep secrets that the guard puts into calls, so that nobody who calls has them')
  const add = (usage: string, description: string): Command =>
    addVaultOptions(command.command(usage).description(description))

  addScopeOptions(addValueOptions(add('set <name>', 'keep a new secret, for some operations')))
    .option(
      '--from-vault <reference>',
      'it is kept by OpenBao or Vault: NAME:MOUNT/PATH#FIELD, with @VERSION after it, or NAME:lease:PATH#FIELD',
      elsewhere,
    )
    .action((name: string, options: SetOptions) =>
      withVault(terminal, options, (at) => set(terminal, at, name, options)),
    )
  addValueOptions(add('rotate <name>', 'give a secret another value'))
    .addOption(span('--overlap <duration>', 'keep the value before so long, as 1h', 0, '0s'))
    .action((name: string, options: RotateOptions) =>
      withVault(terminal, options, (at) => rotate(terminal, at, name, options)),
    )
  addScopeOptions(add('scope <name>', 'say what else a secret is for, or what no more'))
    .option('--remove <number>', 'take away the scope with this number in the list', wholeNumber(1, 1000))
    .option('--least', 'leave only what was used')
    .addOption(span('--unused <duration>', 'what was not used for so long does not count as used', 30 * dayMs, '30d'))
    .action((name: string, options: ScopeCommand) =>
      withVault(terminal, options, (at) => rescope(terminal, at, name, options)),
    )
  add('list', 'list secrets, never their values').action((options: VaultOptions) =>
    withVault(terminal, options, (at) => list(terminal, at, options)),
  )
  add('disable <name>', 'refuse every call that needs it')
    .requiredOption('--why <text>', 'why, for the record')
    .action((name: string, options: WhyOptions) =>
      withVault(terminal, options, async ({ vault, by }) => {
        await vault.keeper.disable(name, options.why, by)
        say(terminal, options, { name, disabled: true }, `\`${name}\` is disabled`)
      }),
    )
  add('enable <name>', 'let it be used again').action((name: string, options: VaultOptions) =>
    withVault(terminal, options, async ({ vault, by }) => {
      await vault.keeper.enable(name, by)
      say(terminal, options, { name, disabled: false }, `\`${name}\` can be used again`)
    }),
  )
  add('delete <name>', 'destroy every version of it').action((name: string, options: VaultOptions) =>
    withVault(terminal, options, async ({ vault, by }) => {
      await vault.keeper.remove(name, by)
      say(terminal, options, { name, deleted: true }, `\`${name}\` is deleted`)
    }),
  )
  add('audit [name]', 'open every secret to see whether it is what was sealed, and list who changed and used it')
    .option('--limit <number>', 'at most so many entries, the newest', wholeNumber(1, 100_000), 50)
    .action((name: string | undefined, options: VaultOptions & { readonly limit: number }) =>
      withVault(terminal, options, (at) => audit(terminal, at, name, options)),
    )
  add('rekey', 'wrap everything by the master key of the guard file, so that those of before are not needed').action(
    (options: VaultOptions) =>
      withVault(terminal, options, async ({ vault, by }) => {
        const count = await vault.keeper.rekey(by)
        const { id } = vault.masters.current
        say(terminal, options, { rekeyed: count, master: id }, `${count} wrapped by ${id}`)
      }),
  )
  add('report', 'compare what secrets may be used for with what they were used for')
    .addOption(span('--unused <duration>', 'what was not used for so long is unused', 30 * dayMs, '30d'))
    .addOption(span('--long-lived <duration>', 'what was not rotated for so long is long-lived', 90 * dayMs, '90d'))
    .action((options: ReportOptions) => withVault(terminal, options, (at) => report(terminal, at, options)))
}

function span(flags: string, description: string, value: number, written: string): Option {
  return new Option(flags, description).argParser(duration).default(value, written)
}

const dayMs = 24 * 60 * 60 * 1000

function say(terminal: Terminal, { json }: VaultOptions, value: object, words: string): void {
  terminal.print(json === true ? JSON.stringify(value) : harmless(words))
}

async function set(
  terminal: Terminal,
  { vault, charter, by }: AtVault,
  name: string,
  options: SetOptions,
): Promise<void> {
  const scopes = scopesOf(options, charter)
  const value = await readValue(terminal, options)
  const { fromVault: from } = options
  if ((value === undefined) === (from === undefined))
    throw new Error('say where the value is: --from-file, --from-stdin, --from-env or --from-vault')
  // Whether it can be had is found out now, not by the first call.
  if (from !== undefined) await vault.others.read(from)
  const version = await vault.keeper.set(
    name,
    { value: value ?? '', scopes, ...(from === undefined ? {} : { from }) },
    by,
  )
  const secret = (await vault.keeper.all()).get(name)
  const placeholder = secret === undefined || 'problem' in secret ? undefined : secret.head.placeholder
  say(
    terminal,
    options,
    { name, version, placeholder },
    `\`${name}\` is kept (version ${version}); its placeholder is ${placeholder}`,
  )
}

async function rotate(terminal: Terminal, { vault, by }: AtVault, name: string, options: RotateOptions): Promise<void> {
  const value = await readValue(terminal, options)
  if (value === undefined) throw new Error('say where the value is: --from-file, --from-stdin or --from-env')
  const version = await vault.keeper.rotate(name, value, options.overlap, by)
  const until = options.overlap === 0 ? {} : { until: new Date(Date.now() + options.overlap).toISOString() }
  const words = options.overlap === 0 ? '' : `; the one before is kept until ${until.until}`
  say(terminal, options, { name, version, ...until }, `\`${name}\` has version ${version}${words}`)
}

async function rescope(terminal: Terminal, at: AtVault, name: string, options: ScopeCommand): Promise<void> {
  const { vault, charter, by } = at
  const secret = (await vault.keeper.all()).get(name)
  const before = secret === undefined || 'problem' in secret ? [] : secret.head.scopes
  const { remove, least, unused } = options
  if (remove !== undefined && before[remove - 1] === undefined) throw new Error(`there is no scope ${remove}`)
  const next =
    least === true
      ? ((await reportsOf(at, { unused, longLived: dayMs })).find((each) => each.name === name)?.least?.scopes ??
        before)
      : remove !== undefined
        ? before.filter((_, index) => index !== remove - 1)
        : [...before, ...scopesOf(options, charter)]
  await vault.keeper.rescope(name, next, by)
  say(
    terminal,
    options,
    { name, scopes: next },
    [`\`${name}\` is for`, ...next.map((scope) => `  ${printScope(scope)}`)].join('\n'),
  )
}

async function list(terminal: Terminal, { vault }: AtVault, options: VaultOptions): Promise<void> {
  const all = [...(await vault.keeper.all()).values()].map(shown)
  if (options.json === true) terminal.print(JSON.stringify(all, null, 2))
  else if (all.length === 0) terminal.print('no secret is kept')
  else for (const secret of all) terminal.print(harmless(linesOf(terminal, secret).join('\n')))
  if (all.some(({ problem }) => problem !== undefined)) terminal.finish('denied')
}

async function audit(
  terminal: Terminal,
  { vault, ledger }: AtVault,
  name: string | undefined,
  options: VaultOptions & { readonly limit: number },
): Promise<void> {
  const secrets = [...(await vault.keeper.all()).values()]
    .map(shown)
    .filter((each) => name === undefined || each.name === name)
  const newest = await newestEntries(ledger, name, options.limit)
  const broken = secrets.filter(({ problem }) => problem !== undefined)
  if (broken.length > 0) terminal.finish('denied')
  if (options.json === true) {
    terminal.print(JSON.stringify({ secrets, entries: newest }, null, 2))
    return
  }
  for (const secret of broken) for (const line of linesOf(terminal, secret)) terminal.print(harmless(line))
  terminal.print(`${secrets.length - broken.length} of ${secrets.length} open as they were sealed`)
  for (const entry of newest) terminal.print(harmless(lineOf(entry)))
}

/** Oldest first. Reads back only as far as it must. */
async function newestEntries(ledger: AtVault['ledger'], name: string | undefined, limit: number): Promise<Entry[]> {
  const found: Entry[] = []
  for (const kind of ['secret', 'secret-use'] as const) {
    const some: Entry[] = []
    let past: number | undefined
    do {
      const page = await ledger.reader.search({ kind, limit: 1000, ...(past === undefined ? {} : { past }) })
      for (const { text } of page.entries) {
        const entry: Entry | undefined = text === undefined ? undefined : JSON.parse(text)
        if (entry !== undefined && isAbout(entry, name)) some.push(entry)
      }
      past = page.next
    } while (past !== undefined && some.length < limit)
    found.push(...some)
  }
  return found.sort((a, b) => (a.at < b.at ? -1 : 1)).slice(-limit)
}

function isAbout(entry: Entry, name: string | undefined): boolean {
  if (name === undefined) return true
  if (entry.kind === 'secret') return entry.secret === name
  return entry.kind === 'secret-use' && entry.secrets.some((each) => each.split('#')[0] === name)
}

async function reportsOf(
  { vault }: AtVault,
  { unused, longLived }: { readonly unused: number; readonly longLived: number },
): Promise<readonly SecretReport[]> {
  const limits = { unusedMs: unused, longLivedMs: longLived }
  return reportOn(await vault.keeper.all(), await vault.store.uses(), limits, Date.now())
}

async function report(terminal: Terminal, at: AtVault, options: ReportOptions): Promise<void> {
  const reports = await reportsOf(at, options)
  if (options.json === true) {
    terminal.print(JSON.stringify(reports, null, 2))
    return
  }
  if (reports.length === 0) terminal.print('no secret is kept')
  for (const each of reports) terminal.print(harmless(linesOfReport(terminal, each).join('\n')))
}

/** NAME:MOUNT/PATH#FIELD, with @VERSION; or NAME:lease:PATH#FIELD. */
function elsewhere(text: string): Elsewhere {
  const [, vault, lease, path, field, version] =
    /^([A-Za-z][\w-]*):(lease:)?([^#]+)#([^@]+)(?:@([1-9]\d*))?$/.exec(text) ?? []
  if (
    vault === undefined ||
    path === undefined ||
    field === undefined ||
    path.split('/').some((part) => /^\.{0,2}$/.test(part))
  )
    throw new InvalidArgumentError('Write NAME:MOUNT/PATH#FIELD, or NAME:lease:PATH#FIELD.')
  return {
    vault,
    engine: lease === undefined ? 'kv' : 'lease',
    path,
    field,
    ...(version === undefined ? {} : { version: Number(version) }),
  }
}
