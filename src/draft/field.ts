import { bare } from '../charter/bare.ts'
import type { ApiDescription, OperationShape } from '../charter/source/description.ts'
import { textOf } from '../charter/source/plain.ts'
import { type PropertyShape, propertiesOf, resolveSchema } from '../charter/source/schema.ts'
import { guess, saidValue } from './claim.ts'
import { heldKeys, hiddenFrom } from './observe.ts'
import { resourceNamed } from './resource.ts'
import type { Scene, Thing } from './scene.ts'
import { namedIn } from './text.ts'
import { referredBy, shortened, wordsOf } from './words.ts'

/** A field as the charter writes it; reasons stand inside. */
export type FieldDraft = Readonly<Record<string, unknown>>

/** The fields with a meaning: money, what nobody may write, what not everybody may see, keys of other things. */
export function draftFields(scene: Scene, thing: Thing): Record<string, FieldDraft> {
  const { members } = thing.resource.representation
  const fields = Object.entries(members).flatMap(([member, property]): [string, FieldDraft][] => {
    if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(member) || `/${member}` === saidValue(thing.membership.key)) return []
    const field = fieldOf(scene, thing, { member, property })
    return Object.keys(field).length === 0 ? [] : [[member, field]]
  })
  return Object.fromEntries(fields)
}

interface Member {
  readonly member: string
  readonly property: PropertyShape
}

function fieldOf(scene: Scene, thing: Thing, at: Member): FieldDraft {
  return {
    ...typeOf(scene.description, at),
    ...setBy(scene, thing, at),
    ...seenBy(scene, thing, at),
    ...refOf(scene, thing, at),
  }
}

/** Whether a member of this name usually holds an amount of money. */
export function wordsLikeMoney(name: string): boolean {
  const words = wordsOf(name)
  const last = words.at(-1) ?? ''
  return (
    /^(?:amount|price|total|subtotal|balance|fee|cost|costs|margin|tax|discount|payment|refund|salary|budget|credit|preco|valor)$/.test(
      last,
    ) ||
    (/^(?:limit)$/.test(last) && words.length > 1) ||
    words[0] === 'total' ||
    words[0] === 'amount'
  )
}

function typeOf(description: ApiDescription, { member, property }: Member): FieldDraft {
  const types = [resolveSchema(description, property.schema)['type']].flat()
  if (!types.includes('number') && !types.includes('integer') && !types.includes('string')) return {}
  if (types.includes('string') && !types.includes('number')) return {}
  return wordsLikeMoney(member) ? { type: guess('money', 'of its name') } : {}
}

function setBy(scene: Scene, thing: Thing, { member, property }: Member): FieldDraft {
  const writers = writersOf(scene, thing).filter((shape) => bodyNames(scene.description, shape).includes(member))
  const { owner, tenant, state } = thing.membership
  if (writers.length > 0) {
    if (!property.readOnly) return {}
    const moves = thing.lifecycle.moves.filter((move) => writers.includes(move.shape)).map((move) => move.name)
    return { 'set-on': guess(moves.length === 1 ? moves[0] : moves, 'it is read-only, but carried by this') }
  }
  if (property.readOnly) return { 'set-by': 'nobody' }
  const place = `/${member}`
  const vital = [owner, tenant, state?.said].some((said) => said !== undefined && saidValue(said) === place)
  if (
    !vital &&
    !wordsLikeMoney(member) &&
    !/^(?:roles?|verified|approved|paid|isadmin|points|stock)$/.test(bare(member))
  )
    return {}
  if (writersOf(scene, thing).length === 0) return {}
  return { 'set-by': guess('nobody', 'no request has a place for it') }
}

function writersOf(scene: Scene, { resource }: Thing): OperationShape[] {
  const shapes = [resource.create, ...resource.updates, ...resource.actions].filter((shape) => shape !== undefined)
  return shapes.filter((shape) => bodyNames(scene.description, shape).length > 0)
}

function bodyNames(description: ApiDescription, shape: OperationShape): string[] {
  if (shape.body === undefined) return []
  const members = propertiesOf(description, shape.body.schema)
  return Object.keys(members).filter((name) => members[name]?.readOnly === false)
}

const secret = /(?:password|passwd|secret|hash|salt|token|apikey|pin|cvv|senha)$/
const internal =
  /^(?:cost|costprice|margin|markup|profit|risk|riskscore|riskrating|riskclass|fraud\w*|internal\w*|(?:fraud|staff|admin|private|support|agent)notes?|score|supplierprice|purchaseprice|commission|blacklisted|watchlist)$/

function seenBy(scene: Scene, thing: Thing, { member, property }: Member): FieldDraft {
  if (property.writeOnly) return { 'seen-by': 'nobody' }
  const hidden = hiddenFrom(scene, thing, member)
  if (hidden !== undefined) return { 'seen-by': hidden }
  const text = textOf(resolveSchema(scene.description, property.schema)['description']) ?? ''
  const told = /\b(?:only|visible|shown|hidden|internal)\b/i.test(text)
    ? namedIn(text, [...scene.cast.actors.keys()])
    : []
  if (told.length > 0) return { 'seen-by': guess(told, `its text says "${shortened(text, 50)}"`) }
  if (secret.test(bare(member))) return { 'seen-by': guess('nobody', 'its name is that of a secret') }
  if (!internal.test(bare(member)) && !/\binternal\b/i.test(text)) return {}
  const { staff } = scene.cast
  return { 'seen-by': guess(staff.length === 0 ? 'nobody' : staff, 'it looks internal') }
}

function refOf(scene: Scene, thing: Thing, { member }: Member): FieldDraft {
  const held = heldKeys(scene, thing, member)
  if (held !== undefined) return { ref: held }
  const words = referredBy(member)
  const target =
    words === undefined
      ? undefined
      : resourceNamed(
          words.map(bare),
          scene.things.map((each) => each.resource),
        )
  if (target === undefined || (target === thing.resource && words?.length === 1)) return {}
  return { ref: guess(target.name, `\`${member}\` is named after it`) }
}
