import type { Charter } from '../../charter/charter.ts'
import { type BrokenPlace, brokenPlace } from '../../explain/broken.ts'
import { labelWidth, layOut, type PlacedLifecycle } from '../../explain/layout.ts'
import { type Arrow, type Lifecycle, lifecyclesOf } from '../../explain/lifecycle.ts'
import { bowBetween } from '../../explain/path.ts'
import type { Box, Point } from '../../explain/place.ts'
import { printSvg } from '../../explain/svg.ts'
import type { Finding, Outcome } from '../finding.ts'
import type { ReportContext } from './context.ts'
import { escapeXml } from './markup.ts'
import { movedIn } from './moved.ts'
import { bySeverity } from './show.ts'

const red = '#d23a4b'

/** The lifecycles that findings concern, with a numbered red pin at each transition that was abused. */
export function printDrawings(outcome: Outcome, context: ReportContext): string[] {
  const figures = lifecyclesOf(context.charter).flatMap((lifecycle) => {
    const pins = pinsOf(context.charter, lifecycle, bySeverity(outcome.findings))
    return pins.length === 0 ? [] : [printFigure(lifecycle, pins)]
  })
  return figures.length === 0 ? [] : ['<h2>Where in the lifecycle</h2>', '<div class="drawings">', ...figures, '</div>']
}

/** A finding where it broke the lifecycle; the number is its place in the list of findings. */
interface Pin {
  readonly number: number
  readonly use: string
  readonly title: string
  /** What broke it by a look at the object alone is nowhere on the drawing. */
  readonly place: Exclude<BrokenPlace, { kind: 'object' }>
}

function pinsOf(charter: Charter, lifecycle: Lifecycle, findings: readonly Finding[]): Pin[] {
  return findings.flatMap(({ proof, title }, index) => {
    const { use } = proof.case
    const place = brokenPlace(charter, lifecycle, { use, ...movedIn(charter, proof) })
    return place === undefined || place.kind === 'object' ? [] : [{ number: index + 1, use, title, place }]
  })
}

/** As an image: its style stays its own, and it follows the reader's light or dark setting all the same. */
function printFigure(lifecycle: Lifecycle, pins: readonly Pin[]): string {
  const placed = layOut(lifecycle)
  const drawn = pins.map((pin, index) => drawPin(pin, placed, pins.slice(0, index).filter(isBeside(pin)).length))
  const svg = widened(printSvg(lifecycle), Math.min(0, ...drawn.map(({ left }) => left)))
  const said = pins.map(({ number, use, title }) => `${number} at ${nameOf(use)}: ${title}`).join('; ')
  const text = `Lifecycle of ${lifecycle.object}. Findings: ${said}`
  const source = encodeURIComponent(svg.replace(/<\/svg>\s*$/, `${drawn.map(({ marks }) => marks).join('')}</svg>`))
  return `<figure><img src="data:image/svg+xml,${source}" alt="${escapeXml(text)}" title="${escapeXml(said)}"></figure>`
}

/** A transition without its object. */
function nameOf(use: string): string {
  return use.slice(use.indexOf('.') + 1).replace(/@.*$/, '')
}

/** At the same place. */
function isBeside({ place }: Pin): (other: Pin) => boolean {
  return (other) => JSON.stringify(other.place) === JSON.stringify(place)
}

/**
 * A frame around the move or state, or a dashed bow between two states that nothing leads between; and how far left it reaches.
 * @param nth - So many stand there already.
 */
function drawPin(
  { number, place }: Pin,
  { states, arrows }: PlacedLifecycle,
  nth: number,
): { left: number; marks: string } {
  const stateOf = (name: string): Box | undefined => states.find((state) => state.name === name)
  if (place.kind === 'unintended') {
    const [from, to] = [stateOf(place.from), stateOf(place.to)]
    if (from === undefined || to === undefined) return { left: 0, marks: '' }
    const { path, head, middle, edge } = bowBetween(from, to)
    const line = `<path d="${path}" fill="none" stroke="${red}" stroke-width="2" stroke-dasharray="6 4"/>`
    return {
      left: Math.floor(edge) - 8,
      marks: `${line}<path d="${head}" fill="${red}"/>${drawNumber(middle, number, nth)}`,
    }
  }
  const isIt = ({ from, to }: Arrow): boolean => place.kind === 'move' && from === place.from && to === place.to
  const move = arrows.find((each) => each.arrows.some(isIt))
  const state = stateOf(place.kind === 'move' ? place.from : place.state)
  const box = move === undefined ? state : { ...move.label, width: labelWidth(move.arrows) }
  return { left: 0, marks: box === undefined ? '' : drawFrame(box, number, nth) }
}

/** Makes room on the left; the same on the right, so that the drawing stays in the middle. */
function widened(svg: string, left: number): string {
  return svg.replace(/viewBox="0 0 ([\d.]+) ([\d.]+)" width="[\d.]+"/, (_, width: string, height: string) => {
    const whole = Number(width) - 2 * left
    return `viewBox="${left} 0 ${whole} ${height}" width="${whole}"`
  })
}

function drawFrame({ x, y, width, height }: Box, number: number, nth: number): string {
  const [left, top] = [x - width / 2 - 2, y - height / 2 - 1]
  const frame = `<rect x="${left}" y="${top}" width="${width + 4}" height="${height + 2}" rx="9" fill="none" stroke="${red}" stroke-width="2"/>`
  return (nth === 0 ? frame : '') + drawNumber({ x: left + width + 4, y: top }, number, nth)
}

function drawNumber({ x: right, y }: Point, number: number, nth: number): string {
  const x = right - 23 * nth
  const text = `<text x="${x}" y="${y + 4}" text-anchor="middle" style="fill:#fff;font-size:11.5px;font-weight:700">${number}</text>`
  return `<circle cx="${x}" cy="${y}" r="10" fill="#b3202f"/>${text}`
}
