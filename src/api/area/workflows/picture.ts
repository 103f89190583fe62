/** The drawing of a workflow as data: laid out here, drawn by the browser. The same as `lockstep explain` draws. */
import { z } from 'zod'
import { labelled, layOutWorkflow } from '../../../explain/layout-workflow.ts'
import { headAt, pathThrough } from '../../../explain/path.ts'
import type { Box } from '../../../explain/place.ts'
import { type DrawnWorkflow, leadingKind } from '../../../explain/workflow.ts'

/** A box around its middle, in pixels. */
export const boxSchema = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() })

const kind = z.enum(['before', 'after', 'never', 'apart', 'state', 'value'])

export const workflowPictureSchema = z.object({
  width: z.number(),
  height: z.number(),
  steps: z.array(
    boxSchema.extend({
      operation: z.string(),
      lines: z.array(z.object({ kind: z.enum(['does', 'who', 'mark']), text: z.string() })),
      uses: z.array(z.string()),
    }),
  ),
  orders: z.array(
    z.object({
      from: z.string(),
      to: z.string(),
      path: z.string().meta({ description: 'An SVG path.' }),
      head: z.string().meta({ description: 'The tip of the line, an SVG path.' }),
      label: boxSchema,
      kind: kind.meta({ description: 'Of several orders of these two, the strictest.' }),
      orders: z.array(z.object({ kind, text: z.string(), constraints: z.array(z.string()) })),
      isLabelled: z.boolean(),
    }),
  ),
  anyOrder: boxSchema.optional().meta({ description: 'Above those that have no order.' }),
})

export type WorkflowPicture = z.input<typeof workflowPictureSchema>

/** Pure. */
export function workflowPicture(workflow: DrawnWorkflow): WorkflowPicture {
  const { width, height, steps, orders, anyOrder } = layOutWorkflow(workflow)
  return {
    width,
    height,
    steps: steps.map(({ step, lines, ...box }) => ({
      ...boxOf(box),
      operation: step.operation,
      lines: [...lines],
      uses: [...step.uses],
    })),
    orders: orders.flatMap(({ orders: all, points, label }) => {
      const [first] = all
      const [tip, before] = [points.at(-1), points.at(-2)]
      if (first === undefined || tip === undefined || before === undefined) return []
      return [
        {
          from: first.from,
          to: first.to,
          path: pathThrough(points),
          head: headAt(tip, tip.y >= before.y),
          label: boxOf(label),
          kind: leadingKind(all),
          orders: all.map(({ kind: of, text, constraints }) => ({ kind: of, text, constraints: [...constraints] })),
          isLabelled: labelled(all).length > 0,
        },
      ]
    }),
    ...(anyOrder === undefined ? {} : { anyOrder }),
  }
}

function boxOf({ x, y, width, height }: Box): Box {
  return { x, y, width, height }
}
