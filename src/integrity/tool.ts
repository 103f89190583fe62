/** A tool as its server describes it (MCP `tools/list`); members that are not looked at may be there too. */
export interface Tool {
  readonly name: string
  readonly title?: unknown
  readonly description?: unknown
  readonly inputSchema?: unknown
  readonly outputSchema?: unknown
  readonly annotations?: unknown
  readonly [member: string]: unknown
}

/** The tools of a list: the result of `tools/list`, that in an envelope, or the bare array. What has no name is left out. */
export function toolsIn(document: unknown): readonly Tool[] {
  const listed = Array.isArray(document) ? document : memberOf(memberOf(document, 'result') ?? document, 'tools')
  const items: readonly unknown[] = Array.isArray(listed) ? listed : []
  return items.filter(isTool)
}

function isTool(value: unknown): value is Tool {
  return typeof memberOf(value, 'name') === 'string'
}

/** A member of an object; undefined where there is no object, or no such member of its own. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined
}

/** One text that a model is shown of a tool. */
export interface Shown {
  /** JSON Pointer in the tool. */
  readonly at: string
  readonly text: string
  /** A name (of the tool or of an argument), or words about one, or a value an argument may have. */
  readonly kind: 'name' | 'words' | 'value'
}

const wordMembers: ReadonlySet<string> = new Set(['description', 'title', '$comment', 'summary'])
const valueMembers: ReadonlySet<string> = new Set([
  'default',
  'const',
  'enum',
  'examples',
  'example',
  'pattern',
  'format',
])
const namedMembers: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
])
const mostShown = 5000
const deepest = 40

/** Every text of a tool that a model is shown: descriptions and titles, names of arguments, defaults, enumerations, examples. */
export function shownOf(tool: Tool): readonly Shown[] {
  const shown: Shown[] = [{ at: '/name', text: tool.name, kind: 'name' }]
  for (const [name, member] of Object.entries(tool)) {
    if (name !== 'name' && name !== '_meta' && name !== 'icons')
      collect(member, `/${escaped(name)}`, { shown, role: roleOf(name), depth: 0 })
  }
  return shown
}

type Role = 'schema' | 'names' | 'words' | 'value'

const roleOf = (name: string): Role =>
  wordMembers.has(name) ? 'words' : valueMembers.has(name) ? 'value' : namedMembers.has(name) ? 'names' : 'schema'

interface Walk {
  readonly shown: Shown[]
  readonly role: Role
  readonly depth: number
}

function collect(value: unknown, at: string, { shown, role, depth }: Walk): void {
  if (depth > deepest || shown.length >= mostShown) return
  if (typeof value === 'string') {
    if (role === 'words' || role === 'value') shown.push({ at, text: value, kind: role })
    return
  }
  if (typeof value !== 'object' || value === null) return
  for (const [name, member] of Object.entries(value)) {
    const here = `${at}/${escaped(name)}`
    const names = role === 'names' && !Array.isArray(value)
    if (names) shown.push({ at: here, text: name, kind: 'name' })
    const inner = role === 'value' ? 'value' : names || Array.isArray(value) ? 'schema' : roleOf(name)
    collect(member, here, { shown, role: role === 'words' ? 'words' : inner, depth: depth + 1 })
  }
}

const escaped = (token: string): string => token.replaceAll('~', '~0').replaceAll('/', '~1')
