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
