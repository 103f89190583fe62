/** From where a new object takes the people who belong to it. */
import type { Charter, ObjectType, Ref, Use, UseId } from '../../charter/charter.ts'
import { type Pointer, printPointer } from '../../charter/pointer.ts'
import type { ApiDescription, OperationShape, Schema } from '../../charter/source/description.ts'
import { onceFor } from '../../charter/source/once.ts'
import { itemSchema, type PropertyShape, propertiesOf } from '../../charter/source/schema.ts'
import { namedObjects } from './implicit-ref.ts'

/** A place of an object that says who somebody is: a pointer, or what the charter derives. */
export type PersonPlace = Pointer | 'parent' | 'creator'

/** What the creating call takes a person from; `unsaid` when neither the charter nor the description tells. */
export type Origin =
  | { readonly from: 'body'; readonly at: Pointer; readonly required: boolean }
  | { readonly from: 'ref'; readonly ref: Ref; readonly place: PersonPlace }
  /** Whoever made a move of what the call names, as the last bid. */
  | { readonly from: 'doer'; readonly ref: Ref; readonly use: UseId }
  | { readonly from: 'caller' }
  | { readonly from: 'unsaid' }

const originsOf: (charter: Charter, creator: Use) => Map<string, Origin> = onceFor(() => new Map())

/**
 * What calls showed of where new objects take people from, by `shownAs`: the slot of the object whose owner it is, with `>` and a use
 * where it is whoever made that of it.
 */
export type Shown = ReadonlyMap<string, string>

const nothingShown: Shown = new Map()

/** Under what is remembered whose owner stands in a place of what a use creates. */
export function shownAs(creator: string, place: PersonPlace): string {
  return `${creator}|${typeof place === 'string' ? place : printPointer(place)}`
}

/** Tells where an object that a use creates takes a person from. What the description has no member for is never the body's. */
export function originOf(charter: Charter, creator: Use, place: PersonPlace, shown: Shown = nothingShown): Origin {
  const known = originsOf(charter, creator)
  const key = typeof place === 'string' ? place : printPointer(place)
  const origin = known.get(key) ?? findOrigin(charter, creator, place)
  known.set(key, origin)
  const [slot, use] = (origin.from === 'unsaid' ? shown.get(shownAs(creator.id, place)) : undefined)?.split('>') ?? []
  const ref = slot === undefined ? undefined : namedObjects(charter, creator).find((each) => each.slot === slot)
  if (ref === undefined) return origin
  return use === undefined ? { from: 'ref', ref, place: ownerPlace(charter, ref.object) } : { from: 'doer', ref, use }
}

function findOrigin(charter: Charter, creator: Use, place: PersonPlace): Origin {
  if (place === 'creator') return { from: 'caller' }
  const type = charter.objects.get(creator.object?.type ?? '')
  const refs = namedObjects(charter, creator).filter((ref) => ref.key.from === 'request')
  if (place === 'parent') {
    const ref = refs.find((each) => each.object === type?.parent?.object)
    if (ref !== undefined) return { from: 'ref', ref, place: ownerPlace(charter, ref.object) }
    // What is made from something below the same parent is below that as well.
    const beside = refs.find((each) => charter.objects.get(each.object)?.parent?.object === type?.parent?.object)
    return beside === undefined ? { from: 'unsaid' } : { from: 'ref', ref: beside, place: 'parent' }
  }
  return fromBody(charter, creator, type, place) ?? fromRef(charter, refs, type, place) ?? { from: 'unsaid' }
}

function ownerPlace(charter: Charter, type: string): PersonPlace {
  return charter.objects.get(type)?.owner ?? 'creator'
}

function fromBody(charter: Charter, creator: Use, type: ObjectType | undefined, place: Pointer): Origin | undefined {
  const shape = charter.operations.get(creator.operation)?.shape
  const field = [...(type?.fields.values() ?? [])].find((each) => samePlace(each.at, place))
  const at = field?.in ?? place
  const found = memberAt(charter, shape, shape?.body?.schema, at)
  return found === undefined || found.readOnly ? undefined : { from: 'body', at, required: found.required }
}

/** The reference that has the same person in the same place; the parent before others. */
function fromRef(
  charter: Charter,
  refs: readonly Ref[],
  type: ObjectType | undefined,
  place: Pointer,
): Origin | undefined {
  const ranked = refs.toSorted((left, right) => rank(type, left) - rank(type, right))
  const ref = ranked.find((each) => shows(charter, each.object, place))
  return ref === undefined ? undefined : { from: 'ref', ref, place }
}

function rank(type: ObjectType | undefined, ref: Ref): number {
  return ref.object === type?.parent?.object ? 0 : 1
}

/** Whether objects of a type have something in a place: the charter names it, or the description shows it. */
function shows(charter: Charter, name: string, place: Pointer): boolean {
  const type = charter.objects.get(name)
  if (type === undefined) return false
  if (peopleOf(type).some(([, at]) => samePlace(at, place))) return true
  const creators = type.transitions.filter((use) => use.creates).map((use) => use.operation)
  return [type.read, type.list, ...creators].some((id) => {
    const shape = charter.operations.get(id ?? '')?.shape
    const answer = shape?.responses.find((each) => each.status.startsWith('2'))?.schema
    return objectsIn(charter, shape, answer).some(
      (schema) =>
        memberAt(charter, shape, schema, type.key) !== undefined &&
        memberAt(charter, shape, schema, place) !== undefined,
    )
  })
}

/** What of an answer may be an object: itself, a member of it, or the items of a list in it. */
function objectsIn(charter: Charter, shape: OperationShape | undefined, answer: Schema | undefined): unknown[] {
  const home = homeOf(charter, shape)
  if (home === undefined || answer === undefined) return []
  const candidates = [answer, ...Object.values(propertiesOf(home, answer)).map((each) => each.schema)]
  return candidates.flatMap((each) => [each, itemSchema(home, each)])
}

function memberAt(
  charter: Charter,
  shape: OperationShape | undefined,
  schema: unknown,
  place: Pointer,
): PropertyShape | undefined {
  const home = homeOf(charter, shape)
  let found: PropertyShape | undefined
  let within = schema
  for (const name of place) {
    found = home === undefined || within === undefined ? undefined : propertiesOf(home, within)[name]
    within = found?.schema
  }
  return found
}

function homeOf(charter: Charter, shape: OperationShape | undefined): ApiDescription | undefined {
  return charter.sources.get(shape?.source ?? '')?.description
}

/** The owner and the declared parties of a type, and where it has them. */
export function peopleOf(type: ObjectType): (readonly [party: string, place: PersonPlace])[] {
  return [...(type.owner === undefined ? [] : [['owner', type.owner] as const]), ...type.parties]
}

/** Whether two places are the same one. */
export function samePlace(left: PersonPlace, right: PersonPlace): boolean {
  return typeof left === 'string' || typeof right === 'string'
    ? left === right
    : left.length === right.length && left.every((token, index) => token === right[index])
}

/** Whether it can be chosen who stands in a place of a new object, by its body or by way of the objects it is made from. */
export function isChosen(
  charter: Charter,
  creator: Use,
  place: PersonPlace,
  shown: Shown = nothingShown,
  seen: ReadonlySet<string> = new Set(),
): boolean {
  const origin = originOf(charter, creator, place, shown)
  if (origin.from !== 'ref') return origin.from === 'body' || origin.from === 'doer'
  const { ref } = origin
  if (seen.has(ref.object)) return false
  const type = charter.objects.get(ref.object)
  const creators = type?.transitions.filter((use) => use.creates) ?? []
  if (creators.length === 0) return type?.list !== undefined
  const within = new Set([...seen, ref.object])
  return creators.some((each) => {
    const { from } = originOf(charter, each, origin.place, shown)
    // Where nothing tells whose a new object is, it is of whoever makes it.
    const ofMaker =
      from === 'caller' || (from === 'unsaid' && type?.owner !== undefined && samePlace(type.owner, origin.place))
    return ofMaker || isChosen(charter, each, origin.place, shown, within)
  })
}

/** The type of the person whom the body of a creating call names; undefined where it names none, or of no type. */
export function personNamed(charter: Charter, creator: Use, at: Pointer): string | undefined {
  const named = namedObjects(charter, creator).find(
    ({ key }) => key.from === 'request' && key.in === 'body' && samePlace(key.pointer, at),
  )
  const type = charter.objects.get(creator.object?.type ?? '')
  const field = [...(type?.fields.values() ?? [])].find((each) => samePlace(each.in, at))
  return named?.object ?? field?.ref
}
