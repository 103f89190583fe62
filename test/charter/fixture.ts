import { readFileSync } from 'node:fs'
import type { Charter } from '../../src/charter/charter.ts'
import { checkCharter } from '../../src/charter/check/check.ts'
import { compareDiagnostics, type Diagnostic } from '../../src/charter/diagnostic.ts'
import { linkCharter } from '../../src/charter/link.ts'
import { parseCharter } from '../../src/charter/parse.ts'
import type { ApiDescription } from '../../src/charter/source/description.ts'

/** The text of a fixture beside this file. */
export function fixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')
}

/** Parses, links and checks one text, as the loader does for a charter with these descriptions, by source. */
export function analyse(
  text: string,
  descriptions: ReadonlyMap<string, ApiDescription> = new Map(),
): { charter?: Charter; diagnostics: Diagnostic[] } {
  const parsed = parseCharter([{ file: 'charter.yaml', text }])
  if (parsed.charter === undefined) return { diagnostics: parsed.diagnostics.toSorted(compareDiagnostics) }
  const linked = linkCharter(parsed.charter, descriptions)
  const checked = checkCharter(linked.charter, parsed.charter, { today: '2026-06-01' })
  const diagnostics = [...parsed.diagnostics, ...linked.diagnostics, ...checked].toSorted(compareDiagnostics)
  return { charter: linked.charter, diagnostics }
}
