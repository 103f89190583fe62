import { isAbsolute, relative } from 'node:path'
import type { Charter } from '../../charter/charter.ts'
import { type Diagnostic, hasErrors } from '../../charter/diagnostic.ts'
import { loadCharter } from '../../charter/load.ts'
import { readText } from '../../charter/load-file.ts'
import { nearest } from '../../charter/nearest.ts'
import { parseIdentities } from '../../prove/identity/parse-identities.ts'
import type { RawIdentities } from '../../prove/identity/schema.ts'
import { printDiagnostics } from '../diagnostics.ts'
import type { Terminal } from '../terminal.ts'

/** Findings hold transcripts; no file of anybody's own hand is nearly as large. */
const mostBytes = 50_000_000

/** What a proof is made of. */
export interface Inputs {
  readonly charter: Charter
  readonly identities: RawIdentities
}

/** Reads charter and identities; prints what is wrong with either, ends with `invalid`, and gives nothing when anything is. */
export async function loadInputs(
  terminal: Terminal,
  files: { readonly charter: string; readonly identities: string },
): Promise<Inputs | undefined> {
  const { charter, diagnostics, texts } = await loadCharter(fromHere(files.charter))
  if (charter === undefined || hasErrors(diagnostics)) return refuse(terminal, diagnostics, texts)
  tellDoubts(terminal, diagnostics)
  const text = await readOrRefuse(terminal, files.identities)
  if (text === undefined) return undefined
  const known = { actors: [...charter.actors.keys()], sources: [...charter.sources.keys()] }
  const parsed = parseIdentities({ file: files.identities, text }, known)
  if (parsed.identities === undefined) return refuse(terminal, parsed.diagnostics, new Map([[files.identities, text]]))
  return { charter, identities: parsed.identities }
}

/** A path below the current folder as seen from there: reports name the charter by it, and their readers know no absolute paths. */
function fromHere(file: string): string {
  const way = relative(process.cwd(), file)
  return way === '' || way.startsWith('..') || isAbsolute(way) ? file : way
}

const lost: ReadonlySet<string> = new Set(['api-reference', 'api-load', 'api-syntax', 'api-encoding'])

/** A description that is wrong in parts is used without them; what that costs shows in the run. */
function tellDoubts(terminal: Terminal, diagnostics: readonly Diagnostic[]): void {
  const count = diagnostics.filter(({ code }) => lost.has(code)).length
  if (count === 0) return
  const told = count === 1 ? 'a part' : `${count} parts`
  terminal.printError(
    `${terminal.paint('yellow', 'warning')}  ${told} of the API description could not be read: see \`lockstep check\``,
  )
}

/** Reads a file that a person wrote; says why it cannot be read, ends with `invalid`, and gives nothing when it cannot. */
export async function readOrRefuse(terminal: Terminal, file: string): Promise<string | undefined> {
  const found = await readText(file)
  if (!('code' in found)) return found.text
  const message = `cannot read \`${file}\`: ${found.code}`
  return refuse(terminal, [{ code: 'unreadable', severity: 'error', message, file, line: 1, column: 1 }], new Map())
}

/** Prints the errors among diagnostics and ends with `invalid`. */
export function refuse(
  terminal: Terminal,
  diagnostics: readonly Diagnostic[],
  texts: ReadonlyMap<string, string>,
): undefined {
  printDiagnostics(
    terminal,
    diagnostics.filter((each) => each.severity === 'error'),
    texts,
  )
  terminal.finish('invalid')
}

/** Reads a file a person named; the error says which one and why it cannot be read. */
export async function readInput(path: string): Promise<string> {
  const found = await readText(path, mostBytes)
  if ('code' in found) throw new Error(`cannot read \`${path}\`: ${found.code}`)
  return found.text
}

/** The operations meant by names, with or without their source. Throws for a name that means none or several. */
export function resolveOperations(charter: Charter, names: readonly string[]): Set<string> {
  const ids = [...charter.operations.keys()]
  return new Set(
    names.map((name) => {
      const meant = ids.includes(name) ? [name] : ids.filter((id) => id.slice(id.indexOf('.') + 1) === name)
      const [only] = meant
      if (only !== undefined && meant.length === 1) return only
      if (meant.length > 1) throw new Error(`\`${name}\` may be ${meant.map((id) => `\`${id}\``).join(' or ')}`)
      const near =
        nearest(name, ids) ??
        nearest(
          name,
          ids.map((id) => id.slice(id.indexOf('.') + 1)),
        )
      throw new Error(
        `the charter covers no operation \`${name}\`${near === undefined ? '' : `; did you mean \`${near}\`?`}`,
      )
    }),
  )
}
