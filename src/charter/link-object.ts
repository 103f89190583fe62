import type { Field, ObjectType, StateSource, Use } from './charter.ts'
import { asList, type Linker, unknownName } from './linker.ts'
import { type Pointer, parsePointer } from './pointer.ts'
import type { RawField, RawObject } from './schema.ts'

type Member = 'parent' | 'creator'

/** Resolves one object type; its transitions are linked afterwards and handed in. */
export function linkObject(linker: Linker, name: string, raw: RawObject, transitions: readonly Use[]): ObjectType {
  const path = ['objects', name]
  const states = linkStates(linker, name, raw)
  const parent = raw.parent
  for (const member of ['read', 'list'] as const) {
    const id = raw[member]
    if (id !== undefined && !linker.shapes.has(id))
      unknownName(linker, [...path, member], 'operation', id, linker.shapes.keys())
  }
  if (parent !== undefined && linker.parsed.raw.objects?.[parent.object] === undefined) {
    unknownName(linker, [...path, 'parent'], 'object', parent.object, Object.keys(linker.parsed.raw.objects ?? {}))
  }
  for (const member of ['owner', 'tenant'] as const) {
    if (raw[member] === 'parent' && parent === undefined) {
      linker.report(
        'no-parent',
        [...path, member],
        `\`${name}\` takes its ${member} from its parent but has no \`parent\``,
      )
    }
  }
  if (raw.truth === 'read' && raw.read === undefined)
    linker.report('no-read', [...path, 'truth'], `\`${name}\` has no \`read\` to look with`)
  const state = raw.state === undefined ? undefined : linkState(linker, name, raw)
  return {
    name,
    key: pointer(raw.key),
    ...(raw.owner === undefined ? {} : { owner: placeOf(raw.owner) }),
    ...(raw.tenant === undefined ? {} : { tenant: placeOf(raw.tenant) }),
    parties: new Map(Object.entries(raw.parties ?? {}).map(([party, at]) => [party, pointer(at)])),
    ...(parent === undefined ? {} : { parent: { object: parent.object, key: pointer(parent.key) } }),
    ...(state === undefined ? {} : { state }),
    ...(raw.read === undefined ? {} : { read: raw.read }),
    truth: raw.truth ?? (raw.read === undefined ? 'tracked' : 'read'),
    readAt: pointer(raw['read-at'] ?? ''),
    ...(raw.list === undefined ? {} : { list: raw.list }),
    states,
    final: asList(raw.final),
    ...(raw.gone === undefined ? {} : { gone: raw.gone }),
    fields: linkFields(linker, name, raw.fields ?? {}),
    transitions,
    ...(raw.capability === undefined ? {} : { capabilityBits: raw.capability.bits }),
    volatile: asList(raw.volatile).map(pointer),
    ...(raw.credential === undefined ? {} : { credential: pointer(raw.credential) }),
    position: linker.at(path),
  }
}

function placeOf(raw: string): Pointer | Member {
  return raw === 'parent' || raw === 'creator' ? raw : pointer(raw)
}

/** The schema has checked the form. */
export function pointer(text: string): Pointer {
  return parsePointer(text) ?? []
}

/** Declared states in order, then those only transitions name; a name that is not declared is an error when others are. */
function linkStates(linker: Linker, name: string, raw: RawObject): string[] {
  const used = Object.entries(raw.transitions ?? {}).flatMap(([transition, each]) =>
    (['from', 'to'] as const).flatMap((end) =>
      asList(each[end]).map((state) => ({ state, path: ['objects', name, 'transitions', transition, end] })),
    ),
  )
  const others = (['final', 'gone'] as const).flatMap((end) =>
    asList(raw[end]).map((state) => ({ state, path: ['objects', name, end] })),
  )
  if (raw.states === undefined) return [...new Set([...used, ...others].map((each) => each.state))]
  const declared = new Set(raw.states)
  for (const { state, path } of [...used, ...others]) {
    if (!declared.has(state)) unknownName(linker, path, `state of \`${name}\``, state, declared)
  }
  return [...declared]
}

function linkState(linker: Linker, name: string, raw: RawObject): StateSource | undefined {
  const state = raw.state
  if (state === undefined) return undefined
  if (typeof state === 'string') return { kind: 'at', pointer: pointer(state) }
  if ('at' in state) {
    const values = Object.entries(state.values).flatMap(([word, seen]) =>
      asList(seen).map((each) => [each, word] as const),
    )
    return { kind: 'at', pointer: pointer(state.at), values: new Map(values) }
  }
  const cases = Object.entries(state.when).flatMap(([word, text]) => {
    const rule = linker.compile(text, ['objects', name, 'state', 'when', word], ['object', 'now'])
    return rule === undefined ? [] : [{ state: word, rule }]
  })
  return { kind: 'when', cases }
}

function linkFields(linker: Linker, object: string, raw: Readonly<Record<string, RawField>>): Map<string, Field> {
  return new Map(
    Object.entries(raw).map(([name, field]) => {
      const path = ['objects', object, 'fields', name]
      if (field.ref !== undefined && linker.parsed.raw.objects?.[field.ref] === undefined) {
        unknownName(linker, [...path, 'ref'], 'object', field.ref, Object.keys(linker.parsed.raw.objects ?? {}))
      }
      const at = field.at === undefined ? [name] : pointer(field.at)
      const linked: Field = {
        name,
        at,
        in: field.in === undefined ? at : pointer(field.in),
        ...(field.type === undefined ? {} : { type: field.type }),
        ...(field.ref === undefined ? {} : { ref: field.ref }),
        position: linker.at(path),
      }
      return [name, linked]
    }),
  )
}
