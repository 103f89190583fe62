import type { Constraint, Ref } from './charter.ts'
import { asList, type Linker, linkBy, unknownName } from './linker.ts'
import type { Path } from './parse.ts'
import { parsePointer, parseReference } from './pointer.ts'
import type { RawDemands } from './schema.ts'
import { parseSought, type Said, type Where } from './where.ts'

type RawRef = Exclude<NonNullable<RawDemands['refs']>[string], string>

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
    const optional = typeof raw === 'string' ? false : (raw.optional ?? false)
    if (typeof raw !== 'string' && raw.where !== undefined) {
      const names = Object.keys(side.demands.refs ?? {})
      const others = names.slice(0, names.indexOf(slot))
      const key = linkWhere(linker, path, raw, others)
      return key === undefined ? [] : [{ slot, object, key, optional }]
    }
    const text = typeof raw === 'string' ? raw : raw.key
    if (text === undefined) {
      const help =
        'write where its key is, `key: $request.path.NAME`, or what it says, `where: { /POINTER: $principal.id }`'
      linker.report('missing-member', path, 'how it is found is not said: there is no `key` and no `where`', help)
      return []
    }
    if (typeof raw !== 'string' && raw.none !== undefined)
      linker.report(
        'wrong-shape',
        [...path, 'none'],
        '`none` is said of what is found with `where`, not of what a key names',
      )
    const key = refKey(text)
    if (key === undefined) {
      linker.report('wrong-reference', path, `\`${text}\` says no place in a request or in the object`)
      return []
    }
    return [{ slot, object, key, optional }]
  })
}

function refKey(text: string): Ref['key'] | undefined {
  if (text.startsWith('$object')) {
    const at = parsePointer(text.slice('$object#'.length))
    return at === undefined ? undefined : { from: 'object', pointer: at }
  }
  return text === '$principal.id' ? { from: 'principal' } : parseReference(text)
}

function linkWhere(linker: Linker, path: Path, raw: RawRef, others: readonly string[]): Where | undefined {
  const type = linker.parsed.raw.objects?.[raw.object]
  if (raw.key !== undefined)
    linker.report('wrong-shape', [...path, 'key'], 'it is found by `key` or by `where`, not by both', 'leave one out')
  if (raw.none === true && raw.by !== undefined)
    linker.report(
      'wrong-shape',
      [...path, 'by'],
      'what must not be there is nobody’s: `by` says nothing of it',
      'leave it out',
    )
  if (type?.list === undefined)
    linker.warn(
      'list-missing',
      [...path, 'where'],
      `nothing says how to look for a \`${raw.object}\`: it has no \`list\`, so that a guard refuses every call and a proof knows only those it made`,
      `name the operation that answers with all of them: \`list: SOURCE.OPERATION\` at \`${raw.object}\``,
    )
  const members = Object.entries(raw.where ?? {}).flatMap(([place, text]) =>
    linkSaid(linker, [...path, 'where', place], { place, text: String(text), others: ['object', 'parent', ...others] }),
  )
  if (members.length === 0) {
    if (Object.keys(raw.where ?? {}).length === 0)
      linker.report('wrong-shape', [...path, 'where'], '`where` names no place: it would mean any', 'name one')
    return undefined
  }
  return { from: 'where', members, states: asList(raw.in), none: raw.none ?? false }
}

function linkSaid(
  linker: Linker,
  path: Path,
  { place, text, others }: { place: string; text: string; others: readonly string[] },
): readonly Said[] {
  const at = parsePointer(place)
  const is = parseSought(text)
  if (at === undefined || is === undefined) {
    linker.report('wrong-reference', path, `\`${text}\` says no place in a request, in an object or in who calls`)
    return []
  }
  if (is.from !== 'object' || others.includes(is.slot)) return [{ at, is }]
  unknownName(linker, path, 'reference before it', is.slot, others)
  return []
}

/** What is demanded of a reference: who the caller must be to it, its state, and that what is looked for is there. */
export function linkRefDemands(
  linker: Linker,
  side: { id: string; path: Path; demands: RawDemands },
  refs: readonly Ref[],
): Constraint[] {
  return Object.entries(side.demands.refs ?? {}).flatMap(([slot, given]): Constraint[] => {
    const raw: RawRef = typeof given === 'string' ? { object: slot, key: given } : given
    const path = [...side.path, 'refs', slot]
    const position = linker.at(path)
    const target = linker.parsed.raw.objects?.[raw.object]
    const { key } = refs.find((ref) => ref.slot === slot) ?? {}
    const said = raw.says === undefined ? {} : { says: raw.says }
    const parties = new Set(Object.keys(target?.parties ?? {}))
    const choices = linkBy(linker, raw.by, [...path, 'by'], parties)
    // What the request names must be there; what an object names is its own word. A party is one of what is there.
    const isOpen = raw.by === undefined || choices.some(({ party }) => party === undefined)
    const canLook = target?.read !== undefined && target.truth !== 'tracked'
    const mustBeSeen = raw.in === undefined && key?.from === 'request' && isOpen && canLook
    for (const state of asList(raw.in)) {
      if (target?.states !== undefined && !target.states.includes(state))
        unknownName(linker, [...path, 'in'], `state of \`${raw.object}\``, state, target.states)
    }
    return [
      ...(raw.by === undefined
        ? []
        : [{ kind: 'by' as const, id: `${side.id}.${slot}.by`, slot, choices, position, ...said }]),
      ...(raw.in === undefined && raw.where === undefined
        ? []
        : [
            {
              kind: 'from' as const,
              id: `${side.id}.${slot}.${raw.in === undefined ? 'where' : 'in'}`,
              slot,
              ...whereDemand(raw, target?.states ?? [], key),
              position,
              ...said,
            },
          ]),
      ...(mustBeSeen ? [{ kind: 'there' as const, id: `${side.id}.${slot}.there`, slot, position, ...said }] : []),
    ]
  })
}

/** In which states it must be; of what is looked for, any state where none is said, and of what must not be there, all others. */
function whereDemand(
  raw: RawRef,
  all: readonly string[],
  key: Ref['key'] | undefined,
): { states: readonly string[]; where?: Where } {
  const named = asList(raw.in)
  if (key?.from !== 'where') return { states: named }
  if (!key.none) return { states: raw.in === undefined ? all : named, where: key }
  return { states: raw.in === undefined ? [] : all.filter((state) => !named.includes(state)), where: key }
}
