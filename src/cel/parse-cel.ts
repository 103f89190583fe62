import { Environment } from '@marcbachmann/cel-js'
import type { Node } from './ast.ts'
import { type CelType, checkNode } from './check.ts'
import type { Scope } from './closure.ts'
import { compileNode } from './compile.ts'
import { convertTree } from './convert.ts'
import { type CelDiagnostic, diagnosticAt } from './diagnostic.ts'
import { type Path, readsOf } from './traverse.ts'
import type { Kind, Result } from './value.ts'

/** A parsed, checked and compiled expression. Immutable. */
export interface Expression {
  readonly source: string
  readonly ast: Node
  /** The kind of its value, `any` if that depends on data. A guard should be `bool` or `any`. */
  readonly kind: Kind
  /** Every variable path it may read. */
  readonly reads: readonly Path[]
  /** Pure and total: the same scope gives the same result, an error is a result, nothing is thrown. */
  evaluate(scope: Scope): Result
}

/** An expression, or everything wrong with its source. */
export type ParseResult =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly diagnostics: readonly CelDiagnostic[] }

const MAX_SOURCE = 10_000
// SECURITY: limits keep every recursion over a tree well within the stack.
const LIMITS = { maxAstNodes: 1000, maxDepth: 60, maxListElements: 500, maxMapEntries: 200, maxCallArguments: 16 }
const PARSER: Environment = new Environment({
  unlistedVariablesAreDyn: true,
  enableOptionalTypes: true,
  homogeneousAggregateLiterals: false,
  limits: LIMITS,
})

/**
 * Parses, checks and compiles a CEL expression.
 *
 * Names are checked against `variables`, kinds as far as they are declared. A syntax error comes alone, everything else is
 * reported together. Differences from CEL, all on purpose: numbers are exact decimals of one kind, so ints and doubles mix
 * and nothing overflows; division of what is not int by form is to 20 places; dividing by zero and numbers that are not
 * finite are errors; map keys are strings; there are no bytes.
 *
 * @param variables - The names that may be used, or their types.
 * @see https://github.com/google/cel-spec/blob/master/doc/langdef.md
 */
export function parseCel(
  source: string,
  variables: readonly string[] | Readonly<Record<string, CelType>>,
): ParseResult {
  const diagnostics: CelDiagnostic[] = []
  const ast = parseTree(source, diagnostics)
  if (ast === undefined || diagnostics.length > 0) return { ok: false, diagnostics }
  const types = typesOf(variables)
  const check = checkNode(ast, types)
  if (check.diagnostics.length > 0) return { ok: false, diagnostics: check.diagnostics }
  const expression = { source, ast, kind: check.kind, reads: readsOf(ast, types), evaluate: compileNode(ast) }
  return { ok: true, expression }
}

function typesOf(variables: readonly string[] | Readonly<Record<string, CelType>>): ReadonlyMap<string, CelType> {
  if (isNameList(variables)) return new Map(variables.map((name) => [name, 'any']))
  return new Map(Object.entries(variables))
}

function isNameList(variables: unknown): variables is readonly string[] {
  return Array.isArray(variables)
}

function parseTree(source: string, diagnostics: CelDiagnostic[]): Node | undefined {
  if (source.length > MAX_SOURCE) {
    diagnostics.push(diagnosticAt({ start: MAX_SOURCE, end: source.length }, `longer than ${MAX_SOURCE} characters`))
    return undefined
  }
  try {
    return convertTree(PARSER.parse(source).ast, diagnostics)
  } catch (error) {
    diagnostics.push(syntaxDiagnostic(error, source))
    return undefined
  }
}

/** The parser throws its own error with a range, or lets the stack overflow on thousands of prefix operators. */
function syntaxDiagnostic(error: unknown, source: string): CelDiagnostic {
  if (error instanceof RangeError) return diagnosticAt({ start: 0, end: source.length }, 'nested too deep')
  if (!(error instanceof Error) || !('summary' in error) || typeof error.summary !== 'string') throw error
  const message = error.summary.charAt(0).toLowerCase() + error.summary.slice(1)
  return diagnosticAt('range' in error ? rangeOf(error.range, source) : { start: 0, end: source.length }, message)
}

function rangeOf(range: unknown, source: string): { start: number; end: number } {
  const whole = { start: 0, end: source.length }
  if (typeof range !== 'object' || range === null || !('start' in range) || !('end' in range)) return whole
  const { start, end } = range
  return typeof start === 'number' && typeof end === 'number' ? { start, end } : whole
}
