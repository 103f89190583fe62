/** Puts values into what is about to be sent. Pure. */
import { getPointer, type Pointer, parsePointer, setPointer } from '../charter/pointer.ts'
import { VaultError } from './error.ts'
import type { Outgoing } from './injector.ts'
import { isPlain, type Place } from './scope.ts'

/** One value and where it goes. */
export interface Placed {
  readonly name: string
  readonly place: Place
  readonly value: string
}

/** What is sent instead. */
export interface Sent {
  readonly headers: string[]
  readonly query?: string
  readonly body?: unknown
}

/** Two of them can stand in one place only when they are the same. */
export function placeKey(place: Place): string {
  if (place.in === 'basic') return 'header authorization'
  return place.in === 'header' ? `header ${place.name.toLowerCase()}` : `${place.in} ${nameOf(place)}`
}

function nameOf(place: Exclude<Place, { readonly in: 'basic' }>): string {
  return place.in === 'body' ? place.at : place.name
}

/** Whether a text stands in this place of what the caller wrote; that of Basic credentials is looked into. */
export function standsIn(text: string, place: Place, outgoing: Outgoing): boolean {
  switch (place.in) {
    case 'header':
      return holds(headerOf(outgoing.headers, place.name), text)
    case 'basic':
      return holds(headerOf(outgoing.headers, 'authorization'), text)
    case 'query':
      return new URLSearchParams(outgoing.query ?? '').getAll(place.name).some((value) => value.includes(text))
    case 'body': {
      const value = getPointer(outgoing.body?.(), pointerOf(place.at))
      return typeof value === 'string' && value.includes(text)
    }
    case 'env':
      return false
  }
}

function holds(value: string | undefined, text: string): boolean {
  if (value === undefined) return false
  const [, coded] = /^basic +(\S+)$/i.exec(value) ?? []
  return value.includes(text) || (coded !== undefined && Buffer.from(coded, 'base64').includes(text))
}

function headerOf(headers: readonly string[] | undefined, name: string): string | undefined {
  const at = headers?.findIndex((each, index) => index % 2 === 0 && each.toLowerCase() === name.toLowerCase()) ?? -1
  return at < 0 ? undefined : headers?.[at + 1]
}

/** @throws {VaultError} `unplaceable` when a value cannot stand where it belongs. */
export function putAll(outgoing: Outgoing, placed: readonly Placed[]): Sent {
  let sent: Sent = {
    headers: [...(outgoing.headers ?? [])],
    ...(outgoing.query === undefined ? {} : { query: outgoing.query }),
  }
  for (const each of placed) sent = putOne(outgoing, sent, each)
  return sent
}

function putOne(outgoing: Outgoing, sent: Sent, { name, place, value }: Placed): Sent {
  switch (place.in) {
    case 'header':
      return { ...sent, headers: withHeader(sent.headers, place.name, checked(name, fill(place.template, value))) }
    case 'basic': {
      const coded = Buffer.from(`${place.user}:${value}`).toString('base64')
      return { ...sent, headers: withHeader(sent.headers, 'Authorization', `Basic ${coded}`) }
    }
    case 'query':
      return { ...sent, query: withParameter(sent.query, place.name, fill(place.template, value)) }
    case 'body': {
      const body = 'body' in sent ? sent.body : outgoing.body?.()
      if (typeof body !== 'object' || body === null)
        throw new VaultError('unplaceable', `\`${name}\` belongs into a body that is no JSON object`, { secret: name })
      return { ...sent, body: setPointer(body, pointerOf(place.at), fill(place.template, value)) }
    }
    case 'env':
      return sent
  }
}

/** A template with its value; the value itself is never read as a template. */
export function fill(template: string, value: string): string {
  return template.split('{}').join(value)
}

function checked(name: string, value: string): string {
  if (isPlain(value) && value.trim() === value) return value
  throw new VaultError('unplaceable', `the value of \`${name}\` cannot stand in a header`, { secret: name })
}

function withHeader(headers: readonly string[], name: string, value: string): string[] {
  const lower = name.toLowerCase()
  const others = headers.filter((_, index) => headers[index - (index % 2)]?.toLowerCase() !== lower)
  return [...others, name, value]
}

function withParameter(query: string | undefined, name: string, value: string): string {
  const others = (query ?? '').split('&').filter((part) => part !== '' && !new URLSearchParams(part).has(name))
  return [...others, `${encodeURIComponent(name)}=${encodeURIComponent(value)}`].join('&')
}

function pointerOf(text: string): Pointer {
  const pointer = parsePointer(text)
  if (pointer === undefined || pointer.length === 0)
    throw new VaultError('unplaceable', `\`${text}\` is no place in a body`)
  return pointer
}
