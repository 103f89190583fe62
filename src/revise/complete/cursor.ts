/** Where in a charter a cursor is, also while the text around it is broken. */
import { type Document, isMap, isPair, isScalar, isSeq, type Node, parseDocument, visit } from 'yaml'

/** One place where something can be written. */
export interface Cursor {
  /** From the top to the member or item meant; of a key, to the map it stands in. */
  readonly path: readonly (string | number)[]
  readonly kind: 'key' | 'value'
  /** What is written there up to the cursor: all of a longer text, as an expression. */
  readonly before: string
  /** Where the word at the cursor begins, and ends. */
  readonly from: number
  readonly to: number
  /** Of a key: what else the map has. */
  readonly siblings: readonly string[]
  /** The text as far as it can be read, with something in the place of the cursor. */
  readonly document: Document
}

/** Takes the place of the word that is being written. */
const mark = 'zzcursorzz'
const wordEnd = /[\w.$#/*@-]*$/
const wordStart = /^[\w.$#/*@-]*/

/** Every way to read what could be written at `offset`: as a key, as a value, or both. Total. */
export function cursorsAt(text: string, offset: number): readonly Cursor[] {
  const at = Math.max(0, Math.min(offset, text.length))
  const word = wordEnd.exec(text.slice(0, at))?.[0] ?? ''
  const from = at - word.length
  const to = at + (wordStart.exec(text.slice(at))?.[0].length ?? 0)
  const line = text.slice(text.lastIndexOf('\n', from - 1) + 1, from)
  const rest = text.slice(to)
  const isKeyed = /^["']?\s*:(\s|$)/.test(rest)
  const canBeKey = /^\s*(- +)*["']?$/.test(line) || /[{,]\s*["']?$/.test(line)
  const canBeValue = !isKeyed && !/[{]\s*$/.test(line)
  const variants = [...(canBeKey ? [isKeyed ? mark : `${mark}: 1`] : []), ...(canBeValue ? [mark] : [])]
  const closed = missingEnd(line, /^.*/.exec(rest)?.[0] ?? '')
  return variants.flatMap((inserted) =>
    cursorIn(`${text.slice(0, from)}${inserted}${closed}${rest}`, { word, from, to }),
  )
}

const ends: Readonly<Record<string, string>> = { '{': '}', '[': ']', '"': '"' }

/** What the line lacks to be whole: what is opened before the cursor and not closed after it. Else all that follows would belong to it. */
function missingEnd(before: string, after: string): string {
  const open: string[] = []
  for (const letter of before) {
    if (letter === '"' && open.at(-1) === '"') open.pop()
    else if (open.at(-1) === '"') continue
    else if (letter === '{' || letter === '[' || letter === '"') open.push(letter)
    else if (letter === '}' || letter === ']') open.pop()
  }
  const wanted = open.toReversed().map((letter) => ends[letter] ?? '')
  const closing = [...after].filter((letter) => wanted.includes(letter))
  return closing.length >= wanted.length ? '' : wanted.slice(0, wanted.length - closing.length).join('')
}

interface Word {
  readonly word: string
  readonly from: number
  readonly to: number
}

function cursorIn(text: string, { word, from, to }: Word): readonly Cursor[] {
  const document = parseDocument(text, { prettyErrors: false, logLevel: 'silent', uniqueKeys: false })
  let found: Cursor | undefined
  visit(document, {
    Scalar: (key, node, ancestors) => {
      const written = typeof node.value === 'string' ? node.value.indexOf(mark) : -1
      if (written < 0) return undefined
      const kind = key === 'key' ? 'key' : 'value'
      const owner = ancestors.findLast((each) => isMap(each))
      found = {
        path: pathOf(ancestors, node, kind),
        kind,
        before: String(node.value).slice(0, written) + word,
        from,
        to,
        siblings: kind === 'key' && isMap(owner) ? keysOf(owner.items).filter((each) => !each.includes(mark)) : [],
        document,
      }
      return visit.BREAK
    },
  })
  return found === undefined ? [] : [found]
}

function pathOf(ancestors: readonly unknown[], node: Node, kind: Cursor['kind']): readonly (string | number)[] {
  const chain = [...ancestors, node]
  // The pair of a key that is being written is no part of the way to its map.
  const way = kind === 'key' ? chain.slice(0, -2) : chain
  return way.flatMap((each, index): readonly (string | number)[] => {
    if (isPair(each)) return isScalar(each.key) ? [String(each.key.value)] : []
    return isSeq(each) && index < way.length - 1 ? [each.items.indexOf(way[index + 1] ?? null)] : []
  })
}

function keysOf(pairs: readonly { readonly key: unknown }[]): readonly string[] {
  return pairs.flatMap(({ key }) => (isScalar(key) ? [String(key.value)] : []))
}

/** What is written at a path, as a plain value; undefined when there is nothing, or it cannot be read. */
export function writtenAt({ document }: Pick<Cursor, 'document'>, path: readonly (string | number)[]): unknown {
  try {
    const node: unknown = document.getIn(path, true)
    return typeof node === 'object' && node !== null && 'toJSON' in node
      ? (node as Node).toJS(document, { maxAliasCount: 100 })
      : node
  } catch {
    // A map where a list was expected, or too many aliases: whatever is being written is not there yet.
    return undefined
  }
}
