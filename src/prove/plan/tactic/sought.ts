/** What a call finds by what it says: there is none, or only somebody else's, or only one for something else; or one that must not be there. */
import { plays } from '../cast.ts'
import { creatorsOf } from '../possible.ts'
import type { Scenario } from '../scenario.ts'
import { possible, Unbuildable, type Wants } from '../wants.ts'
import type { ConstraintOf, Draft } from './draft.ts'

const mostOthers = 2

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
  add('none', () => [draft.build({ sought: { [slot]: 'none' } }), ...byOthers(draft, { sought: { [slot]: 'none' } })])
  if (creatorsOf(draft.stage.charter, type.name).length === 0 && type.list === undefined) return
  const kinds = new Set(where.members.map(({ is }) => is.from === 'principal'))
  if (kinds.has(true)) add('of-another', () => ofOthers(draft, constraint))
  if (kinds.has(false)) add('for-another', () => [draft.build({ sought: { [slot]: 'elsewhere' } })])
}

/** The same call by others of the same kind, who may have none where the first has one from before. */
function byOthers(draft: Draft, wants: Wants): Scenario[] {
  const usual = possible(() => draft.build(wants))?.steps.at(-1)?.as
  return othersThan(draft, usual).flatMap((member) => possible(() => draft.build({ ...wants, member })) ?? [])
}

function ofOthers(draft: Draft, { slot }: ConstraintOf<'from'>): Scenario[] {
  const caller = draft.build().steps.at(-1)?.as
  return othersThan(draft, caller).flatMap(
    (member) => possible(() => draft.build({ refOwner: { [slot]: member } })) ?? [],
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
