import { parseBlock } from './parse-block.ts'
import { parseLiteral } from './parse-literal.ts'

/**
 * The structure of what a tool answered as text: JSON, a Python literal, block YAML, a labelled list or separated rows; the text itself
 * where it is none of them.
 *
 * Strict on purpose: what does not read as a whole is plain text, so that nobody's words inside it pass for members.
 */
export function parseText(text: string): unknown {
  const start = text.trimStart()[0] ?? ''
  if ('{[("\''.includes(start)) return parseJson(text) ?? parseLiteral(text) ?? parseRows(text) ?? text
  return parseBlock(text) ?? parseLabelled(text) ?? parseRows(text) ?? text
}

/** The value of a text that is JSON; undefined for any other, and for `null`. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) ?? undefined
  } catch {
    return undefined
  }
}

/** `Names: one`, and each further line another. */
function parseLabelled(text: string): Readonly<Record<string, readonly string[]>> | undefined {
  const [first = '', ...rest] = text.trim().split('\n')
  const head = /^([^:]{1,60}): (\S.*)$/.exec(first)
  const plain = rest.every((line) => /^\S[^\t:]{0,120}$/.test(line))
  if (head === null || rest.length === 0 || !plain) return undefined
  return { [head[1] ?? '']: [head[2] ?? '', ...rest].map((line) => line.trim()) }
}

/** Comma, semicolon or tab separated rows under a header. */
function parseRows(text: string): readonly Readonly<Record<string, string>>[] | undefined {
  const lines = text.trim().split(/\r?\n/)
  const separator = [',', ';', '\t'].find((each) => (lines[0] ?? '').includes(each))
  if (separator === undefined || lines.length < 2) return undefined
  const [names = [], ...rows] = lines.map((line) => line.split(separator).map((cell) => cell.trim()))
  const even = rows.every((row) => row.length === names.length)
  if (!even || names.some((name) => !/^[\w ]{1,40}$/.test(name))) return undefined
  return rows.map((row) => Object.fromEntries(row.map((cell, index) => [names[index] ?? '', cell])))
}
