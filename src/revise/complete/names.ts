/** The names a charter has for things, and which of them may stand where. */
import type { Charter } from '../../charter/charter.ts'
import { type Cursor, writtenAt } from './cursor.ts'

/** What a name is the name of. */
export type NameKind =
  | 'actor'
  | 'approval'
  | 'class'
  | 'field'
  | 'object'
  | 'operation'
  | 'party'
  | 'scope'
  | 'state'
  | 'transition'
  | 'workflow'

/** By the member a value belongs to. */
export const namedBy: Readonly<Record<string, readonly NameKind[]>> = {
  'acts-for': ['actor'],
  actor: ['actor'],
  by: ['actor', 'party'],
  'seen-by': ['actor', 'party'],
  'set-by': ['actor', 'party'],
  not: ['party', 'actor'],
  party: ['party'],
  approval: ['approval'],
  else: ['approval'],
  grants: ['approval'],
  plan: ['approval'],
  unread: ['approval'],
  class: ['class'],
  data: ['class'],
  conserved: ['field'],
  field: ['field'],
  monotone: ['field'],
  'never-negative': ['field'],
  unique: ['field'],
  lists: ['object'],
  object: ['object'],
  ref: ['object'],
  absence: ['operation', 'transition'],
  'alternate-precedence': ['operation', 'transition'],
  'chain-precedence': ['operation', 'transition'],
  'not-co-existence': ['operation', 'transition'],
  'not-succession': ['operation', 'transition'],
  precedence: ['operation', 'transition'],
  response: ['operation', 'transition'],
  succession: ['operation', 'transition'],
  grant: ['operation'],
  limit: ['operation'],
  list: ['operation'],
  'look-up': ['operation'],
  on: ['operation'],
  operations: ['operation'],
  over: ['operation'],
  rate: ['operation'],
  read: ['operation'],
  revoke: ['operation'],
  separate: ['operation'],
  'set-on': ['transition', 'operation'],
  final: ['state'],
  from: ['state'],
  gone: ['state'],
  in: ['state'],
  to: ['state'],
  while: ['state'],
  per: ['scope'],
  workflow: ['workflow'],
}

/** A name, and a word on what it is. */
export interface Named {
  readonly name: string
  readonly kind: NameKind
  readonly detail: string
}

/** The type of object a place is about; undefined when it is about none, or any. */
export function objectAt(charter: Charter, cursor: Cursor): string | undefined {
  const { path } = cursor
  const [member, name] = path
  const ref = path.lastIndexOf('refs')
  const named = ref < 0 ? undefined : writtenAt(cursor, [...path.slice(0, ref + 2), 'object'])
  if (typeof named === 'string') return named
  if (member === 'objects' && typeof name === 'string') return name
  if (member === 'invariants' || member === 'rules') {
    const written = writtenAt(cursor, [...path.slice(0, 2), 'object'])
    return typeof written === 'string' ? written : undefined
  }
  if (member !== 'operations') return undefined
  return charter.operations.get(String(name))?.uses.find((use) => use.object !== undefined)?.object?.type
}

/** Names of some kinds for a place: those of the charter as it last could be read, and what is written now. */
export function namesFor(charter: Charter, cursor: Cursor, kinds: readonly NameKind[]): readonly Named[] {
  const found = kinds.flatMap((kind) => namesOf(charter, cursor, kind))
  return [...new Map(found.map((each) => [each.name, each])).values()]
}

function namesOf(charter: Charter, cursor: Cursor, kind: NameKind): readonly Named[] {
  const as = (detail: string, names: Iterable<string>): readonly Named[] =>
    [...names].map((name) => ({ name, kind, detail }))
  switch (kind) {
    case 'operation':
      return operationsOf(charter)
    case 'actor':
      return [...as('actor', both(charter.actors.keys(), cursor, 'actors')), ...as('anybody', ['anyone', 'signed-in'])]
    case 'approval':
      return as('approval', both(charter.approvals.keys(), cursor, 'approvals'))
    case 'object':
      return as('object', both(charter.objects.keys(), cursor, 'objects'))
    case 'workflow':
      return as('workflow', both(charter.workflows.keys(), cursor, 'workflows'))
    case 'class':
      return as('class of data', charter.data?.classes ?? [])
    case 'scope':
      return as('counted for each', ['call', 'object', 'principal', 'person', 'agent', 'run', 'tenant'])
    case 'field':
      return [...charter.objects.values()].flatMap(({ name, fields }) =>
        as(
          `field of ${name}`,
          [...fields.keys()].map((field) => `${name}.${field}`),
        ),
      )
    default:
      return ofObject(charter, cursor, kind)
  }
}

function ofObject(charter: Charter, cursor: Cursor, kind: 'party' | 'state' | 'transition'): readonly Named[] {
  const object = objectAt(charter, cursor)
  const types = object === undefined ? [...charter.objects.keys()] : [object]
  return types.flatMap((type) => {
    const detail = `${kind} of ${type}`
    const as = (names: Iterable<string>): readonly Named[] => [...names].map((name) => ({ name, kind, detail }))
    if (kind === 'state') {
      const written = writtenAt(cursor, ['objects', type, 'states'])
      const now = Array.isArray(written) ? written.filter((each) => typeof each === 'string') : []
      return as(new Set([...now, ...(charter.objects.get(type)?.states ?? [])]))
    }
    if (kind === 'party')
      return as(['owner', 'creator', 'holder', 'requester', ...(charter.objects.get(type)?.parties.keys() ?? [])])
    const own = both(transitionsOf(charter, type), cursor, 'objects', type, 'transitions')
    return as(cursor.path[0] === 'rules' ? own.map((each) => `${type}.${each}`) : own)
  })
}

function transitionsOf(charter: Charter, type: string): readonly string[] {
  const uses = charter.objects.get(type)?.transitions ?? []
  return uses.map(({ id }) => id.slice(type.length + 1).replace(/@.*$/, ''))
}

function both(known: Iterable<string>, cursor: Cursor, ...path: readonly string[]): readonly string[] {
  const written = writtenAt(cursor, path)
  const now = typeof written === 'object' && written !== null && !Array.isArray(written) ? Object.keys(written) : []
  return [...new Set([...known, ...now])].filter((each) => !each.includes('zzcursorzz'))
}

/** Every operation of the descriptions, whether the charter covers it or not. */
function operationsOf(charter: Charter): readonly Named[] {
  const shapes = [...[...charter.operations.values()].map(({ shape }) => shape), ...charter.uncovered]
  return shapes.map(({ id, method, path }) => ({ name: id, kind: 'operation', detail: `${method} ${path}` }))
}

/** The operations a rule at a place is about; none when that cannot be told. */
export function operationsAt(charter: Charter, cursor: Cursor): readonly string[] {
  const { path } = cursor
  const [member, name] = path
  if (member === 'operations') return [String(name)]
  if (member === 'approvals')
    return [...charter.operations.values()].flatMap(({ id, uses }) =>
      uses.some(({ constraints }) => constraints.some((each) => each.kind === 'approval' && each.approval === name))
        ? [id]
        : [],
    )
  const at = member === 'objects' ? [...path.slice(0, 4), 'on'] : [...path.slice(0, 2), 'limit']
  const written = writtenAt(cursor, at)
  return (Array.isArray(written) ? written : [written]).filter((each) => typeof each === 'string')
}
