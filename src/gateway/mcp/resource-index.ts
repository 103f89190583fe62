/** Which of several servers has a resource: their addresses are their own, and stay as they are. */
import { isRecord } from '../../wire/to-http.ts'
import type { Ask } from './own-client.ts'

const most = 10_000
const mostPages = 50

export class ResourceIndex {
  readonly #asks: ReadonlyMap<string, (signal: AbortSignal) => Ask>
  readonly #known = new Map<string, string>()

  /** @param asks - By source, on sessions of the gateway's own. */
  constructor(asks: ReadonlyMap<string, (signal: AbortSignal) => Ask>) {
    this.#asks = asks
  }

  /** The source that lists it, or has a template it fits; the first of them. Undefined when none does. */
  async sourceOf(uri: string, signal: AbortSignal): Promise<string | undefined> {
    const known = this.#known.get(uri)
    if (known !== undefined) return known
    for (const [source, asking] of this.#asks) {
      const ask = asking(signal)
      this.note(source, await membersOf(ask, 'resources/list', 'resources'))
      if (this.#known.has(uri)) return source
      const templates = await membersOf(ask, 'resources/templates/list', 'resourceTemplates')
      if (templates.some((each) => fits(String(each['uriTemplate']), uri))) return source
    }
    return undefined
  }

  /** The source of an address, or of a template, that some list had. */
  known(uri: string): string | undefined {
    return this.#known.get(uri)
  }

  /** Takes what a source lists: resources, or templates. */
  note(source: string, listed: readonly Readonly<Record<string, unknown>>[]): void {
    for (const each of listed) this.#keep(String(each['uri'] ?? each['uriTemplate']), source)
  }

  /** The first that says it has it. */
  #keep(uri: string, source: string): void {
    if (!this.#known.has(uri) && this.#known.size < most) this.#known.set(uri, source)
  }
}

async function membersOf(
  ask: Ask,
  method: string,
  member: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const found: Readonly<Record<string, unknown>>[] = []
  let cursor: unknown
  for (let page = 0; page < mostPages; page += 1) {
    const result = await ask(method, cursor === undefined ? {} : { cursor })
    const items: unknown = isRecord(result) ? result[member] : undefined
    const listed: readonly unknown[] = Array.isArray(items) ? items : []
    found.push(...listed.filter(isRecord))
    cursor = isRecord(result) ? result['nextCursor'] : undefined
    if (cursor === undefined) break
  }
  return found
}

/** Whether an address may come of a template (RFC 6570), as far as its fixed parts tell. */
function fits(template: string, uri: string): boolean {
  const [first = '', ...rest] = template.split(/\{[^}]*\}/)
  if (rest.length === 0) return template === uri
  if (!uri.startsWith(first)) return false
  let at = first.length
  for (const part of rest.slice(0, -1)) {
    const found = uri.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  const last = rest.at(-1) ?? ''
  return uri.length - last.length >= at && uri.endsWith(last)
}
