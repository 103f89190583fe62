import { type Pointer, parsePointer, parseReference, printPointer, printReference, type Reference } from './pointer.ts'

/** Another object is found by what it says, not by a key: it says all of `members`. */
export interface Where {
  readonly from: 'where'
  readonly members: readonly Said[]
  /** Of several, the first in one of these states is meant, else the first. */
  readonly states: readonly string[]
  /** There must be none in these states, instead of one. */
  readonly none: boolean
}

/** What stands at a place of the object looked for, and must be equal as text to what the call says. */
export interface Said {
  readonly at: Pointer
  readonly is: Sought
}

/**
 * The value to look for, or where it stands: in the request, in who calls (`$principal.id`, `$principal.tenant`, `$principal.claims.NAME`), or in an object of the
 * call: `$object#/POINTER`, and with the name of another reference `$NAME#/POINTER`.
 */
export type Sought =
  | Reference
  | { readonly from: 'text'; readonly text: string }
  | { readonly from: 'principal'; readonly pointer: Pointer }
  | { readonly from: 'object'; readonly slot: string; readonly pointer: Pointer }

/** Reads where a value to look for stands; undefined when it is no such place. */
export function parseSought(text: string): Sought | undefined {
  if (!text.startsWith('$')) return { from: 'text', text }
  const who = /^\$principal\.(?:(id|tenant)|claims\.(.+))$/u.exec(text)
  if (who !== null) return { from: 'principal', pointer: who[2] === undefined ? [who[1] ?? ''] : ['claims', who[2]] }
  const object = /^\$([A-Za-z][A-Za-z0-9_-]*)#(\/.*)$/u.exec(text)
  const pointer = parsePointer(object?.[2] ?? '')
  if (object !== null)
    return pointer === undefined ? undefined : { from: 'object', slot: object[1] ?? 'object', pointer }
  const reference = parseReference(text)
  return reference?.from === 'request' ? reference : undefined
}

/** Writes it so that `parseSought` reads it back unchanged. */
export function printSought(sought: Sought): string {
  if (sought.from === 'text') return sought.text
  if (sought.from === 'principal') return `$principal.${sought.pointer.join('.')}`
  if (sought.from === 'object') return `$${sought.slot}#${printPointer(sought.pointer)}`
  return printReference(sought)
}

/** What it must say, in words: whose `/bidderId` is the caller's id and whose `/saleId` is `/saleId` of the lot. */
export function whereWords({ members }: Where): string {
  return members.map(({ at, is }) => `whose \`${printPointer(at)}\` is ${soughtWords(is)}`).join(' and ')
}

function soughtWords(sought: Sought): string {
  if (sought.from === 'principal')
    return sought.pointer[0] === 'claims'
      ? `the caller's \`${sought.pointer[1]}\``
      : `the caller's ${sought.pointer[0]}`
  if (sought.from === 'object')
    return `\`${printPointer(sought.pointer)}\` of ${sought.slot === 'object' ? 'the object' : `the ${sought.slot}`}`
  return `\`${printSought(sought)}\``
}
