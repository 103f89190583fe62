import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Charter } from './charter.ts'
import { checkCharter, withoutRepeats } from './check/check.ts'
import { compareDiagnostics, type Diagnostic } from './diagnostic.ts'
import { linkCharter } from './link.ts'
import { loadDescription } from './load-description.ts'
import { type ReadText, readCharterFiles } from './load-file.ts'
import { type ParsedCharter, parseCharter } from './parse.ts'
import type { ApiDescription } from './source/description.ts'
import type { DescriptionResult } from './source/read-description.ts'
import { decodePath } from './source/reference.ts'

/** A charter as far as it could be read, with all that is wrong or doubtful about it. */
export interface LoadedCharter {
  /** Absent when the files could not be read or their shape is wrong. Not to be enforced or proven while there are errors. */
  readonly charter?: Charter
  /** In file order. */
  readonly diagnostics: readonly Diagnostic[]
  /** The charter's own files, by the names the diagnostics use. */
  readonly texts: ReadonlyMap<string, string>
}

export interface LoadOptions {
  /** The day against which openings (`public: until`) are checked, as `2026-01-31`. */
  readonly today?: string
  /** Where the charter's own files come from, when not from this machine. */
  readonly read?: ReadText
  /** Loads the description of a source, when not from wherever the charter says. Never throws. */
  readonly describe?: (source: string, location: string) => Promise<DescriptionResult>
}

/**
 * Reads a charter with its includes and the descriptions of its sources, resolves and checks it.
 *
 * Never throws for what a person wrote: bad input is diagnostics, all of them. Relative description files are looked for beside the
 * main charter file; http(s) addresses are fetched.
 *
 * @param file - The main charter file.
 */
export async function loadCharter(file: string, options: LoadOptions = {}): Promise<LoadedCharter> {
  const { today = currentDay(), describe = loadDescription } = options
  const { files, diagnostics } = await readCharterFiles(file, options.read)
  const texts = new Map(files.map((each) => [each.file, each.text]))
  if (files.length === 0) return { diagnostics, texts }
  const parsed = parseCharter(files)
  diagnostics.push(...parsed.diagnostics)
  if (parsed.charter === undefined) return { diagnostics: sorted(diagnostics), texts }
  const descriptions = await loadDescriptions(file, { parsed: parsed.charter, describe }, diagnostics)
  const linked = linkCharter(parsed.charter, descriptions.found)
  // Names of a description that could not be read are unknown for that reason only.
  const consequences = descriptions.missing ? ['unknown-name'] : []
  diagnostics.push(
    ...linked.diagnostics.filter(
      (each) => !(consequences.includes(each.code) && each.message.startsWith('there is no operation')),
    ),
  )
  diagnostics.push(...checkCharter(linked.charter, parsed.charter, { today }))
  return { charter: linked.charter, diagnostics: sorted(diagnostics), texts }
}

async function loadDescriptions(
  file: string,
  { parsed, describe }: { parsed: ParsedCharter; describe: NonNullable<LoadOptions['describe']> },
  diagnostics: Diagnostic[],
): Promise<{ found: Map<string, ApiDescription>; missing: boolean }> {
  const found = new Map<string, ApiDescription>()
  let missing = false
  const sources = (parsed.raw.sources ?? []).entries()
  await Promise.all(
    [...sources].map(async ([index, source]) => {
      if (source.url === undefined) return
      const remote = /^https?:\/\//i.test(source.url)
      const loaded = await describe(source.name, remote ? source.url : resolve(dirname(file), source.url))
      const usable = loaded.description !== undefined
      diagnostics.push(...loaded.diagnostics.map((each) => ofDescription(each, source.url ?? '', { file, usable })))
      if (loaded.description !== undefined) {
        found.set(source.name, loaded.description)
        return
      }
      missing = true
      const position = parsed.locate(['sources', index, 'url'])
      const message = `the description \`${source.url}\` of \`${source.name}\` could not be used`
      diagnostics.push({ code: 'description-unusable', severity: 'error', message, ...position })
    }),
  )
  return { found, missing }
}

/**
 * Positions are shown with the name the charter uses. The parts of a description that are broken are left out, which its reader
 * often cannot mend: that alone does not make the charter wrong.
 */
function ofDescription(
  diagnostic: Diagnostic,
  url: string,
  { file, usable }: { file: string; usable: boolean },
): Diagnostic {
  const severity = usable ? 'warning' : diagnostic.severity
  const root = pathToFileURL(`${resolve(dirname(file))}/`).href
  const shown = diagnostic.file.startsWith(root)
    ? join(dirname(file), decodePath(diagnostic.file.slice(root.length)))
    : diagnostic.file
  return { ...diagnostic, severity, file: shown === '' ? url : shown }
}

function sorted(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return withoutRepeats(diagnostics).toSorted(compareDiagnostics)
}

function currentDay(): string {
  return new Date().toISOString().slice(0, 10)
}
