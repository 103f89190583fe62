/** What the readers of all APIs do alike: collect what is said and what nobody can read. */
import Big from 'big.js'
import type { Pointer } from '../../charter/pointer.ts'
import { isObject, type PlainObject } from '../../charter/source/plain.ts'
import { printLosslessJson } from '../../wire/lossless-json.ts'
import { malformed } from '../http/refused.ts'
import type { Offer, Said, Speaker } from './request.ts'

/** What is found while a request is read. */
export class Findings {
  readonly said: Said[] = []
  readonly offers: Offer[] = []
  unread = 0
  sealed = 0
  /** Places that were read, or counted among what nobody can read. */
  readonly #taken = new Set<string>()

  say(who: Speaker, text: unknown, at: Pointer, more: Pick<Said, 'call' | 'tool' | 'base64'> = {}): void {
    if (typeof text !== 'string' || text === '') return
    this.said.push({ who, text, at, ...more })
    this.take(at)
  }

  /** Something whose form is not known: all of it, as JSON. Pictures and files in it are no texts. */
  sayWhole(who: Speaker, value: unknown, at: Pointer, more: Pick<Said, 'call' | 'tool'> = {}): void {
    this.say(who, typeof value === 'string' ? value : printLosslessJson(value), at, more)
    this.unread += blobsIn(value, at.at(-1) ?? '')
  }

  /** What stands here counts as read. */
  take(at: Pointer): void {
    this.#taken.add(JSON.stringify(at))
  }

  /**
   * The rest of a request, with nothing left out that the provider gets: members that are none of these, and within these whatever nobody
   * read.
   */
  sayRest(body: PlainObject, read: readonly string[]): void {
    const rest = Object.fromEntries(
      Object.entries(body).filter(([name, value]) => !read.includes(name) && typeof value !== 'boolean'),
    )
    this.sayWhole('setup', rest, [])
    // What stands beside a text, or in the list of tools, was seen there.
    const offered = this.offers.flatMap(({ runs, name, at }) => (runs === 'client' && at !== undefined ? [name] : []))
    const named = new Set([...this.said.map(({ call }) => call), ...offered])
    for (const name of read) if (name !== 'model') this.#sayLeft(body[name], [name], named)
  }

  #sayLeft(value: unknown, at: Pointer, named: ReadonlySet<string | undefined>): void {
    if (saysNothing(value) || this.#taken.has(JSON.stringify(at))) return
    if (typeof value === 'string') {
      if (!named.has(value) && !isOfApi(value, at.at(-1) ?? '')) this.say('setup', value, at)
    } else if (typeof value === 'number' || value instanceof Big) this.say('setup', String(value), at)
    else if (Array.isArray(value))
      value.forEach((each: unknown, index) => {
        if (!saysNothing(each)) this.#sayLeft(each, [...at, String(index)], named)
      })
    else if (isObject(value))
      for (const [name, member] of Object.entries(value)) {
        if (!/^[a-z]\w{0,31}$/.test(name)) this.say('setup', name, [])
        this.#sayLeft(member, [...at, name], named)
      }
  }
}

/** Words of the API itself, such as `tool_use`, and what the provider sealed. */
export function isOfApi(text: string, name: string): boolean {
  if (words.has(name)) return /^(?:[a-z_]+(?:\d{1,3}[a-z_]*)?(?:_\d{8})?|[a-z]+\/[a-z.+-]+|\d{1,3}[mh])$/.test(text)
  return isSealed(name) && /^[A-Za-z0-9+/=_.:-]{40,}$/.test(text)
}

const words: ReadonlySet<string> = new Set('type role status phase detail format media_type ttl'.split(' '))

const isSealed = (name: string): boolean => /^encrypted_|signature$/.test(name)

/** Places and counts, but no number of an account. */
function saysNothing(value: unknown): boolean {
  return value === null || typeof value === 'boolean' || (typeof value === 'number' && Math.abs(value) < 1e7)
}

/** How many pictures and files stand in something whose form is not known. */
function blobsIn(value: unknown, name: string): number {
  if (typeof value === 'string')
    return /^data:[^,]*;base64,/i.test(value) || (!isSealed(name) && /^[A-Za-z0-9+/_\r\n-]{512,}={0,2}\s*$/.test(value))
      ? 1
      : 0
  if (typeof value !== 'object' || value === null) return 0
  return Object.entries(value).reduce((sum, [key, member]) => sum + blobsIn(member, key), 0)
}

/** The elements of a list that must be one, each an object. @throws {Refused} when it is not. */
export function objectsIn(list: unknown, name: string): readonly PlainObject[] {
  if (!Array.isArray(list)) throw malformed(`\`${name}\` is no list`)
  return list.map((each: unknown) => {
    if (!isObject(each)) throw malformed(`an element of \`${name}\` is no object`)
    return each
  })
}

/** A text where it is one. */
export function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** An object with those members that are texts. */
export function textsOnly<Name extends string>(
  members: Readonly<Record<Name, unknown>>,
): { readonly [Each in Name]?: string } {
  const kept: { [Each in Name]?: string } = {}
  for (const name in members) {
    const text = stringOf(members[name])
    if (text !== undefined) kept[name] = text
  }
  return kept
}

/** A number of tokens where it is one. @throws {Refused} when it is something else. */
export function countOf(value: unknown, name: string): number | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw malformed(`\`${name}\` is no count`)
  return value
}
