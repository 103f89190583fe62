/** What a call finds by what it says: there is none, or only somebody else's, or only one for something else; or one that must not be there. */
import type { ObjectType, Slot } from '../../../charter/charter.ts'
import { plays } from '../cast.ts'
import { creatorsOf } from '../possible.ts'
import type { Scenario } from '../scenario.ts'
import { type BuildOptions, possible, Unbuildable, type Wants } from '../wants.ts'
import type { ConstraintOf, Draft } from './draft.ts'

const mostOthers = 2
const mostPairs = 4

/** The cases about whether what is looked for is there; its states have cases of their own. */
export function planSought(draft: Draft, constraint: ConstraintOf<'from'>): void {
  const { where, slot, id } = constraint
  if (where === undefined) return
  const type = draft.stage.charter.objects.get(draft.use.refs.find((ref) => ref.slot === slot)?.object ?? '')
  if (type === undefined) return
  const add = (flaw: 'none' | 'of-another' | 'for-another' | 'there', make: () => readonly Scenario[]): void =>
    draft.add(id, { kind: 'sought', flaw, slot }, 'step-skipped', () => {
      const [abuse, ...instead] = make()
      if (abuse === undefined) throw new Unbuildable(`nobody else can have a ${type.name}`)
      return { abuse, instead }
    })
  if (where.none) {
    if (type.states.length === 0) add('there', () => [draft.build({ sought: { [slot]: 'there' } })])
    return
  }
  add('none', () => waysFor(draft, type, { sought: { [slot]: 'none' } }))
  if (creatorsOf(draft.stage.charter, type.name).length === 0 && type.list === undefined) return
  const kinds = new Set(where.members.map(({ is }) => is.from === 'principal'))
  if (kinds.has(true)) add('of-another', () => ofOthers(draft, type, slot))
  if (kinds.has(false)) add('for-another', () => waysFor(draft, type, { sought: { [slot]: 'elsewhere' } }))
}

/**
 * The same for the usual caller and for others of their kind, with what is looked for made where it is else found: who has one from before
 * can be given no other.
 */
export function waysFor(draft: Draft, type: ObjectType, wants: Wants): Scenario[] {
  const usual = possible(() => draft.build())?.steps.at(-1)?.as
  const callers = [undefined, ...othersThan(draft, usual)]
  const ways = callers.flatMap((member) => {
    const all = { ...wants, ...(member === undefined ? {} : { member }) }
    return madeOrFound(draft, type).map((options) => () => draft.build(all, options))
  })
  const built = ways.flatMap((way) => possible(way) ?? [])
  if (built.length === 0) return [draft.build(wants)]
  return different(built)
}

function madeOrFound({ options, stage }: Draft, { name }: ObjectType): Partial<BuildOptions>[] {
  if (!options.found.has(name) || creatorsOf(stage.charter, name).length === 0) return [{}]
  return [{}, { found: new Set([...options.found].filter((each) => each !== name)) }]
}

function different(scenarios: readonly Scenario[]): Scenario[] {
  return [...new Map(scenarios.map((each) => [JSON.stringify([each.cast, each.vars, each.steps]), each])).values()]
}

/** Somebody calls while another has what they need. */
function ofOthers(draft: Draft, type: ObjectType, slot: Slot): Scenario[] {
  const usual = draft.build().steps.at(-1)?.as
  const own = draft.stage.members.find(({ name }) => name === usual)
  const all = [...(own === undefined ? [] : [own]), ...othersThan(draft, usual)]
  const pairs = all.flatMap((member) => all.filter((each) => each !== member).map((other) => ({ member, other })))
  return pairs
    .slice(0, mostPairs)
    .flatMap(({ member, other }) =>
      madeOrFound(draft, type).flatMap(
        (options) => possible(() => draft.build({ member, refOwner: { [slot]: other } }, options)) ?? [],
      ),
    )
}

/** Others who can do what somebody does: those of the same actors. */
function othersThan({ stage }: Draft, name: string | undefined): Draft['stage']['members'] {
  const own = stage.members.find((member) => member.name === name)
  const actors = [...stage.charter.actors.keys()].filter(
    (actor) => own !== undefined && plays(stage.charter, own, actor),
  )
  return stage.members
    .filter((member) => member !== own && actors.some((actor) => plays(stage.charter, member, actor)))
    .slice(0, mostOthers)
}
