/** What of a request the charter looks at beyond what the description declares. */
import type { Use } from '../../charter/charter.ts'
import type { Pointer } from '../../charter/pointer.ts'

/** Header names in lower case. */
export interface Referenced {
  readonly headers: ReadonlySet<string>
  readonly queries: ReadonlySet<string>
  /** Whether anything depends on the body. */
  readonly body: boolean
  /** Where in the body. */
  readonly places: readonly Pointer[]
}

/** Collects what the demands and keys of an operation's uses refer to. Pure. */
export function referencedBy(uses: readonly Use[], declared: ReadonlySet<string>): Referenced {
  const headers = new Set<string>()
  const queries = new Set<string>()
  const places: Pointer[] = []
  let body = false
  const seen = new Set<unknown>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return
    seen.add(value)
    const members = new Map<string, unknown>(Object.entries(value))
    if (members.get('kind') === 'set-by') body = true
    if (members.get('from') === 'request') {
      const name = members.get('name')
      if (members.get('in') === 'body') {
        body = true
        const pointer: unknown = members.get('pointer')
        if (Array.isArray(pointer)) places.push(pointer.map(String))
      }
      if (members.get('in') === 'header' && typeof name === 'string') headers.add(name.toLowerCase())
      if (members.get('in') === 'query' && typeof name === 'string') queries.add(name)
    }
    const reads = members.get('reads')
    if (Array.isArray(reads) && members.has('ast')) {
      for (const path of reads) visitRead(path)
      return
    }
    for (const [name, member] of members) if (name !== 'position' && name !== 'example') visit(member)
  }
  const visitRead = (path: unknown): void => {
    if (!Array.isArray(path)) return
    const root: unknown = path[0]
    const member: unknown = path[1]
    if (root === 'body' || (root === 'request' && (typeof member !== 'string' || !declared.has(member)))) {
      body = true
      places.push(path.slice(1).map(String))
    }
    if (typeof member !== 'string') return
    if (root === 'header') headers.add(member.toLowerCase())
    if (root === 'query') queries.add(member)
  }
  for (const use of uses) visit([use.object, use.refs, use.constraints])
  return { headers, queries, body, places }
}

/** The headers by which an API's callers prove who they are. */
export function credentialHeaders(schemes: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.values(schemes).flatMap((scheme) => {
    const { type, in: place, name } = { type: '', in: '', name: '', ...(typeof scheme === 'object' ? scheme : {}) }
    return type === 'apiKey' && place === 'header' && typeof name === 'string' ? [name.toLowerCase()] : []
  })
}
