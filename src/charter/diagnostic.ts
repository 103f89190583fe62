/**
 * One thing wrong (or doubtful) in a file a person wrote.
 *
 * `code` is stable and may be matched on, `message` is one lower-case sentence, `help` says what to write instead. `line` and
 * `column` count from 1 and point at the value meant; a position that is unknown is line 1, column 1.
 */
export interface Diagnostic {
  readonly code: string
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly file: string
  readonly line: number
  readonly column: number
  readonly help?: string
}

/** Whether any diagnostic forbids using the file it is about. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error')
}

/** Orders by file, then position, then code, so that two runs print the same list. */
export function compareDiagnostics(left: Diagnostic, right: Diagnostic): number {
  return (
    compareText(left.file, right.file) ||
    left.line - right.line ||
    left.column - right.column ||
    compareText(left.code, right.code)
  )
}

function compareText(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}

/**
 * Prints a diagnostic for a terminal or a log, with the line it is about and a caret below the column.
 *
 * @param source - The text of the file; without it, or when the line is not in it, the excerpt is left out.
 */
export function formatDiagnostic(diagnostic: Diagnostic, source?: string): string {
  const { severity, code, message, file, line, column, help } = diagnostic
  const head = [`${severity}[${code}]: ${message}`, `  --> ${file}:${line}:${column}`]
  const text = source?.split(/\r?\n/)[line - 1]
  const excerpt = text === undefined ? [] : excerptLines(text, line, column)
  return [...head, ...excerpt, ...(help === undefined ? [] : [`  = help: ${help}`])].join('\n')
}

/** Longest part of a line that is shown; a minified file is one line. */
const widestExcerpt = 160

function excerptLines(whole: string, line: number, at: number): string[] {
  const { text, column } = clipAround(whole, at)
  const label = String(line)
  const margin = ' '.repeat(label.length)
  // Tabs are kept in the padding so that the caret stands below its column at any tab width.
  const padding = text.slice(0, column - 1).replace(/[^\t]/g, ' ')
  return [`${margin} |`, `${label} | ${text}`, `${margin} | ${padding}^`]
}

function clipAround(text: string, column: number): { readonly text: string; readonly column: number } {
  if (text.length <= widestExcerpt) return { text, column }
  const start = Math.max(0, Math.min(column - 1 - widestExcerpt / 2, text.length - widestExcerpt))
  const [before, after] = [start > 0 ? '…' : '', start + widestExcerpt < text.length ? '…' : '']
  return {
    text: `${before}${text.slice(start, start + widestExcerpt)}${after}`,
    column: column - start + before.length,
  }
}
