import type { Field, ObjectType } from './charter.ts'
import type { Invariant } from './invariant.ts'
import { asList, type Linker, unknownName } from './linker.ts'
import type { RawInvariant } from './schema.ts'

/** Resolves one invariant; its id is `invariants.<number from 1>`. A field that is not declared is taken by its name. */
export function linkInvariant(
  linker: Linker,
  raw: RawInvariant,
  index: number,
  objects: ReadonlyMap<string, ObjectType>,
): Invariant | undefined {
  const path = ['invariants', index]
  const head = {
    id: `invariants.${index + 1}`,
    position: linker.at(path),
    ...(raw.says === undefined ? {} : { says: raw.says }),
  }
  const target = (text: string): { object: string; field: Field } | undefined => {
    const [object = '', name = ''] = text.split('.')
    const type = objects.get(object)
    if (type === undefined) {
      unknownName(linker, path, 'object', object, objects.keys())
      return undefined
    }
    return { object, field: type.fields.get(name) ?? { name, at: [name], in: [name], position: head.position } }
  }
  if ('never-negative' in raw)
    return withTarget(target(raw['never-negative']), (at) => ({ ...head, kind: 'never-negative', ...at }))
  if ('monotone' in raw) return withTarget(target(raw.monotone), (at) => ({ ...head, kind: 'monotone', ...at }))
  if ('conserved' in raw) {
    return withTarget(target(raw.conserved), (at) => ({ ...head, kind: 'conserved', ...at, over: asList(raw.over) }))
  }
  if ('unique' in raw) {
    return withTarget(target(raw.unique), (at) => ({
      ...head,
      kind: 'unique',
      ...at,
      ...(raw.per === undefined ? {} : { per: raw.per }),
    }))
  }
  if (!objects.has(raw.object)) {
    unknownName(linker, [...path, 'object'], 'object', raw.object, objects.keys())
    return undefined
  }
  if ('at-most' in raw) {
    return { ...head, kind: 'at-most', object: raw.object, count: raw['at-most'], in: asList(raw.in), per: raw.per }
  }
  // As the other invariants name it, `event.seats` is the same as `object.seats`.
  const rule = linker.compile(
    raw.holds,
    [...path, 'holds'],
    ['object', 'parent', 'state', ...(/^[A-Za-z_]\w*$/.test(raw.object) ? [raw.object] : [])],
  )
  return rule === undefined ? undefined : { ...head, kind: 'holds', object: raw.object, rule }
}

function withTarget<T>(
  at: { object: string; field: Field } | undefined,
  make: (at: { object: string; field: Field }) => T,
): T | undefined {
  return at === undefined ? undefined : make(at)
}
