/** What an expression or a pointer at a place can read. */

import { FUNCTIONS } from '../../cel/functions.ts'
import type { Charter } from '../../charter/charter.ts'
import { answerOf, bodyOf, lookUp, type Placed, representationOf, shapeOf } from '../../charter/check/shape.ts'
import { propertiesOf } from '../../charter/source/schema.ts'
import { type Cursor, writtenAt } from './cursor.ts'
import { objectAt, operationsAt } from './names.ts'

/** Members whose values are expressions. */
export const expressions: ReadonlySet<string> = new Set([
  'when',
  'rule',
  'needed-when',
  'sum',
  'at-most',
  'holds',
  'refused-when',
  'amount',
  'spends',
  'tenant',
  'currency',
])

/** Something that can be written next in an expression. */
export interface Readable {
  readonly name: string
  readonly detail: string
  readonly isFunction?: true
}

const principalMembers = ['id', 'kind', 'tenant', 'roles', 'scopes', 'claims', 'actors']
const macros = ['has', 'all', 'exists', 'exists_one', 'filter', 'map']

/** The chain of names before the cursor, as `request.amount`: all but the last are written out. */
export function readableAt(charter: Charter, cursor: Cursor): readonly Readable[] {
  const chain = /[A-Za-z_][\w]*(?:\.[\w]*)*$/.exec(cursor.before)?.[0].split('.') ?? ['']
  const [root = '', ...steps] = chain.slice(0, -1)
  return chain.length === 1 ? rootsAt(charter, cursor) : membersOf(charter, cursor, root, steps)
}

function rootsAt(charter: Charter, cursor: Cursor): readonly Readable[] {
  const object = objectAt(charter, cursor)
  const isParent = object !== undefined && charter.objects.get(object)?.parent !== undefined
  const roots = ['request', 'object', ...(isParent ? ['parent'] : []), 'principal', 'claims', 'state', 'now']
  const all = cursor.path[0] === 'sources' ? ['response'] : roots
  return [
    ...[...all, ...refsAt(charter, cursor).keys()].map((name) => ({ name, detail: 'what can be read' })),
    ...[...new Set([...macros, ...FUNCTIONS.keys()])]
      .filter((name) => /^[a-z]\w*$/i.test(name))
      .map((name): Readable => ({ name, detail: 'function', isFunction: true })),
  ]
}

/** The references of the uses a place is about, with their types. */
function refsAt(charter: Charter, cursor: Cursor): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const id of operationsAt(charter, cursor))
    for (const { refs } of charter.operations.get(id)?.uses ?? [])
      for (const { slot, object } of refs) found.set(slot, object)
  const own = writtenAt(cursor, [...cursor.path.slice(0, cursor.path[0] === 'objects' ? 4 : 2), 'refs'])
  if (typeof own === 'object' && own !== null)
    for (const [slot, ref] of Object.entries(own))
      if (typeof ref === 'object' && ref !== null && 'object' in ref && typeof ref.object === 'string')
        found.set(slot, ref.object)
  return found
}

function membersOf(charter: Charter, cursor: Cursor, root: string, steps: readonly string[]): readonly Readable[] {
  const as = (detail: string, names: Iterable<string>): readonly Readable[] =>
    [...names].map((name) => ({ name, detail }))
  if (root === 'principal') return steps.length === 0 ? as('of who calls', principalMembers) : []
  if (root === 'request') return requestMembers(charter, cursor, steps)
  const own = objectAt(charter, cursor)
  const type =
    root === 'object'
      ? own
      : root === 'parent'
        ? charter.objects.get(own ?? '')?.parent?.object
        : refsAt(charter, cursor).get(root)
  const types = type === undefined && root === 'object' ? objectsOf(charter, cursor) : [type]
  return types.flatMap((each) => as(`of ${each}`, objectMembers(charter, each, steps)))
}

/** Where no type is named, as in an approval: those of the operations it is for. */
function objectsOf(charter: Charter, cursor: Cursor): readonly string[] {
  const uses = operationsAt(charter, cursor).flatMap((id) => charter.operations.get(id)?.uses ?? [])
  return [...new Set(uses.flatMap((use) => use.object?.type ?? []))]
}

function requestMembers(charter: Charter, cursor: Cursor, steps: readonly string[]): readonly Readable[] {
  const found = new Map<string, Readable>()
  for (const id of operationsAt(charter, cursor)) {
    const shape = shapeOf({ charter }, id)
    if (shape === undefined) continue
    for (const name of propertiesAt(bodyOf({ charter }, shape), steps)) found.set(name, { name, detail: `of ${id}` })
    for (const { name, in: place } of steps.length === 0 ? shape.parameters : [])
      if (place === 'path' || place === 'query') found.set(name, { name, detail: `in the ${place} of ${id}` })
  }
  return [...found.values()]
}

/** The members of an object as it is read, and the fields the charter gives it. */
export function objectMembers(charter: Charter, type: string | undefined, steps: readonly string[]): readonly string[] {
  const object = charter.objects.get(type ?? '')
  if (object === undefined) return []
  const listed = object.list === undefined ? undefined : answerOf({ charter }, shapeOf({ charter }, object.list))
  const items = charter.operations.get(object.list ?? '')?.lists?.items ?? []
  const item = listed === undefined ? undefined : lookUp(listed, [...items, '0'])
  const seen = representationOf({ charter }, object) ?? (item?.verdict === 'there' ? item.at : undefined)
  return [...new Set([...(steps.length === 0 ? object.fields.keys() : []), ...propertiesAt(seen, steps)])]
}

function propertiesAt(from: Placed | undefined, steps: readonly string[]): readonly string[] {
  const found = from === undefined ? undefined : lookUp(from, steps)
  return found?.verdict === 'there' ? Object.keys(propertiesOf(found.at.home, found.at.schema)) : []
}
