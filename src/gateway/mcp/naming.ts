import { isRecord } from '../../wire/to-http.ts'

/** What tools and prompts are called by clients: as their server calls them, with the name of the source before it where there are several. */
export interface Named {
  readonly source: string
  readonly name: string
}

export interface Naming {
  readonly sources: readonly string[]
  /** Undefined for a name of no source. */
  of(visible: string): Named | undefined
  visible(source: string, name: string): string
}

const divider = '__'

/** @param sources - Those behind one address. */
export function namingOf(sources: readonly string[]): Naming {
  const [only] = sources
  if (sources.length === 1 && only !== undefined)
    return { sources, of: (name) => ({ source: only, name }), visible: (_source, name) => name }
  const known = new Set(sources)
  return {
    sources,
    of: (visible) => {
      const at = visible.indexOf(divider)
      const source = visible.slice(0, at)
      return at > 0 && known.has(source) ? { source, name: visible.slice(at + divider.length) } : undefined
    },
    visible: (source, name) => `${source}${divider}${name}`,
  }
}

/** What of a request says whose it is: a name that clients use, and where it stands in the message; or an address. */
export type Pointing = { readonly name: string; readonly at: readonly string[] } | { readonly uri: string }

/** SECURITY: one reading, for whoever decides on a request and for whoever sends it on. Undefined where nothing says it. */
export function pointingOf({
  method,
  params,
}: {
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
}): Pointing | undefined {
  const { name, uri, ref } = params
  if (method === 'completion/complete') {
    if (!isRecord(ref)) return undefined
    if (ref['type'] === 'ref/resource') return typeof ref['uri'] === 'string' ? { uri: ref['uri'] } : undefined
    return typeof ref['name'] === 'string' ? { name: ref['name'], at: ['params', 'ref', 'name'] } : undefined
  }
  if (method.startsWith('resources/')) return typeof uri === 'string' ? { uri } : undefined
  return typeof name === 'string' ? { name, at: ['params', 'name'] } : undefined
}
