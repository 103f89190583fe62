/** What the readers of all APIs do alike: collect what is said and what nobody can read. */
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

  say(who: Speaker, text: unknown, at: Pointer, more: Pick<Said, 'call' | 'tool' | 'base64'> = {}): void {
    if (typeof text === 'string' && text !== '') this.said.push({ who, text, at, ...more })
  }

  /** Something whose form is not known: all of it, as JSON. */
  sayWhole(who: Speaker, value: unknown, at: Pointer, more: Pick<Said, 'call' | 'tool'> = {}): void {
    this.say(who, printLosslessJson(value), at, more)
  }

  /** The rest of a request, with nothing left out that the provider gets. */
  sayRest(body: PlainObject, read: readonly string[]): void {
    const rest = Object.fromEntries(
      Object.entries(body).filter(([name, value]) => !read.includes(name) && typeof value !== 'boolean'),
    )
    this.sayWhole('setup', rest, [])
  }
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
