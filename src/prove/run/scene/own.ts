/** What people have by who they are, looked at before anything is done. */
import type { ObjectType } from '../../../charter/charter.ts'
import { isOwn } from '../../plan/graph.ts'
import { ownAs } from '../../plan/own.ts'
import type { Lab } from '../lab.ts'
import { Unreached } from '../unreached.ts'
import { tryTo } from '../ways.ts'
import { Play } from './play.ts'

/** Notes what everybody but those of pools finds of their own, as far as a use asks something of it. */
export async function noteOwn(lab: Lab): Promise<void> {
  const types = [...lab.charter.objects.values()].filter((type) => isOwn(lab.charter, type) && isAsked(lab, type))
  if (types.length > 0) await lab.reset?.()
  for (const type of types) {
    for (const { name, pool } of lab.stage.members) if (!pool) await noteOf(lab, type, name)
  }
}

/** Whether its state matters, or a rule may read it of whoever calls. */
function isAsked({ charter }: Lab, { name, state }: ObjectType): boolean {
  const uses = [...charter.operations.values()].flatMap((operation) => operation.uses)
  return (
    state !== undefined ||
    uses.some(
      (use) =>
        use.refs.some(({ object, key }) => object === name && key.from === 'principal') ||
        (use.object?.type === name &&
          use.object.key.from === 'principal' &&
          use.constraints.some(({ kind }) => kind === 'when')),
    )
  )
}

async function noteOf(lab: Lab, type: ObjectType, name: string): Promise<void> {
  const spec = { type: type.name, supply: 'found', owner: name, states: [], wishes: [] } as const
  const play = new Play(lab, { cast: { [name]: { identity: name, fresh: false } }, vars: { own: spec }, steps: [] })
  const thing = await tryTo(() => play.thing('own'))
  if (!(thing instanceof Unreached) && thing.fact !== undefined) lab.own.set(ownAs(type.name, name), thing.fact)
}
