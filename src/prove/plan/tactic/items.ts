/** Lists that hold what the caller may not read. */
import { Builder } from '../build.ts'
import { actorsOf, type Member, sameTenant } from '../cast.ts'
import { Casting } from '../casting.ts'
import type { Scenario } from '../scenario.ts'
import type { ConstraintOf, Draft } from './draft.ts'

const mostListers = 4

/** Lists as one of each kind of people who may, once with objects of others made for the purpose. */
export function planItems(draft: Draft, constraint: ConstraintOf<'items'>, control: Scenario): void {
  const { stage, use, options } = draft
  const listers = new Map<string, Member>()
  for (const lister of new Casting(stage, options).able(use, undefined)) {
    const actors = actorsOf(stage.charter, lister).join('+')
    if (!listers.has(actors) && listers.size < mostListers) listers.set(actors, lister)
  }
  for (const [actors, lister] of listers) {
    draft.add(constraint.id, { kind: 'list', as: actors }, 'bola-read', () => ({
      abuse: draft.build({ member: lister }),
    }))
    for (const owner of othersWith(draft, constraint.object, lister)) {
      const finding = sameTenant(owner, lister) ? 'bola-read' : 'cross-tenant'
      draft.add(constraint.id, { kind: 'list', as: actors, of: owner.name }, finding, () => {
        const builder = new Builder(stage, options)
        builder.supply(constraint.object, { owner, states: [], wishes: [], depth: 0 })
        builder.addAct(use, { ...draft.base, member: lister })
        return { control, abuse: builder.scenario() }
      })
    }
  }
}

/** Others for whom an object can be made, one of the same tenant as the lister and one of another. */
function othersWith({ stage, options }: Draft, object: string, lister: Member): Member[] {
  if (stage.charter.objects.get(object)?.transitions.some((each) => each.creates) !== true) return []
  const owners = new Casting(stage, options).possibleOwners(object)
  const others = owners.filter((member) => member !== lister)
  const chosen = [true, false].map((same) => others.find((member) => sameTenant(member, lister) === same))
  return chosen.filter((each) => each !== undefined)
}
