import { bare } from './bare.ts'
import type { Reference } from './pointer.ts'
import type { OperationShape } from './source/description.ts'
import { objectOf } from './source/plain.ts'

const segments = (path: string): string[] => path.split('/').filter((part) => part !== '')
const parameterOf = (segment: string | undefined): string | undefined => /^\{(.+)\}$/.exec(segment ?? '')?.[1]

/**
 * Where an operation carries the key of an object, as far as its path or body tells; undefined when nothing does.
 *
 * In this order: the path begins like that of the object's `read` (`/orders/{orderId}/pay`); a path parameter, query parameter or
 * body member is named after the object (`orderId`, `order_id`, `order`). Tools have arguments only, and `read` may call it `id`.
 */
export function inferKey(
  object: string,
  shape: OperationShape,
  readId: string | undefined,
  read: OperationShape | undefined,
): Reference | undefined {
  const wanted = new Set(['id', '', 'key', 'number', 'code'].map((suffix) => bare(`${object}${suffix}`)))
  if (shape.method === 'TOOL') return argumentNamed(shape, shape.id === readId ? new Set([...wanted, 'id']) : wanted)
  const along = read === undefined ? undefined : alongPath(shape, read)
  if (along !== undefined) return { from: 'request', in: 'path', name: along }
  if (shape.id === readId) {
    const last = segments(shape.path)
      .map(parameterOf)
      .findLast((name) => name !== undefined)
    if (last !== undefined) return { from: 'request', in: 'path', name: last }
  }
  const parameter = shape.parameters.find(
    (each) => (each.in === 'path' || each.in === 'query') && wanted.has(bare(each.name)),
  )
  if (parameter?.in === 'path' || parameter?.in === 'query')
    return { from: 'request', in: parameter.in, name: parameter.name }
  // A new object may well name itself in its body, so only operations below an object are looked at.
  return undefined
}

function argumentNamed(shape: OperationShape, wanted: ReadonlySet<string>): Reference | undefined {
  // What may have decimals is an amount or a mark, and no key.
  const found = Object.entries(objectOf(shape.body?.schema['properties'])).find(
    ([name, schema]) => wanted.has(bare(name)) && objectOf(schema)['type'] !== 'number',
  )
  return found === undefined ? undefined : { from: 'request', in: 'body', pointer: [found[0]] }
}

/** The parameter of `shape` that stands where `read` has its last one, when everything before it is the same. */
function alongPath(shape: OperationShape, read: OperationShape): string | undefined {
  if (shape.source !== read.source) return undefined
  const theirs = segments(read.path)
  const ours = segments(shape.path)
  const last = theirs.findLastIndex((segment) => parameterOf(segment) !== undefined)
  if (last < 0 || ours.length <= last) return undefined
  const same = theirs.slice(0, last).every((segment, index) => {
    const mine = ours[index]
    return parameterOf(segment) === undefined ? segment === mine : parameterOf(mine) !== undefined
  })
  return same ? parameterOf(ours[last]) : undefined
}

/** The type of object an operation acts on when the charter does not say: the one whose `read` path it begins with, longest first. A tool acts on what it reads, or on the only type an argument is named after. */
export function inferObject(
  shape: OperationShape,
  objects: Readonly<Record<string, { read?: string | undefined }>>,
  shapes: ReadonlyMap<string, OperationShape>,
): string | undefined {
  if (shape.method === 'TOOL') return objectOfTool(shape, objects)
  let best: { name: string; length: number } | undefined
  for (const [name, { read }] of Object.entries(objects)) {
    const readShape = shapes.get(read ?? '')
    if (readShape === undefined || alongPath(shape, readShape) === undefined) continue
    const length = segments(readShape.path).length
    if (best === undefined || length > best.length) best = { name, length }
  }
  return best?.name
}

function objectOfTool(
  shape: OperationShape,
  objects: Readonly<Record<string, { read?: string | undefined }>>,
): string | undefined {
  const names = Object.keys(objects)
  const read = names.find((name) => objects[name]?.read === shape.id)
  const named = names.filter(
    (name) => argumentNamed(shape, new Set([bare(`${name}id`), bare(`${name}key`)])) !== undefined,
  )
  return read ?? (named.length === 1 ? named[0] : undefined)
}
