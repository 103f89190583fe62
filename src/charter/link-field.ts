import type { Choice, Constraint, Field, ObjectType, Use } from './charter.ts'
import { itemsPlace } from './link-items.ts'
import { linkObject } from './link-object.ts'
import { asList, type Linker, linkBy, unknownName } from './linker.ts'
import { mustCarry } from './must-carry.ts'
import type { Path } from './parse.ts'
import type { RawSight } from './schema.ts'

interface FieldRules {
  readonly setBy: Extract<Constraint, { kind: 'set-by' }>[]
  readonly seenBy: Extract<Constraint, { kind: 'seen-by' }>[]
  readonly state?: ObjectType['state']
}

/** The demands on writing that hold in a use; what its description asks for is no write there, which a warning says. */
function protectedIn(linker: Linker, use: Use, rules: FieldRules | undefined): FieldRules['setBy'] {
  const shape = linker.shapes.get(use.operation)
  const description = linker.descriptions.get(shape?.source ?? '')
  if (rules === undefined || shape === undefined || description === undefined) return rules?.setBy ?? []
  return rules.setBy.filter((each) => {
    if (!mustCarry(use, each, { shape, description, state: rules.state })) return true
    const { object, field } = each
    const message = `\`${use.operation}\` must carry \`${field.name}\`, which ${each.on === undefined ? 'nobody may set' : `only ${each.on.join(', ')} set`}: it is taken for an argument there, and writing it is not tried`
    const here = use.id.split('.').at(-1)
    const names = each.on === undefined ? here : `[${[...each.on.map((on) => on.split('.').at(-1)), here].join(', ')}]`
    const help = `where it is written there, say so, as \`set-on: ${names}\`; where it means something else, the warning may stand`
    linker.warn('set-by-required', ['objects', object, 'fields', field.name], message, help)
    return false
  })
}

/**
 * Prepares what fields demand of uses: `set-by` of those that write an object of the type, `seen-by` and the visibility of listed
 * items of those that answer with one.
 */
export function linkFieldConstraints(linker: Linker): (use: Use) => Use {
  const { objects = {}, operations = {} } = linker.parsed.raw
  const rules = new Map(Object.keys(objects).map((object) => [object, fieldRules(linker, object)]))
  return (use) => {
    const acted = use.object?.type
    const own = operations[use.operation]
    const listed = own?.lists ?? Object.keys(objects).find((object) => objects[object]?.list === use.operation)
    const safe = own?.safe === true || linker.shapes.get(use.operation)?.method === 'GET'
    const added: Constraint[] = []
    if (acted !== undefined && !safe) added.push(...protectedIn(linker, use, rules.get(acted)))
    // What lists others in the answer to the reading of an object shows that as well.
    const shows = acted !== undefined && (listed === undefined || objects[acted]?.read === use.operation)
    const answered = new Set([...(listed === undefined ? [] : [listed]), ...(shows ? [acted] : [])])
    for (const each of answered) added.push(...(rules.get(each)?.seenBy ?? []))
    if (listed !== undefined) {
      const items = itemsPlace(linker, use.operation, own?.items)
      const seen = objects[listed]?.['seen-by']
      const parties = new Set(Object.keys(objects[listed]?.parties ?? {}))
      const path = ['objects', listed, 'seen-by']
      const choices = seen === undefined ? {} : { choices: linkSight(linker, listed, seen, path, parties) }
      added.push({ kind: 'items', id: `${use.id}.items`, object: listed, items, position: use.position, ...choices })
    }
    return added.length === 0 ? use : { ...use, constraints: [...use.constraints, ...added] }
  }
}

function fieldRules(linker: Linker, object: string): FieldRules {
  const raw = linker.parsed.raw.objects?.[object]
  if (raw === undefined) return { setBy: [], seenBy: [] }
  const parties = new Set(Object.keys(raw.parties ?? {}))
  const { fields, state } = linkObject(silent(linker), object, raw, [])
  const found: FieldRules = { setBy: [], seenBy: [], ...(state && { state }) }
  for (const [name, each] of Object.entries(raw.fields ?? {})) {
    const field: Field | undefined = fields.get(name)
    if (field === undefined) continue
    const path = ['objects', object, 'fields', name]
    const head = { object, field, position: linker.at(path), ...(each.says === undefined ? {} : { says: each.says }) }
    const seat = (member: 'set-by' | 'seen-by') => linkSight(linker, object, each[member], [...path, member], parties)
    if (each['set-by'] !== undefined || each['set-on'] !== undefined) {
      const choices = each['set-by'] === undefined ? [{ anonymous: false }] : seat('set-by')
      const on =
        each['set-on'] === undefined
          ? {}
          : { on: asList(each['set-on']).map((use) => (use.includes('.') ? use : `${object}.${use}`)) }
      found.setBy.push({ kind: 'set-by', id: `${object}.${name}.set-by`, choices, ...head, ...on })
    }
    if (each['seen-by'] !== undefined)
      found.seenBy.push({ kind: 'seen-by', id: `${object}.${name}.seen-by`, choices: seat('seen-by'), ...head })
  }
  return found
}

/** Who may see or set a part of an object, and in which of its states. */
function linkSight(
  linker: Linker,
  object: string,
  raw: RawSight | undefined,
  path: Path,
  parties: ReadonlySet<string>,
): Choice[] {
  if (raw === undefined || raw === 'nobody') return []
  const choices = linkBy(linker, raw, path, parties)
  const states = linkObject(silent(linker), object, linker.parsed.raw.objects?.[object] ?? { key: '/id' }, []).states
  for (const state of new Set(choices.flatMap((choice) => choice.states ?? [])))
    if (!states.includes(state)) unknownName(linker, path, `state of \`${object}\``, state, states)
  return choices
}

/** The object itself is linked, and reports, elsewhere. */
function silent(linker: Linker): Linker {
  return { ...linker, report: () => {}, warn: () => {} }
}
