import type { Charter, Position } from '../charter/charter.ts'
import type { Diagnostic } from '../charter/diagnostic.ts'
import { parseYaml } from '../charter/parse.ts'
import { decide } from '../decide/decide.ts'
import type { Decision } from '../decide/decision.ts'
import { stageCase } from './case-facts.ts'
import { casesSchema, type RawCase, type RawCases } from './case-schema.ts'

/** What came of one case. */
export interface CaseResult {
  readonly description: string
  readonly position: Position
  readonly decision: Decision
  /** How the decision differs from what was expected; empty when it does not. */
  readonly differences: readonly string[]
}

/** The charter a file of cases names, relative to it; undefined when it names none or cannot be read. */
export function charterOfCases(text: string, file: string): string | undefined {
  return parseYaml({ file, text }, casesSchema).value?.charter
}

/**
 * Runs every case of a file against a charter. Pure; never throws for what a person wrote.
 *
 * @returns `diagnostics` for what is wrong with the file itself; cases it does not touch are run all the same.
 */
export function runCases(
  charter: Charter,
  text: string,
  file: string,
): { results: readonly CaseResult[]; diagnostics: readonly Diagnostic[] } {
  const { value, locate, diagnostics } = parseYaml({ file, text }, casesSchema)
  if (value === undefined) return { results: [], diagnostics }
  const results = value.cases.map((raw, index) => {
    const position = locate(['cases', index])
    const report = (message: string): void =>
      void diagnostics.push({ code: 'unknown-name', severity: 'error', message, ...position })
    return runCase(charter, value, raw, { position, report })
  })
  return { results, diagnostics }
}

function runCase(
  charter: Charter,
  file: RawCases,
  raw: RawCase,
  { position, report }: { position: Position; report: (message: string) => void },
): CaseResult {
  const { call, facts } = stageCase(charter, file, raw, report)
  const decision = decide(charter, facts, call)
  return { description: raw.description, position, decision, differences: differencesFrom(raw.expect, decision) }
}

function differencesFrom(expected: RawCase['expect'], decision: Decision): string[] {
  const found: string[] = []
  const compare = (what: string, wanted: string, got: string): void => {
    if (wanted !== got) found.push(`${what}: expected ${wanted}, got ${got}`)
  }
  compare('effect', expected.effect, decision.effect)
  if (expected.use !== undefined) compare('use', expected.use, decision.use ?? 'none')
  if (expected.reasons !== undefined)
    compare('reasons', listed(expected.reasons), listed(decision.reasons.map((each) => each.constraint)))
  if (expected.obligations !== undefined)
    compare('obligations', listed(expected.obligations), listed(decision.obligations.map((each) => each.constraint)))
  return found
}

function listed(ids: readonly string[]): string {
  return ids.length === 0 ? 'none' : ids.toSorted().join(', ')
}
