import { type Document, isAlias, isCollection, isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import type { Position } from './charter.ts'
import type { Diagnostic } from './diagnostic.ts'
import { charterSchema, type RawCharter } from './schema.ts'
import { explainIssue } from './shape-error.ts'
import { syntaxMessage } from './yaml-error.ts'

export type Path = readonly PropertyKey[]

/** A charter read from all its files, and where each part of it stands. */
export interface ParsedCharter {
  readonly raw: RawCharter
  /** The position of the value at a path of `raw`, or of the nearest part that exists. */
  readonly locate: (path: Path) => Position
}

/** One file of a charter: the name to report positions with, and its text. */
export interface CharterFile {
  readonly file: string
  readonly text: string
}

interface Parsed extends CharterFile {
  readonly raw: RawCharter
  readonly locate: (path: Path) => Position
}

/**
 * Reads charter files, the main one first, and joins them: maps are united, lists follow each other.
 *
 * @returns every diagnostic; `charter` is absent when any file's shape is wrong.
 */
export function parseCharter(files: readonly CharterFile[]): { charter?: ParsedCharter; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = []
  const parsed: Parsed[] = []
  for (const file of files) {
    const result = parseYaml(file, charterSchema)
    diagnostics.push(...result.diagnostics)
    if (result.value !== undefined) parsed.push({ ...file, raw: result.value, locate: result.locate })
  }
  if (parsed.length < files.length) return { diagnostics }
  const charter = joinFiles(parsed, diagnostics)
  return diagnostics.some((each) => each.severity === 'error') ? { diagnostics } : { charter, diagnostics }
}

/**
 * Reads one YAML file of a given shape. Syntax and shape errors become diagnostics, all of them, with positions.
 *
 * @returns `value` only if nothing is wrong; `locate` works even then.
 */
export function parseYaml<T extends z.ZodType>(
  { file, text }: CharterFile,
  schema: T,
): { value?: z.output<T>; locate: (path: Path) => Position; diagnostics: Diagnostic[] } {
  const lineCounter = new LineCounter()
  // YAML 1.2 core: no octal or yes/no surprises; unique keys; aliases bounded against expansion bombs.
  const document = parseDocument(text, {
    lineCounter,
    uniqueKeys: true,
    prettyErrors: false,
    merge: false,
    logLevel: 'error',
  })
  const at = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset)
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  const locate = (path: Path): Position => {
    for (let length = path.length; length > 0; length--) {
      const node = nodeAt(document, path.slice(0, length))
      if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range))
        return at(node.range[0])
    }
    return { file, line: 1, column: 1 }
  }
  const locateMember = (path: Path): Position => {
    const owner: unknown = path.length < 2 ? document.contents : document.getIn(path.slice(0, -1), true)
    const pair = isMap(owner)
      ? owner.items.find(({ key }) => isScalar(key) && String(key.value) === path.at(-1))
      : undefined
    return isScalar(pair?.key) && pair.key.range ? at(pair.key.range[0]) : locate(path)
  }
  // After the first the others follow from it.
  const syntax = document.errors.slice(0, 1).map(
    (error): Diagnostic => ({
      code: 'yaml-syntax',
      severity: 'error',
      message: syntaxMessage(error.message),
      ...at(error.pos[0]),
    }),
  )
  if (syntax.length > 0) return { locate, diagnostics: syntax }
  const plain = toPlain(() => document.toJS({ maxAliasCount: 100 }))
  if (plain === undefined) {
    return {
      locate,
      diagnostics: [{ code: 'yaml-aliases', severity: 'error', message: 'too many aliases', file, line: 1, column: 1 }],
    }
  }
  const result = schema.safeParse(plain)
  if (result.success) return { value: result.data, locate, diagnostics: [] }
  const diagnostics = result.error.issues.flatMap((issue) =>
    explainIssue(issue, { value: locate, member: locateMember }),
  )
  return { locate, diagnostics }
}

/** The node at a path, looking through aliases, so that what is written once has one position wherever it is used. */
function nodeAt(document: Document, path: Path): unknown {
  let node: unknown = document.contents
  for (const key of path) {
    if (isAlias(node)) node = node.resolve(document)
    if (!isCollection(node)) return undefined
    node = node.get(key, true)
  }
  return node
}

function toPlain(convert: () => unknown): unknown {
  try {
    return convert() ?? {}
  } catch {
    // The yaml package throws for an alias bomb only; the document itself was parsed.
    return undefined
  }
}

const maps = ['actors', 'objects', 'operations', 'approvals', 'journeys', 'workflows'] as const
const lists = ['sources', 'rules', 'invariants'] as const

function joinFiles(files: readonly Parsed[], diagnostics: Diagnostic[]): ParsedCharter {
  const origins = new Map<string, { file: Parsed; path: Path }>()
  const raw: Record<string, unknown> = {
    lockstep: 1,
    name: files.find((file) => file.raw.name !== undefined)?.raw.name,
    undescribed: files.find((file) => file.raw.undescribed !== undefined)?.raw.undescribed,
    data: files.find((file) => file.raw.data !== undefined)?.raw.data,
  }
  for (const member of maps) {
    const joined: Record<string, unknown> = {}
    for (const file of files) {
      for (const [key, value] of Object.entries(file.raw[member] ?? {})) {
        if (Object.hasOwn(joined, key)) {
          const message = `\`${key}\` is declared twice under \`${member}\``
          diagnostics.push({ code: 'duplicate-name', severity: 'error', message, ...file.locate([member, key]) })
        } else {
          joined[key] = value
          origins.set(`${member}/${key}`, { file, path: [member, key] })
        }
      }
    }
    raw[member] = joined
  }
  for (const member of lists) {
    const joined: unknown[] = []
    for (const file of files) {
      for (const [index, value] of (file.raw[member] ?? []).entries()) {
        origins.set(`${member}/${joined.length}`, { file, path: [member, index] })
        joined.push(value)
      }
    }
    raw[member] = joined
  }
  const locate = (path: Path): Position => {
    const origin = origins.get(`${String(path[0])}/${String(path[1])}`)
    if (origin !== undefined) return origin.file.locate([...origin.path, ...path.slice(2)])
    return files[0]?.locate(path) ?? { file: '', line: 1, column: 1 }
  }
  return { raw: charterSchema.parse(raw), locate }
}
