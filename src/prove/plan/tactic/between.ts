/** What several people approve is changed before the last of them approves it. */
import type { Use } from '../../../charter/charter.ts'
import { Builder } from '../build.ts'
import { movesFrom, useById } from '../graph.ts'
import type { Scenario } from '../scenario.ts'
import { possible, Unbuildable } from '../wants.ts'
import { type Change, nameAnother } from './detour.ts'
import type { Draft } from './draft.ts'

/**
 * Changed before the last of several approvals, by a use that brings the object back: approved once more after the way back, or at once
 * where that leaves it where it was. The approvals from before the change are worth nothing.
 */
export function changedBetween(draft: Draft, scenario: Scenario, by: Change, grants: ReadonlySet<string>): Scenario[] {
  const { charter } = draft.stage
  const change = by.use
  const given = scenario.steps.filter((step) => grants.has(step.use))
  const [first, last] = [given[0], given.at(-1)].map((step) => useById(charter, step?.use ?? ''))
  const type = charter.objects.get(draft.use.object?.type ?? '')
  if (type === undefined || first === undefined || last === undefined || change.to.length === 0) return []
  if (change.from.length > 0 && !change.from.some((state) => last.from.includes(state))) return []
  const plain = { ...type, transitions: type.transitions.filter((use) => !grants.has(use.id)) }
  const back = movesFrom(plain, change.to[0], first.from) ?? []
  const ways = [{ back, grant: first }, ...(back.length === 0 ? [] : [{ back: [], grant: last }])]
  return ways.flatMap((way) => possible(() => changedBefore(draft, scenario, { ...way, by, grants })) ?? [])
}

interface Between {
  readonly by: Change
  readonly back: readonly Use[]
  readonly grant: Use
  readonly grants: ReadonlySet<string>
}

/** The scenario with the last of some grants given after a change and the way back from it. */
function changedBefore(draft: Draft, scenario: Scenario, { by, back, grant, grants }: Between): Scenario {
  const at = scenario.steps.findLastIndex((step) => grants.has(step.use))
  const last = scenario.steps[at]
  if (last?.object === undefined) throw new Unbuildable('the approval is of no object')
  const builder = new Builder(draft.stage, draft.options)
  builder.resume({ ...scenario, steps: scenario.steps.slice(0, at) })
  if (by.slot === undefined) builder.move(last.object, [by.use], 0)
  else nameAnother(builder, by.use, last.object, by.slot)
  const step = builder.steps.pop()
  if (step !== undefined) builder.steps.push({ ...step, extra: by.extra })
  builder.move(last.object, back, 0)
  builder.steps.push({ ...last, use: grant.id }, ...scenario.steps.slice(at + 1))
  return builder.scenario()
}
