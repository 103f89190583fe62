import type { Charter, Constraint, Operation, Position, Use } from '../charter.ts'
import type { Diagnostic } from '../diagnostic.ts'
import type { ParsedCharter, Path } from '../parse.ts'

/** What every concern is given: the linked charter, what was written, and where to report. Used during one check only. */
export interface Checker {
  readonly charter: Charter
  readonly parsed: ParsedCharter
  /** Every way in which anything may be used, in file order. */
  readonly uses: readonly Use[]
  /** The day of the check, as `2026-01-31`. */
  readonly today: string
  readonly at: (path: Path) => Position
  readonly report: Report
  readonly warn: Report
}

/** Adds one finding about the thing at a position. */
export type Report = (code: string, position: Position, message: string, help?: string) => void

/** Prepares a check; findings are added to `diagnostics`. */
export function makeChecker(
  charter: Charter,
  parsed: ParsedCharter,
  today: string,
  diagnostics: Diagnostic[],
): Checker {
  const add =
    (severity: Diagnostic['severity']): Report =>
    (code, position, message, help) => {
      diagnostics.push({ code, severity, message, ...position, ...(help === undefined ? {} : { help }) })
    }
  return {
    charter,
    parsed,
    today,
    uses: [...charter.operations.values()].flatMap((operation) => operation.uses),
    at: parsed.locate,
    report: add('error'),
    warn: add('warning'),
  }
}

/** The constraints of one kind a use has. */
export function constraintsOf<K extends Constraint['kind']>(use: Use, kind: K): Extract<Constraint, { kind: K }>[] {
  return use.constraints.filter((each): each is Extract<Constraint, { kind: K }> => each.kind === kind)
}

/** The operation a use belongs to. */
export function operationOf(checker: Checker, use: Use): Operation | undefined {
  return checker.charter.operations.get(use.operation)
}

/** Names in backquotes, joined as in a sentence: `a`, `b` and `c`. */
export function listNames(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``)
  const last = quoted.pop() ?? ''
  return quoted.length === 0 ? last : `${quoted.join(', ')} and ${last}`
}

/** The name of a type with its article: an `order`. */
export function one(type: string): string {
  return `${/^[aeio]/i.test(type) ? 'an' : 'a'} \`${type}\``
}
