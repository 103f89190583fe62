import { getPointer, parsePointer } from '../charter/pointer.ts'
import { isObject, memberOf } from '../charter/source/plain.ts'
import type { ArazzoDocument } from './schema.ts'

/** Called for a reference that leads nowhere or into itself. */
export type ReportLost = (reference: string) => void

/** A list with every `reference: $components.…` replaced by what it stands for; a `value` beside it wins. */
export function resolveReusable(document: ArazzoDocument, list: readonly unknown[], lost: ReportLost): unknown[] {
  return list.flatMap((item) => {
    const reference = memberOf(item, 'reference')
    if (typeof reference !== 'string') return [item]
    const [, kind = '', name = ''] = /^\$components\.(\w+)\.(.+)$/.exec(reference) ?? []
    const component = memberOf(memberOf(document.components, kind), name)
    if (!isObject(component)) {
      lost(reference)
      return []
    }
    const value = memberOf(item, 'value')
    return [value === undefined ? component : { ...component, value }]
  })
}

/** A schema of inputs with references to components written out; one that contains itself is cut there and reported. */
export function resolveInputs(document: ArazzoDocument, schema: unknown, lost: ReportLost): unknown {
  return resolve(document, schema, { lost, trail: [] })
}

function resolve(
  document: ArazzoDocument,
  value: unknown,
  at: { lost: ReportLost; trail: readonly string[] },
): unknown {
  if (Array.isArray(value)) return value.map((item) => resolve(document, item, at))
  if (!isObject(value)) return value
  const reference = value['$ref']
  if (typeof reference === 'string' && reference.startsWith('#/')) {
    const target = getPointer(document, parsePointer(reference.slice(1)) ?? [])
    if (target === undefined || at.trail.includes(reference)) {
      at.lost(reference)
      return {}
    }
    const { $ref: _, ...beside } = value
    const found = resolve(document, target, { ...at, trail: [...at.trail, reference] })
    return isObject(found) ? { ...found, ...beside } : found
  }
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, resolve(document, member, at)]))
}
