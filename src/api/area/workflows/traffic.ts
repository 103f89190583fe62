/**
 * What the runs of one workflow did, laid on its drawing: how often each step was taken and refused, how often one came after another, what
 * was tried that is no part of it, and where findings broke it.
 */
import { z } from 'zod'
import { groupBy } from '../../../charter/group-by.ts'
import { inRows } from '../../../explain/layout-workflow.ts'
import type { DrawnWorkflow, StepOrder } from '../../../explain/workflow.ts'
import type { Count } from '../../../overview/query.ts'
import type { Summary } from '../../../overview/summary.ts'
import { bySeverity } from '../../../prove/report/show.ts'
import type { KnownFinding } from '../../findings/store.ts'
import { pinnedFinding, pinnedOf } from '../lifecycles/pins.ts'
import { boxSchema } from './picture.ts'

const effects = { allowed: z.number(), refused: z.number(), asked: z.number() }

export const workflowTrafficSchema = z.object({
  from: z.number(),
  steps: z.array(z.object({ operation: z.string(), ...effects })),
  outside: z.array(boxSchema.extend({ operation: z.string(), refused: z.number() })).meta({
    description:
      'Operations that are no part of it and were refused to its runs, among the latest refusals; where they stand below the drawing.',
  }),
  orders: z.array(
    z.object({
      from: z.string(),
      to: z.string(),
      followed: z.number().meta({ description: 'Calls let through that came after one of `from` in the same run.' }),
      refused: z.number().meta({ description: 'Calls refused because of this order.' }),
    }),
  ),
  looked: z.number().meta({ description: 'Among so many of the latest calls orders were looked for.' }),
  pins: z
    .array(
      z.object({
        ...pinnedFinding,
        place: z.discriminatedUnion('kind', [
          z.object({ kind: z.literal('order'), from: z.string(), to: z.string() }),
          z.object({ kind: z.literal('step'), operation: z.string() }),
        ]),
      }),
    )
    .meta({
      description: 'Findings that are not fixed, each where it broke the workflow; the worst first. In whichever time.',
    }),
})

export type WorkflowTraffic = z.input<typeof workflowTrafficSchema>

export interface SeenWorkflow {
  readonly workflow: DrawnWorkflow
  /** Of the drawing. */
  readonly height: number
  readonly width: number
  /** Decisions by operation and effect. */
  readonly counts: readonly Pick<Count, 'operation' | 'effect' | 'n'>[]
  /** The latest decisions and the latest refusals, the latest first. */
  readonly latest: readonly Summary[]
  readonly refused: readonly Summary[]
  /** What was refused to its runs that is no part of it. */
  readonly strange: readonly Summary[]
  readonly findings: readonly KnownFinding[]
}

/** Pure. */
export function workflowTraffic(seen: SeenWorkflow): Omit<WorkflowTraffic, 'from'> {
  const { workflow, counts, latest, refused, strange, findings, width, height } = seen
  const tried = [...groupBy(strange, ({ operation = '' }) => operation)]
  const ghosts = tried.map(([operation]) => ({ operation, does: [], who: 'not of this workflow', marks: [], uses: [] }))
  return {
    steps: [...groupBy(counts, ({ operation }) => operation)].map(([operation, each]) => ({
      operation,
      ...sumOf(each),
    })),
    outside: inRows(ghosts, height, width).map(({ step, x, y, width, height }, index) => ({
      operation: step.operation,
      refused: tried[index]?.[1].length ?? 0,
      x,
      y,
      width,
      height,
    })),
    orders: ordersSeen(workflow.orders, latest, refused),
    looked: latest.length,
    pins: pinsOf(workflow, findings),
  }
}

function sumOf(counts: readonly Pick<Count, 'effect' | 'n'>[]): { allowed: number; refused: number; asked: number } {
  const sum = { allowed: 0, refused: 0, asked: 0 }
  for (const { effect, n } of counts) {
    if (effect === 'deny') sum.refused += n
    else if (effect === 'ask' || effect === 'defer') sum.asked += n
    else sum.allowed += n
  }
  return sum
}

function ordersSeen(
  orders: readonly StepOrder[],
  latest: readonly Summary[],
  refused: readonly Summary[],
): WorkflowTraffic['orders'] {
  const followed = followedIn(latest)
  const pairs = groupBy(orders, ({ from, to }) => pairOf(from, to))
  return [...pairs].flatMap(([key, [first, ...others]]) => {
    if (first === undefined) return []
    const rules = new Set([first, ...others].flatMap(({ constraints }) => constraints))
    const isAbout = ({ operation, constraint }: Summary): boolean =>
      constraint !== undefined && rules.has(constraint) && (operation === first.to || operation === first.from)
    return [
      { from: first.from, to: first.to, followed: followed.get(key) ?? 0, refused: refused.filter(isAbout).length },
    ]
  })
}

/** How many calls came after one of another operation in the same run; without runs, of the same caller. */
function followedIn(latest: readonly Summary[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  const allowed = latest.filter(({ effect }) => effect === 'allow' || effect === 'modify').toReversed()
  for (const calls of groupBy(allowed, ({ run, principal }) => run ?? `by ${principal}`).values()) {
    const before = new Set<string>()
    for (const { operation = '' } of calls) {
      for (const each of before) found.set(pairOf(each, operation), (found.get(pairOf(each, operation)) ?? 0) + 1)
      before.add(operation)
    }
  }
  return found
}

function pairOf(from: string, to: string): string {
  return JSON.stringify([from, to])
}

/** The rule of an order is pinned at its line, anything else at the step. */
function pinsOf({ steps, orders }: DrawnWorkflow, findings: readonly KnownFinding[]): WorkflowTraffic['pins'] {
  return bySeverity(findings).flatMap((finding) => {
    const pinned = pinnedOf(finding)
    const { operation, constraint } = finding
    if (pinned === undefined || !steps.some((step) => step.operation === operation)) return []
    const order = orders.find(
      ({ from, to, kind, constraints }) =>
        kind !== 'value' && constraints.includes(constraint) && (from === operation || to === operation),
    )
    const place =
      order === undefined
        ? { kind: 'step' as const, operation }
        : { kind: 'order' as const, from: order.from, to: order.to }
    return [{ ...pinned, place }]
  })
}
