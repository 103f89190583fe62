/** Uses of an object whose parent has come to its end: they must not bring that back. */
import { Builder } from '../build.ts'
import { companionsOf, movesFrom } from '../graph.ts'
import { parentVar, plannedStates } from '../prepare-rule.ts'
import { Unbuildable } from '../wants.ts'
import type { Draft } from './draft.ts'

/** The rightful way, with the parent moved into a final state right before the act. */
export function planRevived(draft: Draft): void {
  const { use, stage } = draft
  const child = stage.charter.objects.get(use.object?.type ?? '')
  const parent = stage.charter.objects.get(child?.parent?.object ?? '')
  const [demand] = ['from', 'by'].flatMap((kind) => use.constraints.filter((each) => each.kind === kind))
  if (parent?.read === undefined || parent.final.length === 0 || demand === undefined) return
  if (use.creates || stage.charter.operations.get(use.operation)?.writes !== true) return
  if (companionsOf(stage.charter, use).some((each) => each.object?.type === parent.name)) return
  const builder = new Builder(stage, draft.options)
  try {
    builder.addAct(use, draft.base)
    const act = builder.steps.pop()
    const name = parentVar(builder, act?.object)
    const from = name === undefined ? undefined : plannedStates(builder, name)[0]
    const moves = movesFrom(parent, from, parent.final, undefined, builder.lore.avoid) ?? []
    if (act === undefined || name === undefined || moves.length === 0) return
    builder.move(name, moves, 0)
    builder.steps.push(act)
  } catch (error) {
    // Where nothing ends the parent, nothing can be brought back.
    if (error instanceof Unbuildable) return
    throw error
  }
  draft.add(demand.id, { kind: 'revived', type: parent.name }, 'use-after-end', () => ({ abuse: builder.scenario() }))
}
