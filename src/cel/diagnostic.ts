/** What is wrong with an expression, where (UTF-16 offset and length in its source), and what to do about it. */
export interface CelDiagnostic {
  readonly message: string
  readonly offset: number
  readonly length: number
  readonly help?: string
}

/** Makes a diagnostic for a stretch of source; `help` may be undefined. */
export function diagnosticAt(range: { start: number; end: number }, message: string, help?: string): CelDiagnostic {
  const place = { message, offset: range.start, length: range.end - range.start }
  return help === undefined ? place : { ...place, help }
}
