const space = /\s*/y
const number = /[+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y
const word = /True|False|None|true|false|null/y
const open = /[bru]{0,2}(?:'''|"""|['"])/iy
const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '0': '\0',
  a: '\u0007',
  b: '\b',
  f: '\f',
  v: '\v',
  '\n': '',
}
const maxDepth = 64

interface Reader {
  readonly text: string
  at: number
}

/** Thrown inside `unlessMisread` where a text is not what it is read as. */
export class Misread extends Error {}

/** What is read; undefined where it is `Misread`. */
export function unlessMisread(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    if (error instanceof Misread) return undefined
    throw error
  }
}

/** Reads a Python literal of lists, tuples, dictionaries, texts, numbers, `True`, `False` and `None`; undefined for anything else. */
export function parseLiteral(text: string): unknown {
  const reader: Reader = { text, at: 0 }
  return unlessMisread(() => {
    const value = readValue(reader, 0)
    skip(reader)
    return reader.at === text.length ? value : undefined
  })
}

function readValue(reader: Reader, depth: number): unknown {
  if (depth > maxDepth) throw new Misread()
  skip(reader)
  const start = reader.text[reader.at] ?? ''
  if (start === '[' || start === '(')
    return readUntil(reader, start === '[' ? ']' : ')', () => readValue(reader, depth + 1))
  if (start === '{') return Object.fromEntries(readUntil(reader, '}', () => readMember(reader, depth + 1)))
  const quote = take(reader, open)
  if (quote !== undefined) return readQuoted(reader, quote)
  const name = take(reader, word)
  if (name !== undefined) return JSON.parse(name === 'None' ? 'null' : name.toLowerCase())
  const digits = take(reader, number)
  if (digits === undefined) throw new Misread()
  return Number(digits.replaceAll('_', ''))
}

function readUntil<T>(reader: Reader, close: string, readOne: () => T): T[] {
  const found: T[] = []
  reader.at += 1
  while (!passes(reader, close)) {
    found.push(readOne())
    if (!passes(reader, ',') && reader.text[reader.at] !== close) throw new Misread()
  }
  return found
}

function readMember(reader: Reader, depth: number): [string, unknown] {
  const key = readValue(reader, depth)
  if (!passes(reader, ':')) throw new Misread()
  return [String(key), readValue(reader, depth)]
}

function readQuoted(reader: Reader, opening: string): string {
  const quote = opening.replace(/^[a-z]+/i, '')
  const raw = /^[a-z]*r/i.test(opening)
  let out = ''
  for (;;) {
    const letter = reader.text[reader.at]
    if (letter === undefined) throw new Misread()
    if (reader.text.startsWith(quote, reader.at)) {
      reader.at += quote.length
      return out
    }
    reader.at += 1
    out += letter === '\\' && !raw ? readEscape(reader) : letter
  }
}

function readEscape(reader: Reader): string {
  const letter = reader.text[reader.at] ?? ''
  reader.at += 1
  const length = letter === 'x' ? 2 : letter === 'u' ? 4 : letter === 'U' ? 8 : 0
  if (length === 0) return escapes[letter] ?? (/['"\\]/.test(letter) ? letter : `\\${letter}`)
  const code = Number.parseInt(reader.text.slice(reader.at, reader.at + length), 16)
  reader.at += length
  if (!(code <= 0x10ffff)) throw new Misread()
  return String.fromCodePoint(code)
}

/** Whether a sign comes next, which then is behind. */
function passes(reader: Reader, sign: string): boolean {
  skip(reader)
  if (reader.text[reader.at] !== sign) return false
  reader.at += 1
  return true
}

function skip(reader: Reader): void {
  take(reader, space)
}

function take(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.at
  const found = pattern.exec(reader.text)?.[0]
  if (found === undefined || found === '') return undefined
  reader.at += found.length
  return found
}
