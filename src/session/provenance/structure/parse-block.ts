import { Misread, parseLiteral, unlessMisread } from './parse-literal.ts'

const item = /^( *)-(?: +(.*)|)$/
const member = /^( *)('(?:[^']|'')*'|"(?:[^"\\]|\\.)*"|[^\s'"#&*!|>%@`[\]{},?-][^:#]*?|-?\d[^:#]*?):(?: +(.*)|)$/
const maxDepth = 32

interface Lines {
  readonly lines: string[]
  at: number
}

/**
 * Reads block YAML as programs write it: lists, members, plain, quoted and literal scalars, empty flow collections. Undefined for
 * anything else, and for a lone scalar: a single line of prose is no document. Anchors, tags, flow collections and several documents are
 * not read.
 */
export function parseBlock(text: string): unknown {
  const lines = { lines: text.replace(/\s+$/, '').split('\n'), at: 0 }
  return unlessMisread(() => {
    const value = readNode(lines, indentOf(lines.lines[0] ?? ''), 0)
    return nextLine(lines) === undefined && typeof value === 'object' ? value : undefined
  })
}

/** The next line that is not blank; undefined at the end. */
function nextLine(lines: Lines): string | undefined {
  while (lines.lines[lines.at]?.trim() === '') lines.at += 1
  return lines.lines[lines.at]
}

function readNode(lines: Lines, indent: number, depth: number): unknown {
  const line = nextLine(lines)
  if (line === undefined || depth > maxDepth || indentOf(line) !== indent) throw new Misread()
  return item.test(line) ? readItems(lines, indent, depth) : readMembers(lines, indent, depth)
}

function readItems(lines: Lines, indent: number, depth: number): unknown[] {
  const items: unknown[] = []
  for (;;) {
    const line = nextLine(lines) ?? ''
    const [, before, rest = ''] = item.exec(line) ?? []
    if (before?.length !== indent) return items
    if (member.test(rest) || item.test(rest)) {
      // What stands behind the dash is the first line of a node.
      const inner = line.length - rest.length
      lines.lines[lines.at] = ' '.repeat(inner) + rest
      items.push(readNode(lines, inner, depth + 1))
    } else items.push(readScalar(lines, rest, indent, depth))
  }
}

function readMembers(lines: Lines, indent: number, depth: number): unknown {
  const members = new Map<string, unknown>()
  for (;;) {
    const line = nextLine(lines)
    if (line === undefined || indentOf(line) < indent || (item.test(line) && indentOf(line) <= indent)) break
    const found = member.exec(line)
    if (found === null || indentOf(line) !== indent) throw new Misread()
    const name = unquoted(found[2] ?? '')
    if (members.has(name)) throw new Misread()
    members.set(name, readScalar(lines, found[3] ?? '', indent, depth, true))
  }
  return Object.fromEntries(members)
}

/** What follows a dash or a colon: a scalar over one or more lines, or a nested block. */
function readScalar(lines: Lines, first: string, indent: number, depth: number, ofMember = false): unknown {
  lines.at += 1
  if (first === '') return readNested(lines, indent, depth, ofMember)
  const block = /^([|>])[+-]?\d?$/.exec(first)
  if (block !== null) return readLiteralBlock(lines, indent, block[1] === '|')
  if (/^['"]/.test(first)) return readQuoted(lines, first)
  if (/^[[{&*!%@`|>]/.test(first)) {
    const flow = parseLiteral(first)
    if (flow === undefined) throw new Misread()
    return flow
  }
  return plainScalar([first, ...continued(lines, indent)].join(' '))
}

function readNested(lines: Lines, indent: number, depth: number, ofMember: boolean): unknown {
  const next = nextLine(lines)
  if (next === undefined) return null
  const inner = indentOf(next)
  // A list may stand as far left as the member it belongs to.
  if (inner > indent || (ofMember && inner === indent && item.test(next))) return readNode(lines, inner, depth + 1)
  return null
}

function readLiteralBlock(lines: Lines, indent: number, keepsLines: boolean): string {
  const kept = continued(lines, indent, false)
  const margin = Math.min(...kept.filter((line) => line.trim() !== '').map(indentOf))
  return kept.map((line) => line.slice(margin)).join(keepsLines ? '\n' : ' ')
}

/** The lines that belong to a scalar because they stand further right. */
function continued(lines: Lines, indent: number, trimmed = true): string[] {
  const kept: string[] = []
  for (;;) {
    const line = lines.lines[lines.at]
    if (line === undefined || (line.trim() !== '' && indentOf(line) <= indent)) return kept
    kept.push(trimmed ? line.trim() : line)
    lines.at += 1
  }
}

function readQuoted(lines: Lines, first: string): string {
  const quote = first.slice(0, 1)
  const parts = [first.trimEnd()]
  let open = !closes(first.slice(1), quote)
  for (let blank = 0; open; ) {
    const line = lines.lines[lines.at]?.trim()
    if (line === undefined) throw new Misread()
    lines.at += 1
    if (line === '') {
      blank += 1
      continue
    }
    const before = parts.at(-1) ?? ''
    const escaped = quote === '"' && /(?:^|[^\\])(?:\\\\)*\\$/.test(before)
    if (escaped) parts[parts.length - 1] = before.slice(0, -1)
    parts.push(`${blank > 0 ? '\n'.repeat(blank) : escaped ? '' : ' '}${line}`)
    open = !closes(line, quote)
    blank = 0
  }
  return unquoted(parts.join(''))
}

/** Whether a line ends a quoted scalar; what stands behind the end makes it no scalar. */
function closes(line: string, quote: string): boolean {
  const left = line.trimEnd().replace(quote === "'" ? /''/g : /\\./g, '')
  const at = left.indexOf(quote)
  if (at >= 0 && at !== left.length - 1) throw new Misread()
  return at >= 0
}

function unquoted(text: string): string {
  if (text.startsWith("'")) return text.slice(1, -1).replaceAll("''", "'")
  if (!text.startsWith('"')) return text
  const value = parseLiteral(text)
  if (typeof value !== 'string') throw new Misread()
  return value
}

function plainScalar(text: string): unknown {
  const plain = text.trim()
  if (/: |\s#/.test(plain)) throw new Misread()
  if (/^(?:null|~)$/.test(plain)) return null
  if (/^(?:true|false)$/.test(plain)) return plain === 'true'
  return /^-?(?:0|[1-9]\d{0,14})(?:\.\d+)?$/.test(plain) ? Number(plain) : plain
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length
}
