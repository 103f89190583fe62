import { readFile } from 'node:fs/promises'
import type { Charter } from '../../charter/charter.ts'
import { type Diagnostic, hasErrors } from '../../charter/diagnostic.ts'
import { loadCharter } from '../../charter/load.ts'
import { nearest } from '../../charter/nearest.ts'
import { parseIdentities } from '../../prove/identity/parse-identities.ts'
import type { RawIdentities } from '../../prove/identity/schema.ts'
import { printDiagnostics } from '../diagnostics.ts'
import type { Terminal } from '../terminal.ts'

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
  const { charter, diagnostics, texts } = await loadCharter(files.charter)
  if (charter === undefined || hasErrors(diagnostics)) return refuse(terminal, diagnostics, texts)
  const text = await readInput(files.identities)
  const known = { actors: [...charter.actors.keys()], sources: [...charter.sources.keys()] }
  const parsed = parseIdentities({ file: files.identities, text }, known)
  if (parsed.identities === undefined) return refuse(terminal, parsed.diagnostics, new Map([[files.identities, text]]))
  return { charter, identities: parsed.identities }
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
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw new Error(`cannot read \`${path}\`: ${code === 'ENOENT' ? 'there is no such file' : code}`, { cause: error })
  }
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
