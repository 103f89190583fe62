/** What a revision of a charter changes: beside the one in force, and beside its own cases. */
import { readFileSync } from 'node:fs'
import { casesSchema } from '../case/case-schema.ts'
import { runCases } from '../case/run-cases.ts'
import type { Charter } from '../charter/charter.ts'
import { hasErrors } from '../charter/diagnostic.ts'
import type { LoadedCharter } from '../charter/load.ts'
import { parseYaml } from '../charter/parse.ts'
import { type CharterDiff, diffCharters } from '../simulate/diff/diff.ts'
import { caseFilesOf } from './case-files.ts'
import { type Files, type InForceFiles, nameOf, type Revisions } from './revision.ts'

/** One case, and whether the revision decides it as its author expects. */
export interface TriedCase {
  readonly file: string
  readonly line: number
  readonly description: string
  readonly differences: readonly string[]
  readonly reasons: readonly { readonly constraint: string; readonly says: string }[]
}

export interface Compared {
  readonly difference: CharterDiff
  readonly cases: readonly TriedCase[]
  /** Files of cases that cannot be read, and why. */
  readonly unread: readonly string[]
}

/** The charter as revised has errors: nothing can be decided under it. */
export class Unusable extends Error {}

/** @throws {Unusable} */
export async function compare(revisions: Revisions, setting: InForceFiles, files: Files): Promise<Compared> {
  const before = usable(await revisions.inForce())
  const after = usable(await revisions.load(files))
  const texts = caseTexts(setting)
  const parsed = texts.map(({ file, text }) => parseYaml({ file, text }, casesSchema))
  return {
    difference: diffCharters(
      before,
      after,
      parsed.flatMap(({ value }) => value ?? []),
    ),
    ...tryCases(after, setting, texts),
  }
}

/** @throws {Unusable} */
export function usable({ charter, diagnostics }: LoadedCharter): Charter {
  if (charter === undefined || hasErrors(diagnostics)) throw new Unusable('it has errors: nothing can be decided by it')
  return charter
}

interface CaseText {
  readonly file: string
  readonly text: string
}

function caseTexts({ main }: InForceFiles): readonly CaseText[] {
  return caseFilesOf([main]).map((file) => ({ file, text: readFileSync(file, 'utf8') }))
}

function tryCases(
  charter: Charter,
  setting: InForceFiles,
  texts: readonly CaseText[],
): Pick<Compared, 'cases' | 'unread'> {
  const ran = texts.map(({ file, text }) => ({ file: nameOf(setting, file), ...runCases(charter, text, file) }))
  return {
    cases: ran.flatMap(({ file, results }) =>
      results.map(({ description, position, differences, decision }) => ({
        file,
        line: position.line,
        description,
        differences,
        reasons: decision.reasons.map(({ constraint, says }) => ({ constraint, says })),
      })),
    ),
    unread: ran.flatMap(({ file, diagnostics: [first] }) =>
      first === undefined ? [] : [`${file}: line ${first.line}: ${first.message}`],
    ),
  }
}
