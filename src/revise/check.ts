/** What a revision of a charter says: everything wrong with it, its sentences and drawings, and where each stands. */
import type { Charter, Position } from '../charter/charter.ts'
import { type Diagnostic, hasErrors } from '../charter/diagnostic.ts'
import { type Explanation, explainCharter } from '../explain/explanation.ts'
import { lifecyclesOf } from '../explain/lifecycle.ts'
import { printSvg } from '../explain/svg.ts'
import { type Files, type InForceFiles, nameOf, type Revisions } from './revision.ts'

/** Where something that is explained is written. `of` is the id of a use or a demand, or `object NAME`. */
export interface Place {
  readonly of: string
  readonly file: string
  readonly line: number
}

/** A charter in sentences and drawings. */
export interface Told {
  readonly explanation: Explanation
  readonly drawings: readonly { readonly object: string; readonly svg: string }[]
  /** By file, then line. */
  readonly places: readonly Place[]
}

export interface Checked {
  readonly diagnostics: readonly Diagnostic[]
  /** Absent while there are errors. */
  readonly told?: Told
}

/** More than anybody reads; a broken file can have thousands. */
const mostDiagnostics = 500

export async function check(revisions: Revisions, setting: InForceFiles, files: Files): Promise<Checked> {
  const { charter, diagnostics } = await revisions.load(files)
  const shown = diagnostics.slice(0, mostDiagnostics)
  if (charter === undefined || hasErrors(diagnostics)) return { diagnostics: shown }
  return { diagnostics: shown, told: tell(charter, setting) }
}

function tell(charter: Charter, setting: InForceFiles): Told {
  return {
    explanation: explainCharter(charter),
    drawings: lifecyclesOf(charter).map((each) => ({ object: each.object, svg: printSvg(each) })),
    places: placesOf(charter, setting),
  }
}

function placesOf(charter: Charter, setting: InForceFiles): readonly Place[] {
  const found = new Map<string, Place>()
  const add = (of: string, { file, line }: Position): void => {
    if (file !== '' && !found.has(of)) found.set(of, { of, file: nameOf(setting, file), line })
  }
  for (const type of charter.objects.values()) add(`object ${type.name}`, type.position)
  for (const { uses } of charter.operations.values())
    for (const use of uses) {
      add(use.id, use.position)
      for (const constraint of use.constraints) add(constraint.id, constraint.position)
    }
  for (const approval of charter.approvals.values()) add(`approvals.${approval.name}`, approval.position)
  for (const each of [...charter.rules, ...charter.invariants]) add(each.id, each.position)
  return [...found.values()].toSorted((left, right) => left.file.localeCompare(right.file) || left.line - right.line)
}
