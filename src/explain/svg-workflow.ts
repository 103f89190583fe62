import {
  labelled,
  layOutWorkflow,
  numbersWidth,
  orderLineHeight,
  type PlacedOrder,
  type PlacedStep,
  stepHeight,
  stepLineHeight,
} from './layout-workflow.ts'
import { round } from './path.ts'
import type { Box } from './place.ts'
import { drawLine, drawText, printPage } from './svg-page.ts'
import { type DrawnWorkflow, leadingKind } from './workflow.ts'

/** Draws a workflow as one self-contained SVG that follows the reader's light or dark setting. */
export function printWorkflowSvg(workflow: DrawnWorkflow): string {
  const placed = layOutWorkflow(workflow)
  const { anyOrder } = placed
  return printPage(`Workflow ${workflow.workflow}`, workflow.workflow, placed, [
    ...placed.orders.map(({ points, orders }) => drawLine(points, leadingKind(orders))),
    ...placed.steps.map(drawStep),
    ...placed.orders.map(drawLabel),
    ...(anyOrder === undefined ? [] : [drawText('who', { x: anyOrder.x, y: anyOrder.y + 4 }, 'in any order')]),
  ])
}

function drawStep(placed: PlacedStep): string {
  const { step, lines, x, y, height } = placed
  const top = y - height / 2
  const texts = lines.map(({ kind, text }, index) =>
    drawText(kind === 'mark' ? 'mark' : 'who', { x, y: top + stepHeight + 9 + index * stepLineHeight }, text),
  )
  return `${drawBox('state', placed, 10)}${drawText('move', { x, y: top + stepHeight / 2 + 5 }, step.operation)}${texts.join('')}`
}

function drawLabel({ label, orders }: PlacedOrder): string {
  const top = label.y - label.height / 2
  const shown = labelled(orders)
  if (shown.length === 0) return ''
  const texts = shown.map(({ kind, text }, index) =>
    drawText(kind === 'never' ? 'order never' : 'order', { x: label.x, y: top + 12 + index * orderLineHeight }, text),
  )
  return drawBox('behind', { ...label, width: label.width - numbersWidth + 6 }, 4) + texts.join('')
}

function drawBox(kind: string, { x, y, width, height }: Box, corner: number): string {
  return `<rect class="${kind}" x="${round(x - width / 2)}" y="${round(y - height / 2)}" width="${round(width)}" height="${round(height)}" rx="${corner}"/>`
}
