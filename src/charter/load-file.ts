import { readFile, realpath, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { z } from 'zod'
import type { Position } from './charter.ts'
import type { Diagnostic } from './diagnostic.ts'
import { type CharterFile, parseYaml } from './parse.ts'

/** More than any hand-written charter has; keeps a wrong file name from filling the memory. */
const mostCharterBytes = 4_000_000
const maxFiles = 200

interface Reading {
  /** The folder no include may leave, with symbolic links resolved. */
  readonly root: string
  readonly files: CharterFile[]
  readonly seen: Set<string>
  readonly diagnostics: Diagnostic[]
  readonly read: ReadText
}

/** Gives the text of a charter file, or says in words why it cannot be had. */
export type ReadText = (file: string) => Promise<{ text: string } | { code: string }>

const includeSchema = z.looseObject({ include: z.array(z.string().min(1)).optional() })

/**
 * Reads a charter file and those it includes, directly or not, each once; the main one is first.
 *
 * Includes are relative to the file that names them and must stay below the folder of the main one. A file that is missing, outside
 * or including itself becomes a diagnostic at the line that names it.
 *
 * @param file - The path of the main file; positions are reported with it as given.
 */
export async function readCharterFiles(
  file: string,
  read: ReadText = readText,
): Promise<{ files: readonly CharterFile[]; diagnostics: Diagnostic[] }> {
  const main = await read(file)
  if ('code' in main) {
    return { files: [], diagnostics: [unreadable('charter-unreadable', file, main.code, { file, line: 1, column: 1 })] }
  }
  const reading: Reading = { root: await realpath(dirname(file)), files: [], seen: new Set(), diagnostics: [], read }
  await follow(reading, { file, text: main.text }, [await realPlace(file)])
  return { files: reading.files, diagnostics: reading.diagnostics }
}

async function follow(reading: Reading, file: CharterFile, trail: readonly string[]): Promise<void> {
  reading.files.push(file)
  const { value, locate } = parseYaml(file, includeSchema)
  for (const [index, include] of (value?.include ?? []).entries()) {
    await includeFile(
      reading,
      { file: join(dirname(file.file), include), include, position: locate(['include', index]) },
      trail,
    )
  }
}

async function includeFile(
  reading: Reading,
  wanted: { file: string; include: string; position: Position },
  trail: readonly string[],
): Promise<void> {
  const { file, include, position } = wanted
  const report = (code: string, message: string, help?: string): void => {
    reading.diagnostics.push({ code, severity: 'error', message, ...position, ...(help === undefined ? {} : { help }) })
  }
  const real = await realPlace(file)
  if (isAbsolute(include) || !isBelow(reading.root, real)) {
    report(
      'include-outside',
      `\`${include}\` is outside the folder of the charter`,
      'included files stand beside the charter or below it',
    )
    return
  }
  if (trail.includes(real)) {
    report('include-cycle', `\`${include}\` includes itself, directly or through another file`)
    return
  }
  if (reading.seen.has(real)) return
  reading.seen.add(real)
  if (reading.files.length >= maxFiles) {
    report('include-too-many', `more than ${maxFiles} files`)
    return
  }
  const text = await reading.read(file)
  if ('code' in text) reading.diagnostics.push(unreadable('include-unreadable', include, text.code, position))
  else await follow(reading, { file, text: text.text }, [...trail, real])
}

/** With links resolved, as far as there is such a file. */
function realPlace(file: string): Promise<string> {
  return realpath(file).catch(() => resolve(file))
}

function isBelow(root: string, path: string): boolean {
  const way = relative(root, path)
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** The text of a file a person named, or in words why it cannot be had; bounded, and of regular files only. */
export async function readText(
  file: string,
  maxBytes: number = mostCharterBytes,
): Promise<{ text: string } | { code: string }> {
  try {
    const found = await stat(file)
    // A pipe or device would never end.
    if (!found.isFile()) return { code: found.isDirectory() ? 'it is a folder' : 'it is not a regular file' }
    if (found.size > maxBytes) return { code: `it is larger than ${maxBytes / 1_000_000} MB` }
    const bytes = await readFile(file)
    return { text: bytes.toString('utf8').replace(/^\uFEFF/, '') }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    return { code: reasons[code] ?? code }
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'reading it is not permitted',
  ENOTDIR: 'a part of its path is no folder',
}

function unreadable(code: string, name: string, reason: string, position: Position): Diagnostic {
  return { code, severity: 'error', message: `cannot read \`${name}\`: ${reason}`, ...position }
}
