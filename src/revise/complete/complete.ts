/** What could be written at a place of a charter. Pure and total: broken text has an answer, too. */
import type { Charter } from '../../charter/charter.ts'
import { bodyOf, shapeOf } from '../../charter/check/shape.ts'
import { propertiesOf } from '../../charter/source/schema.ts'
import { type Cursor, cursorsAt } from './cursor.ts'
import { expressions, objectMembers, readableAt } from './members.ts'
import { type NameKind, namedBy, namesFor, objectAt, operationsAt } from './names.ts'
import { membersAt, wordsAt } from './shape.ts'

/** One thing that could be written. */
export interface Option {
  readonly label: string
  readonly kind: 'member' | 'name' | 'word' | 'expression'
  /** What it is, in a few words. */
  readonly detail?: string
  /** What it means, in a sentence. */
  readonly info?: string
  /** What is written, where that is not the label. */
  readonly apply?: string
}

/** What could stand between `from` and `to` (offsets), best first. */
export interface Completion {
  readonly from: number
  readonly to: number
  readonly options: readonly Option[]
}

const mostOptions = 300

/** @param charter - As it last could be read: what names there are, and what descriptions say. */
export function complete(charter: Charter, text: string, offset: number): Completion {
  const cursors = cursorsAt(text, offset)
  const found = cursors.flatMap((cursor) =>
    cursor.kind === 'key' ? keysAt(charter, cursor) : valuesAt(charter, cursor),
  )
  const options = [...new Map(found.map((each) => [each.label, each])).values()].slice(0, mostOptions)
  const [cursor] = cursors
  // In an expression the word is what comes after the last dot.
  const isReading = options[0]?.kind === 'expression'
  const from = cursor?.from ?? offset
  const read = isReading ? from + 1 + text.slice(from, offset).lastIndexOf('.') : from
  return { from: read, to: cursor?.to ?? offset, options }
}

function keysAt(charter: Charter, cursor: Cursor): readonly Option[] {
  const { path, siblings } = cursor
  const members = membersAt(path, siblings).map(
    ({ name, description }): Option => ({
      label: name,
      kind: 'member',
      ...(description === undefined ? {} : { info: description }),
    }),
  )
  const named = namedKeys(charter, cursor).filter(({ label }) => !siblings.includes(label))
  return [...members, ...named]
}

/** Keys that are names of something. */
function namedKeys(charter: Charter, cursor: Cursor): readonly Option[] {
  const { path } = cursor
  const last = path.at(-1)
  const as = (detail: string, names: readonly string[]): readonly Option[] =>
    names.map((label) => ({ label, kind: 'name', detail }))
  if (path.length === 1 && last === 'operations')
    return namesFor(charter, cursor, ['operation']).map(({ name, detail }) => ({ label: name, kind: 'name', detail }))
  if (last === 'fields' && path[0] === 'objects')
    return as('seen in the object', objectMembers(charter, String(path[1]), []))
  if (last === 'owners') return as('who answers for it', ['workflow', 'data', 'platform', 'security'])
  if (last === 'values')
    return as(
      'argument',
      operationsAt(charter, cursor).flatMap((id) => {
        const shape = shapeOf({ charter }, id)
        const body = shape === undefined ? undefined : bodyOf({ charter }, shape)
        return body === undefined ? [] : Object.keys(propertiesOf(body.home, body.schema))
      }),
    )
  return []
}

function valuesAt(charter: Charter, cursor: Cursor): readonly Option[] {
  const { path } = cursor
  const member = path.findLast((each) => typeof each === 'string') ?? ''
  // A map is what belongs here: only its members could be told.
  const words = wordsAt(path).map((label): Option => ({ label, kind: 'word' }))
  const kinds = kindsAt(path, member)
  const names = namesFor(charter, cursor, kinds).map(
    ({ name, detail }): Option => ({ label: name, kind: 'name', detail }),
  )
  const isExpression = expressions.has(member) && !(member === 'tenant' && path[0] === 'objects')
  if (isExpression && kinds.length === 0)
    return readableAt(charter, cursor).map(
      ({ name, detail, isFunction }): Option => ({
        label: name,
        kind: 'expression',
        detail,
        ...(isFunction === true ? { apply: `${name}(` } : {}),
      }),
    )
  return [...names, ...words, ...pointersAt(charter, cursor, member), ...referencesAt(charter, cursor, member)]
}

function kindsAt(path: readonly (string | number)[], member: string): readonly NameKind[] {
  const kinds = Object.hasOwn(namedBy, member) ? (namedBy[member] ?? []) : []
  // The same word has other meanings in other places.
  if (member === 'from' && path.includes('values')) return ['operation']
  if (member === 'limit' || member === 'rate') return path[0] === 'rules' ? kinds : []
  if (member === 'to' && path[0] === 'data') return ['operation']
  if (member === 'object' && path[0] === 'sources') return []
  return kinds
}
const pointing: ReadonlySet<string> = new Set(['key', 'owner', 'tenant', 'state', 'at', 'in', 'binds', 'credential'])

/** Places of the object, as `/total`. */
function pointersAt(charter: Charter, cursor: Cursor, member: string): readonly Option[] {
  const inObject = cursor.path[0] === 'objects' && cursor.path.length <= 5
  if (!(pointing.has(member) && (inObject || member === 'binds')) || cursor.path.includes('refs')) return []
  const types = member === 'binds' ? [...charter.objects.keys()] : [objectAt(charter, cursor)]
  return types.flatMap((type) =>
    objectMembers(charter, type, []).map(
      (name): Option => ({ label: `/${name}`, kind: 'name', detail: `place in ${type}` }),
    ),
  )
}

const referring: ReadonlySet<string> = new Set(['key', 'idempotency', 'refs'])

/** Places in the request, as `$request.path.orderId`. */
function referencesAt(charter: Charter, cursor: Cursor, member: string): readonly Option[] {
  const isRef = referring.has(member) || cursor.path.at(-2) === 'refs'
  if (!isRef) return []
  return operationsAt(charter, cursor).flatMap((id) => {
    const shape = shapeOf({ charter }, id)
    const body = shape === undefined ? undefined : bodyOf({ charter }, shape)
    const members = body === undefined ? [] : Object.keys(propertiesOf(body.home, body.schema))
    return [
      ...(shape?.parameters ?? []).map(({ in: place, name }) => `$request.${place}.${name}`),
      ...members.map((name) => `$request.body#/${name}`),
    ].map((label): Option => ({ label, kind: 'name', detail: `place in ${id}` }))
  })
}
