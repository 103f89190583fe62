/** Lists that hold what the caller may not read. */
import { Builder } from '../build.ts'
import { actorsOf, sameTenant } from '../cast.ts'
import { Casting } from '../casting.ts'
import type { Scenario } from '../scenario.ts'
import type { ConstraintOf, Draft } from './draft.ts'

/** Lists as one of each kind of people who may, once with objects of others made for the purpose. */
export function planItems(draft: Draft, constraint: ConstraintOf<'items'>, control: Scenario): void {
  const { stage, use, options } = draft
  const seen = new Set<string>()
  for (const lister of new Casting(stage, options).able(use, undefined)) {
    const actors = actorsOf(stage.charter, lister).join('+')
    if (seen.has(actors) || seen.size >= 4) continue
    seen.add(actors)
    const type = stage.charter.objects.get(constraint.object)
    const owners = new Casting(stage, options).possibleOwners({
      ...use,
      object: { type: constraint.object, key: { from: 'request', in: 'body', pointer: [] } },
    })
    const others = owners.filter((member) => member !== lister)
    const chosen = [
      others.find((member) => sameTenant(member, lister)),
      others.find((member) => !sameTenant(member, lister)),
    ].filter((each) => each !== undefined)
    const creatable = type?.transitions.some((each) => each.creates) === true
    draft.add(constraint.id, { kind: 'list', as: actors }, 'bola-read', () => ({
      abuse: draft.build({ member: lister }),
    }))
    for (const owner of creatable ? chosen : []) {
      draft.add(
        constraint.id,
        { kind: 'list', as: actors, of: owner.name },
        sameTenant(owner, lister) ? 'bola-read' : 'cross-tenant',
        () => {
          const builder = new Builder(stage, options)
          builder.supply(constraint.object, { owner, states: [], wishes: [], depth: 0 })
          builder.addAct(use, { ...draft.base, member: lister })
          return { control, abuse: builder.scenario() }
        },
      )
    }
  }
}
