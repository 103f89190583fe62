/** Objects that a call finds by what they say: made, or found, so that they say it. */
import { parseCel } from '../../cel/parse-cel.ts'
import { bare } from '../../charter/bare.ts'
import type { Charter, Ref, Slot, Use } from '../../charter/charter.ts'
import { type Pointer, printReference } from '../../charter/pointer.ts'
import { propertiesOf } from '../../charter/source/schema.ts'
import type { Sought, Where } from '../../charter/where.ts'
import type { Belonging } from './belong.ts'
import type { Builder, How } from './build.ts'
import { useById } from './graph.ts'
import { namedObjects } from './implicit-ref.ts'
import { namedByObject } from './kin.ts'
import { samePlace } from './origin.ts'
import { pointed } from './pointed.ts'
import { creatorsOf } from './possible.ts'
import { parentVar } from './prepare-rule.ts'
import type { Step, Tie, Var, Wish } from './scenario.ts'

/** A reference that is found by what it says. */
export type WhereRef = Ref & { readonly key: Where }

/** Whether a reference is found by what it says. */
export function isSoughtRef(ref: Ref): ref is WhereRef {
  return ref.key.from === 'where'
}

/** The references beside a slot that say what is looked for in it: they are given their objects first. */
export function saidBefore(charter: Charter, use: Use, ref: WhereRef): readonly Ref[] {
  return ref.key.members.flatMap(({ is }) => refNamed(charter, use, is) ?? [])
}

function refNamed(charter: Charter, use: Use, is: Sought): Ref | undefined {
  const refs = namedObjects(charter, use)
  if (is.from === 'object') return refs.find(({ slot }) => slot === is.slot)
  return is.from !== 'request' ? undefined : refs.find(({ key }) => isPlace(key, is))
}

function isPlace(key: Ref['key'], is: Sought): boolean {
  return key.from === 'request' && is.from === 'request' && printReference(key) === printReference(is)
}

/** What an object must say that other objects of the scenario say. */
export function tiesOf(builder: Builder, use: Use, ref: WhereRef, stage: Beside): readonly Tie[] {
  return ref.key.members.flatMap(({ at, is }): Tie[] => {
    const said = saidBy(builder, use, is, stage)
    return said === undefined ? [] : [{ at, ...said }]
  })
}

interface Beside {
  readonly object: Var | undefined
  readonly refs: Readonly<Record<Slot, Var>>
}

function saidBy(builder: Builder, use: Use, is: Sought, { object, refs }: Beside): Omit<Tie, 'at'> | undefined {
  const { charter } = builder.stage
  if (is.from === 'principal' || is.from === 'text') return undefined
  const own = use.object !== undefined && isPlace(use.object.key, is) ? object : undefined
  const name =
    is.from === 'object' && is.slot === 'object' ? object : (own ?? refs[refNamed(charter, use, is)?.slot ?? ''])
  const key = charter.objects.get(builder.vars[name ?? '']?.type ?? '')?.key
  if (name === undefined || key === undefined) return undefined
  return { of: name, there: is.from === 'object' ? is.pointer : key }
}

/** Who must stand in what is looked for, because it says who calls. */
export function peopleSought(builder: Builder, ref: WhereRef, { member, wants }: How): Belonging {
  const who = wants.refOwner?.[ref.slot] ?? member
  const owner = builder.stage.charter.objects.get(ref.object)?.owner
  const places = ref.key.members.flatMap(({ at, is }) =>
    is.from === 'principal' && samePlace(is.pointer, ['id']) ? [at] : [],
  )
  const isOwner = (at: Pointer): boolean => owner !== undefined && samePlace(owner, at)
  return {
    ...(places.some(isOwner) ? { owner: who } : {}),
    people: places.filter((at) => !isOwner(at)).map((at) => ({ at, who })),
  }
}

/** What the call that makes an object must say for it to say what is tied, and the object it is made for. */
export function madeTied(
  builder: Builder,
  creator: Use,
  ties: readonly Tie[],
): { extra: Step['extra']; near: Var | undefined } {
  const extra = ties.flatMap(({ at, of, there }): Step['extra'][number][] => {
    const place = placeOf(builder.stage.charter, creator, at)
    return place === undefined ? [] : [{ ...place, value: { saidBy: of, there } }]
  })
  const near = ties.flatMap((tie) => objectTied(builder, creator, tie) ?? [])[0]
  return { extra, near }
}

/** The object that a tie names and the creating call as well. */
function objectTied(builder: Builder, creator: Use, { at, of, there }: Tie): Var | undefined {
  const { charter } = builder.stage
  const place = placeOf(charter, creator, at)
  const ref = namedObjects(charter, creator).find(
    ({ key, object }) => isAt(key, place) || (place === undefined && isParentAt(charter, creator, object, at)),
  )
  const type = charter.objects.get(ref?.object ?? '')
  const from = charter.objects.get(builder.vars[of]?.type ?? '')
  if (ref === undefined || type === undefined || from === undefined) return undefined
  if (from === type) return samePlace(from.key, there) ? of : undefined
  const named = { slot: '', object: type.name, key: { from: 'object', pointer: there }, optional: false } as const
  const isParent = from.parent?.object === type.name && samePlace(from.parent.key, there)
  return (
    namedByObject(charter, builder, of, named) ??
    namedByMove(builder, of, type.name) ??
    (isParent ? parentVar(builder, of) : undefined) ??
    pointedBefore(builder, type.name, { of, there }) ??
    pointed(builder, type, of, { at: there, owner: undefined })
  )
}

/** What a move of an object named last, as the sale that a lot is put into. */
function namedByMove({ steps, vars }: Builder, of: Var, type: string): Var | undefined {
  const names = steps.flatMap((step) => (step.object === of ? Object.values(step.refs) : []))
  return names.findLast((name) => vars[name]?.type === type)
}

function pointedBefore({ vars }: Builder, type: string, { of, there }: Omit<Tie, 'at'>): Var | undefined {
  return Object.keys(vars).find((name) => {
    const spec = vars[name]
    return spec?.type === type && spec.of === of && spec.at !== undefined && samePlace(spec.at, there)
  })
}

function isParentAt(charter: Charter, creator: Use, object: string, at: Pointer): boolean {
  const parent = charter.objects.get(creator.object?.type ?? '')?.parent
  return parent?.object === object && samePlace(parent.key, at)
}

type Place = Pick<Step['extra'][number], 'at' | 'in'>

function isAt(key: Ref['key'], place: Place | undefined): boolean {
  if (key.from !== 'request' || place === undefined) return false
  return key.in === 'body'
    ? place.in === undefined && samePlace(key.pointer, place.at)
    : key.in === place.in && key.name === place.at[0]
}

/** Where a creating call carries what its object says at a place: in the body at the same one, or in its path or query under that name. */
function placeOf(charter: Charter, creator: Use, at: Pointer): Place | undefined {
  const shape = charter.operations.get(creator.operation)?.shape
  const home = charter.sources.get(shape?.source ?? '')?.description
  const last = at.at(-1) ?? ''
  if (shape === undefined || home === undefined) return undefined
  const parameter = shape.parameters.find(
    (each) => (each.in === 'path' || each.in === 'query') && bare(each.name) === bare(last),
  )
  if (parameter?.in === 'path' || parameter?.in === 'query') return { at: [parameter.name], in: parameter.in }
  const members = shape.body === undefined ? {} : propertiesOf(home, shape.body.schema)
  if (members[at[0] ?? ''] !== undefined) return { at }
  const alike = Object.keys(members).find((name) => bare(name) === bare(last))
  return alike === undefined ? undefined : { at: [alike] }
}

/** An object for the sake of which nothing is found: of the same type as the one that what is looked for must be for, and another one. */
export function elsewhere(builder: Builder, ref: WhereRef, ties: readonly Tie[], depth: number): Var | undefined {
  for (const creator of creatorsOf(builder.stage.charter, ref.object)) {
    const near = madeTied(builder, creator, ties).near
    const type = builder.vars[near ?? '']?.type
    if (near === undefined || type === undefined) continue
    const states = creator.constraints.flatMap((each) =>
      each.kind === 'from' &&
      namedObjects(builder.stage.charter, creator).some(({ slot, object }) => slot === each.slot && object === type)
        ? each.states
        : [],
    )
    return builder.supply(type, { owner: builder.owners.get(near), states, wishes: [], depth: depth + 1 })
  }
  return undefined
}

/** Whether an object that a step made for other reasons was made for what it must be tied to. */
export function isMadeFor(builder: Builder, name: Var, ties: readonly Tie[]): boolean {
  const step = builder.steps.find((each) => each.makes === name)
  const creator = step === undefined ? undefined : useById(builder.stage.charter, step.use)
  if (step === undefined || creator === undefined) return false
  const near = ties.map((tie) => objectTied(builder, creator, tie))
  return near.length > 0 && near.every((each) => each !== undefined && Object.values(step.refs).includes(each))
}

/** What an object must say, or must not, whatever else is there. */
export function wishesSought({ key }: WhereRef, want: boolean): readonly Wish[] {
  return key.members.flatMap(({ at, is }): Wish[] => {
    if (is.from !== 'text') return []
    const place = at
      .map((token) => (/^[A-Za-z_]\w*$/.test(token) ? `.${token}` : `[${JSON.stringify(token)}]`))
      .join('')
    const value = /^-?\d{1,15}$/.test(is.text) ? is.text : JSON.stringify(is.text)
    const parsed = parseCel(`object${place} == ${value}`, ['object'])
    return parsed.ok ? [{ rule: parsed.expression, want, slot: 'object' }] : []
  })
}
