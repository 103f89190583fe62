/** Pictures, sounds and files in a request: what of them can be read, and what cannot. */
import type { Pointer } from '../../charter/pointer.ts'
import type { PlainObject } from '../../charter/source/plain.ts'
import { type Findings, isOfApi } from './reading.ts'
import type { Said } from './request.ts'

/**
 * Reads a part of a message that is no text. Names, addresses and ids are texts that the provider gets, and addresses are opened by it;
 * files that say they are text, and are, are read. Everything else of it nobody can read here.
 */
export function attach(
  found: Findings,
  part: unknown,
  at: Pointer,
  { who, ...more }: Pick<Said, 'who' | 'call' | 'tool'>,
): void {
  const leaves = leavesOf(part, at)
  const name = leaves.find((leaf) => named(leaf) === 'filename')?.text ?? ''
  const type = leaves.find((leaf) => named(leaf) === 'media_type')?.text ?? typeOfName(name)
  let read = 0
  let unread = 0
  for (const leaf of leaves) {
    const isContent = contents.has(named(leaf)) || /^data:/i.test(leaf.text)
    const file = isContent ? textFile(leaf.text, type) : undefined
    if (file !== undefined) {
      found.say(who, file.text, leaf.at, { ...more, base64: file.before })
      read += 1
    } else if (isContent || elsewhere.has(named(leaf))) unread += 1
    if (isContent) found.take(leaf.at)
    else if (!isOfApi(leaf.text, named(leaf))) found.say(who, leaf.text, leaf.at, more)
  }
  if (unread > 0 || read === 0) found.unread += 1
}

interface TextLeaf {
  readonly at: Pointer
  readonly text: string
}

const named = ({ at }: TextLeaf): string => at.at(-1) ?? ''

const contents: ReadonlySet<string> = new Set(['data', 'file_data'])
/** What the provider fetches, or has already. */
const elsewhere: ReadonlySet<string> = new Set(['url', 'image_url', 'file_url', 'file_id'])

function leavesOf(value: unknown, at: Pointer): readonly TextLeaf[] {
  if (typeof value === 'string') return value === '' ? [] : [{ at, text: value }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value as PlainObject).flatMap(([name, member]) => leavesOf(member, [...at, name]))
}

const textTypes =
  /^(?:text\/(?!rtf)[\w.+-]+|application\/(?:[\w.-]+\+)?(?:json|xml|x?-?yaml|csv|x-ndjson|javascript|sql))$/i
const textNames = /\.(?:txt|md|csv|tsv|json|jsonl|ndjson|xml|ya?ml|html?|log|eml|ics|vcf|sql|ini|toml)$/i

/** Without a type of its own, a file is what its name says. */
const typeOfName = (name: string): string => (textNames.test(name) ? 'text/plain' : '')

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The text of a file, and what stands before its base64; undefined for one that is no text.
 *
 * SECURITY: what it says it is has to be what it is. A document in disguise is one that nobody can read.
 */
function textFile(written: string, type: string): { readonly text: string; readonly before: string } | undefined {
  const [before = '', own] = /^data:([^;,]*)(?:;[^;,]*)*;base64,/i.exec(written) ?? []
  const base64 = written.slice(before.length)
  if (!textTypes.test(own === undefined || own === '' ? type : own)) return undefined
  if (base64.length % 4 === 1 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined
  try {
    const text = utf8.decode(Buffer.from(base64, 'base64'))
    return isPlain(text) ? { text, before } : undefined
  } catch {
    // Bytes that are no UTF-8.
    return undefined
  }
}

/** No document of another kind that happens to be text, and nothing that is not shown. */
function isPlain(text: string): boolean {
  return !/^\s*(?:%PDF|%!PS|\{\\rtf)/.test(text) && !/[^\P{Cc}\t\n\f\r]/u.test(text)
}
