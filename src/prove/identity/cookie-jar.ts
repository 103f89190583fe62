import { Secret } from '../../wire/secret.ts'
import type { HttpRequest, HttpResponse } from '../transport/exchange.ts'

interface Cookie {
  readonly host: string
  readonly path: string
  readonly name: string
  readonly value: Secret
}

/**
 * The cookies of one identity (RFC 6265 in small): kept for the host that set them only, by path, until they are deleted.
 * `Domain`, `Secure` and later expiry are not looked at, because a proof is short and its hosts are few.
 */
export class CookieJar {
  readonly #cookies = new Map<string, Cookie>()

  /** Takes in what an answer sets; returns the new values, which are secrets. */
  take(request: HttpRequest, response: HttpResponse, nowMs: number): Secret[] {
    const { host } = new URL(request.url)
    const lines = response.headers['set-cookie']?.split('\n') ?? []
    return lines.flatMap((line) => this.#set(line, host, nowMs))
  }

  #set(line: string, host: string, nowMs: number): Secret[] {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
    const equals = pair.indexOf('=')
    if (equals < 1) return []
    const [name, value] = [pair.slice(0, equals), new Secret(pair.slice(equals + 1))]
    const path = attribute(attributes, 'path') ?? '/'
    const key = JSON.stringify([host, path, name])
    if (isOver(attributes, nowMs)) this.#cookies.delete(key)
    else this.#cookies.set(key, { host, path, name, value })
    return [value]
  }

  /** The Cookie header for a URL; undefined when there are none for it. */
  header(url: string): string | undefined {
    const { host, pathname } = new URL(url)
    const fitting = [...this.#cookies.values()].filter((each) => each.host === host && covers(each.path, pathname))
    return fitting.length === 0 ? undefined : fitting.map(({ name, value }) => `${name}=${value.reveal()}`).join('; ')
  }
}

function attribute(attributes: readonly string[], name: string): string | undefined {
  const found = attributes.find((each) => each.toLowerCase().startsWith(`${name}=`))
  return found?.slice(name.length + 1)
}

function isOver(attributes: readonly string[], nowMs: number): boolean {
  const maxAge = attribute(attributes, 'max-age')
  if (maxAge !== undefined) return Number(maxAge) <= 0
  return Date.parse(attribute(attributes, 'expires') ?? '') <= nowMs
}

function covers(cookiePath: string, path: string): boolean {
  return path === cookiePath || path.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`)
}
