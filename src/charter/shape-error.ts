import type { z } from 'zod'
import type { Position } from './charter.ts'
import type { Diagnostic } from './diagnostic.ts'
import { nearest } from './nearest.ts'
import { charterSchema } from './schema.ts'

type Issue = z.core.$ZodIssue
type Find = (path: readonly PropertyKey[]) => Position

/** Where the value at a path stands, and where the name of the member does. */
export interface Locate {
  readonly value: Find
  readonly member: Find
}

/** Says in words what is wrong with the shape of a value: one diagnostic for each thing wrong, at the innermost part known. */
export function explainIssue(issue: Issue, locate: Locate): Diagnostic[] {
  const { path } = issue
  const where = path.length === 0 ? 'the file' : `\`${path.map(String).join('.')}\``
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) =>
      shape('unknown-member', `${where} has no member \`${key}\``, locate.member([...path, key]), suggestMember(key)),
    )
  }
  if (issue.code === 'invalid_union') return explainUnion(issue, locate, where)
  if (issue.code === 'invalid_key') {
    return [shape('wrong-name', `${where}: ${issue.issues[0]?.message ?? 'not a valid name'}`, locate.value(path))]
  }
  if (issue.code === 'invalid_value') {
    const values = issue.values.map((value) => `\`${String(value)}\``)
    return [shape('wrong-shape', `${where} must be ${values.join(' or ')}`, locate.value(path))]
  }
  if (issue.code === 'invalid_type') return [explainType(issue, locate)]
  return [shape('wrong-shape', `${where}: ${lower(issue.message)}`, locate.value(path))]
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  record: 'a map',
  object: 'a map',
  array: 'a list',
  null: 'empty',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  undefined: 'missing',
}

/** zod says "expected string, received undefined" of a member that is not there. */
function explainType(issue: Extract<Issue, { code: 'invalid_type' }>, locate: Locate): Diagnostic {
  const received = /received (\w+)/.exec(issue.message)?.[1] ?? ''
  const owner = issue.path.slice(0, -1)
  if (received === 'undefined') {
    const where = owner.length === 0 ? 'the file' : `\`${owner.map(String).join('.')}\``
    return shape('missing-member', `${where} needs \`${String(issue.path.at(-1))}\``, locate.value(owner))
  }
  const where = issue.path.length === 0 ? 'the file' : `\`${issue.path.map(String).join('.')}\``
  const found = kinds[received] === undefined ? '' : `, but is ${kinds[received]}`
  return shape(
    'wrong-shape',
    `${where} must be ${kinds[issue.expected] ?? issue.expected}${found}`,
    locate.value(issue.path),
  )
}

/** Of the alternatives the one that fits best speaks: the one whose complaints are fewest and deepest. */
function explainUnion(issue: Extract<Issue, { code: 'invalid_union' }>, locate: Locate, where: string): Diagnostic[] {
  const branches = (issue.errors ?? []).filter((branch) => branch.length > 0)
  const best = branches.toSorted((left, right) => rank(right) - rank(left))[0]
  if (best === undefined) return [shape('wrong-shape', `${where}: ${lower(issue.message)}`, locate.value(issue.path))]
  return best.flatMap((inner) => explainIssue({ ...inner, path: [...issue.path, ...inner.path] }, locate))
}

function rank(branch: readonly Issue[]): number {
  const depth = Math.max(...branch.map((issue) => issue.path.length))
  const lacking = branch.filter(
    (issue) => issue.code === 'invalid_type' && issue.message.endsWith('received undefined'),
  ).length
  const wrongType = branch.some((issue) => issue.path.length === 0 && issue.code === 'invalid_type')
  return depth * 10 - branch.length - lacking * 30 - (wrongType ? 100 : 0)
}

function shape(code: string, message: string, position: Position, help?: string): Diagnostic {
  return { code, severity: 'error', message, ...position, ...(help === undefined ? {} : { help }) }
}

function suggestMember(key: string): string | undefined {
  if (memberNames.includes(key)) return `\`${key}\` is a member of other places, not of this one`
  const found = nearest(key, memberNames)
  return found === undefined ? undefined : `did you mean \`${found}\`?`
}

function lower(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1)
}

const memberNames: readonly string[] = [
  ...collectMembers(charterSchema.toJSONSchema({ io: 'input', unrepresentable: 'any' })),
]

function collectMembers(schema: unknown, found: Set<string> = new Set()): Set<string> {
  if (Array.isArray(schema)) for (const item of schema) collectMembers(item, found)
  else if (typeof schema === 'object' && schema !== null) {
    for (const [key, value] of Object.entries(schema)) {
      if (key === 'properties' && typeof value === 'object' && value !== null)
        for (const member of Object.keys(value)) found.add(member)
      collectMembers(value, found)
    }
  }
  return found
}
