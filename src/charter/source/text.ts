import { type Document, isNode, LineCounter, parseDocument } from 'yaml'
import type { Diagnostic } from '../diagnostic.ts'
import { syntaxMessage } from '../yaml-error.ts'
import type { Locate, SourcePosition } from './description.ts'

/** A parsed description file. `value` is undefined when the text is neither YAML nor JSON. */
export interface ParsedText {
  readonly value: unknown
  readonly locate: Locate
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Parses YAML 1.2 or JSON, which is a part of it.
 *
 * Of a key repeated in a map the last one counts, as in JSON parsers. Aliases are bounded against expansion bombs.
 *
 * @param file - The name diagnostics report.
 */
export function parseText(file: string, text: string): ParsedText {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, merge: true })
  const at = (offset: number): SourcePosition => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  const locate: Locate = (path) => at(offsetOf(document, path))
  // After the first the others follow from it.
  const diagnostics = document.errors
    .slice(0, 1)
    .map((error): Diagnostic => syntaxError(error.message, at(error.pos[0])))
  if (diagnostics.length > 0) return { value: undefined, locate, diagnostics }
  try {
    return { value: document.toJS(), locate, diagnostics }
  } catch (error) {
    const message = error instanceof Error ? error.message : 'the aliases cannot be resolved'
    return { value: undefined, locate, diagnostics: [syntaxError(message, at(0))] }
  }
}

function syntaxError(message: string, position: SourcePosition): Diagnostic {
  return {
    code: 'api-syntax',
    severity: 'error',
    message: `not readable as YAML or JSON: ${syntaxMessage(message)}`,
    ...position,
    help: 'a description is one YAML or JSON document',
  }
}

/** The offset of the deepest node that exists on the path. */
function offsetOf(document: Document.Parsed, path: Parameters<Locate>[0]): number {
  for (let depth = path.length; depth >= 0; depth--) {
    const node = depth === 0 ? document.contents : nodeAt(document, path.slice(0, depth))
    if (isNode(node) && node.range) return node.range[0]
  }
  return 0
}

/** Response keys such as `200` are numbers in YAML and strings once converted. */
function nodeAt(document: Document.Parsed, path: Parameters<Locate>[0]): unknown {
  const found = document.getIn(path, true)
  if (found !== undefined) return found
  return document.getIn(path.map(asNumberKey), true)
}

function asNumberKey(key: string | number): string | number {
  return typeof key === 'string' && /^\d{1,9}$/.test(key) ? Number(key) : key
}
