import {
  innerHeight,
  innerText,
  labelHeight,
  labelWidth,
  layOut,
  lineHeight,
  markText,
  nameHeight,
  nameLines,
  type PlacedArrow,
  type PlacedState,
} from './layout.ts'
import { type Arrow, type Lifecycle, start } from './lifecycle.ts'
import { round } from './path.ts'
import { drawLine, drawText, printPage } from './svg-page.ts'

/** Draws a lifecycle as one self-contained SVG that follows the reader's light or dark setting. */
export function printSvg(lifecycle: Lifecycle): string {
  const { object } = lifecycle
  const placed = layOut(lifecycle)
  return printPage(`Lifecycle of ${object}`, object, placed, [
    ...placed.arrows.map(({ points }) => drawLine(points)),
    ...placed.states.map((state) => drawState(state, lifecycle)),
    ...placed.arrows.map(drawLabel),
  ])
}

function drawState(state: PlacedState, { final }: Lifecycle): string {
  const { x, y, width, height, name } = state
  if (name === start) return `<circle class="start" cx="${x}" cy="${y}" r="7"/>`
  const ended = final.includes(name)
  const box = (kind: string, inset: number): string =>
    `<rect class="${kind}" x="${round(x - width / 2 + inset)}" y="${round(y - height / 2 + inset)}" width="${round(width - 2 * inset)}" height="${round(height - 2 * inset)}" rx="${10 - inset}"/>`
  const ring = ended ? box('ring', 3) : ''
  const top = y - height / 2
  const title = nameLines(name).map((line, index) => drawText('name', { x, y: top + 22.5 + index * innerHeight }, line))
  return `${box(ended ? 'state final' : 'state', 0)}${ring}${title.join('')}${drawInner(state, top + nameHeight(name))}`
}

function drawInner({ x, width, inner }: PlacedState, top: number): string {
  if (inner.length === 0) return ''
  const rule = `<path class="rule" d="M${round(x - width / 2 + 8)} ${round(top)}h${round(width - 16)}"/>`
  const lines = inner.map((arrow, index) => drawText('who', { x, y: top + 14 + index * innerHeight }, innerText(arrow)))
  return rule + lines.join('')
}

function drawLabel({ label, arrows }: PlacedArrow): string {
  const top = label.y - label.height / 2
  // Fonts differ: a little more than the words.
  const width = labelWidth(arrows, 14)
  const back = `<rect class="behind" x="${round(label.x - width / 2)}" y="${round(top)}" width="${width}" height="${round(label.height)}" rx="4"/>`
  const lines = arrows.map((arrow, index) => {
    const above = arrows.slice(0, index).reduce((sum, each) => sum + labelHeight(each), 0)
    return labelLines(arrow, label.x, top + above)
  })
  return back + lines.join('')
}

function labelLines(arrow: Arrow, x: number, top: number): string {
  const { name, who, marks } = arrow
  const names = nameLines(name)
  const below = top + 12 + names.length * lineHeight
  const mark = marks.length === 0 ? '' : drawText('mark', { x, y: below + 13 }, markText(arrow))
  const title = names.map((line, index) => drawText('move', { x, y: top + 13 + index * lineHeight }, line))
  return title.join('') + drawText('who', { x, y: below }, who) + mark
}
