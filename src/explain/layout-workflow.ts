/** A workflow with a place for everything in it. */
import { groupBy } from '../charter/group-by.ts'
import { type Box, margin, type PlacedLink, placeGraph, type Size, sizeOfAll, textWidth } from './place.ts'
import type { DrawnWorkflow, StepOrder, WorkflowStep } from './workflow.ts'

export interface PlacedStep extends Box {
  readonly step: WorkflowStep
  /** Below its name. */
  readonly lines: readonly StepLine[]
}

export interface StepLine {
  readonly kind: 'does' | 'who' | 'mark'
  readonly text: string
}

/** All orders of two operations, as one line. */
export interface PlacedOrder extends PlacedLink {
  readonly orders: readonly StepOrder[]
}

export interface PlacedWorkflow extends Size {
  readonly steps: readonly PlacedStep[]
  readonly orders: readonly PlacedOrder[]
  /** Above those operations that have no order, where there are any beside others. */
  readonly anyOrder?: Box
}

/** Height of a step with nothing but its name. */
export const stepHeight = 30
export const stepLineHeight = 15
export const orderLineHeight = 14
/** Beside the name of a step or order, for how often it was used, asked and refused. */
export const numbersWidth = 72
const gap = 24
const leastRow = 900

/** Those that have an order from above to below, the others in rows under them. */
export function layOutWorkflow({ steps, orders }: DrawnWorkflow): PlacedWorkflow {
  const groups = [...groupBy(orders, ({ from, to }) => JSON.stringify([from, to])).values()]
  const isOrdered = ({ operation }: WorkflowStep): boolean =>
    orders.some(({ from, to }) => from === operation || to === operation)
  const ordered = steps.filter(isOrdered)
  const { boxes, links } = placeGraph(
    new Map(ordered.map((step) => [step.operation, sizeOfStep(step)])),
    groups.flatMap((group) => group.slice(0, 1).map(({ from, to }) => ({ from, to, ...sizeOfLabel(labelled(group)) }))),
  )
  const above = ordered.map((step) => placed(step, boxes.get(step.operation)))
  const size = sizeOfAll(above, links)
  const rest = steps.filter((step) => !isOrdered(step))
  const caption = { x: margin + 50, y: size.height + 4, width: 100, height: 18 }
  const top = ordered.length === 0 ? 2 * margin : caption.y + caption.height
  const below = inRows(rest, top, Math.max(leastRow, size.width - 2 * margin))
  const all = [...above, ...below]
  return {
    ...sizeOfAll(all, links),
    steps: all,
    orders: links.map((link, index) => ({ orders: groups[index] ?? [], ...link })),
    ...(ordered.length === 0 || rest.length === 0 ? {} : { anyOrder: caption }),
  }
}

/** Beside each other until a row is full. */
export function inRows(steps: readonly WorkflowStep[], top: number, width: number): PlacedStep[] {
  let [left, y, tallest] = [margin, top, 0]
  return steps.map((step) => {
    const size = sizeOfStep(step)
    if (left > margin && left + size.width > margin + width) [left, y, tallest] = [margin, y + tallest + gap, 0]
    const box = { ...size, x: left + size.width / 2, y: y + size.height / 2 }
    left += size.width + gap
    tallest = Math.max(tallest, size.height)
    return placed(step, box)
  })
}

function placed(step: WorkflowStep, box: Box | undefined): PlacedStep {
  return { step, lines: linesOf(step), ...(box ?? { x: 0, y: 0, ...sizeOfStep(step) }) }
}

function linesOf({ does, who, marks }: WorkflowStep): readonly StepLine[] {
  const marked = marks.map(({ text }) => text).join(' · ')
  return [
    ...does.map((text) => ({ kind: 'does' as const, text })),
    ...(who === '' ? [] : [{ kind: 'who' as const, text: who }]),
    ...(marked === '' ? [] : [{ kind: 'mark' as const, text: marked }]),
  ]
}

function sizeOfStep(step: WorkflowStep): Size {
  const lines = linesOf(step)
  const widths = lines.map(({ text }) => textWidth(text, 11, 400))
  const width = Math.ceil(Math.max(textWidth(step.operation, 12, 600) + numbersWidth, ...widths)) + 24
  return { width, height: stepHeight + (lines.length === 0 ? 0 : lines.length * stepLineHeight + 4) }
}

function sizeOfLabel(orders: readonly StepOrder[]): Size {
  const widths = orders.map(({ text }) => textWidth(text, 11, 600))
  if (orders.length === 0) return { width: 1, height: 1 }
  return { width: Math.ceil(Math.max(...widths)) + numbersWidth, height: orders.length * orderLineHeight + 3 }
}

/** What is written on the line: the steps themselves say which arguments they take. */
export function labelled(orders: readonly StepOrder[]): readonly StepOrder[] {
  return orders.filter(({ kind }) => kind !== 'value')
}
