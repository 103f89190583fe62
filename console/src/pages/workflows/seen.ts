/** What is shown of a workflow: the drawing, and the numbers that belong to each of its steps. */
import type { Answer } from '../../ask.ts'
import type { Numbers, View } from '../lifecycles/seen.ts'

export type DrawnWorkflow = Answer<'GET /api/workflows/{workflow}'>
export type WorkflowTraffic = Answer<'GET /api/workflows/{workflow}/traffic'>
export type Step = DrawnWorkflow['picture']['steps'][number]
export type Order = DrawnWorkflow['picture']['orders'][number]
export type WorkflowPin = WorkflowTraffic['pins'][number]

/** What the address says; `operation` is what is looked at more closely. */
export interface WorkflowView extends Pick<View, 'span' | 'show'> {
  readonly operation?: string
}

export function timesOf(traffic: WorkflowTraffic | undefined, operation: string): Numbers {
  return traffic?.steps.find((each) => each.operation === operation) ?? { allowed: 0, asked: 0, refused: 0 }
}

/** How often the second came after the first, and was refused because of that. */
export function orderTimes(traffic: WorkflowTraffic | undefined, { from, to }: Order): Numbers {
  const seen = traffic?.orders.find((each) => each.from === from && each.to === to)
  return { allowed: seen?.followed ?? 0, asked: 0, refused: seen?.refused ?? 0 }
}
