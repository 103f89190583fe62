import type { Constraint, Ref } from './charter.ts'
import { asList, type Linker, linkBy, unknownName } from './linker.ts'
import type { Path } from './parse.ts'
import { parsePointer, parseReference } from './pointer.ts'
import type { RawDemands } from './schema.ts'

/** References of a use, without what is demanded of them (see `linkDemands`). */
export function linkRefs(linker: Linker, side: { path: Path; demands: RawDemands }): Ref[] {
  const objects = linker.parsed.raw.objects ?? {}
  return Object.entries(side.demands.refs ?? {}).flatMap(([slot, raw]): Ref[] => {
    const path = [...side.path, 'refs', slot]
    const object = typeof raw === 'string' ? slot : raw.object
    if (objects[object] === undefined) {
      unknownName(linker, path, 'object', object, Object.keys(objects))
      return []
    }
    const text = typeof raw === 'string' ? raw : raw.key
    const key = refKey(text)
    if (key === undefined) {
      linker.report('wrong-reference', path, `\`${text}\` says no place in a request or in the object`)
      return []
    }
    return [{ slot, object, key, optional: typeof raw === 'string' ? false : (raw.optional ?? false) }]
  })
}

function refKey(text: string): Ref['key'] | undefined {
  if (text.startsWith('$object')) {
    const at = parsePointer(text.slice('$object#'.length))
    return at === undefined ? undefined : { from: 'object', pointer: at }
  }
  return text === '$principal.id' ? { from: 'principal' } : parseReference(text)
}

/** What is demanded of a reference: who the caller must be to it, and its state. */
export function linkRefDemands(linker: Linker, side: { id: string; path: Path; demands: RawDemands }): Constraint[] {
  return Object.entries(side.demands.refs ?? {}).flatMap(([slot, raw]): Constraint[] => {
    if (typeof raw === 'string') return []
    const path = [...side.path, 'refs', slot]
    const position = linker.at(path)
    const target = linker.parsed.raw.objects?.[raw.object]
    const parties = new Set(Object.keys(target?.parties ?? {}))
    const said = raw.says === undefined ? {} : { says: raw.says }
    const choices = linkBy(linker, raw.by, [...path, 'by'], parties)
    for (const state of asList(raw.in)) {
      if (target?.states !== undefined && !target.states.includes(state))
        unknownName(linker, [...path, 'in'], `state of \`${raw.object}\``, state, target.states)
    }
    return [
      ...(raw.by === undefined
        ? []
        : [{ kind: 'by' as const, id: `${side.id}.${slot}.by`, slot, choices, position, ...said }]),
      ...(raw.in === undefined
        ? []
        : [{ kind: 'from' as const, id: `${side.id}.${slot}.in`, slot, states: asList(raw.in), position, ...said }]),
    ]
  })
}
