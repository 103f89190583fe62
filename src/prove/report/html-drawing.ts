import { layOut, type PlacedLifecycle } from '../../explain/layout.ts'
import { type Lifecycle, lifecyclesOf } from '../../explain/lifecycle.ts'
import { bowBetween } from '../../explain/path.ts'
import type { Box } from '../../explain/place.ts'
import { printSvg } from '../../explain/svg.ts'
import type { Finding, Outcome } from '../finding.ts'
import type { ReportContext } from './context.ts'
import { escapeXml } from './markup.ts'
import { bySeverity } from './show.ts'

const red = '#d23a4b'

/** The lifecycles that findings concern, with a numbered red pin at each transition that was abused. */
export function printDrawings(outcome: Outcome, context: ReportContext): string[] {
  const figures = lifecyclesOf(context.charter).flatMap((lifecycle) => {
    const pins = pinsOf(lifecycle, bySeverity(outcome.findings))
    return pins.length === 0 ? [] : [printFigure(lifecycle, pins)]
  })
  return figures.length === 0 ? [] : ['<h2>Where in the lifecycle</h2>', '<div class="drawings">', ...figures, '</div>']
}

/** A finding at a transition; the number is its place in the list of findings. */
interface Pin {
  readonly number: number
  readonly transition: string
  /** The state it was called from although it may not be. */
  readonly state?: string
  readonly title: string
}

function pinsOf({ object, arrows }: Lifecycle, findings: readonly Finding[]): Pin[] {
  return findings.flatMap(({ proof, title }, index) => {
    const [type, rest = ''] = splitUse(proof.case.use)
    const transition = rest.replace(/@.*$/, '')
    if (type !== object || !arrows.some(({ name }) => name === transition)) return []
    const { tactic } = proof.case
    const isIn = tactic.kind === 'leads' || (tactic.kind === 'from-state' && tactic.slot === 'object')
    const state = isIn ? { state: tactic.state } : {}
    return [{ number: index + 1, transition, title, ...state }]
  })
}

function splitUse(use: string): [string, string] {
  const dot = use.indexOf('.')
  return [use.slice(0, dot), use.slice(dot + 1)]
}

/** As an image: its style stays its own, and it follows the reader's light or dark setting all the same. */
function printFigure(lifecycle: Lifecycle, pins: readonly Pin[]): string {
  const placed = layOut(lifecycle)
  const jumps = pins.map((pin) => jumpOf(pin, lifecycle, placed)).filter((jump) => jump !== undefined)
  const svg = widened(printSvg(lifecycle), Math.min(0, ...jumps.map(({ left }) => left)))
  const marks = [...jumps.map(({ path }) => path), ...pins.map((pin) => drawMarks(pin, placed))].join('')
  const said = pins.map(({ number, transition, title }) => `${number} at ${transition}: ${title}`).join('; ')
  const text = `Lifecycle of ${lifecycle.object}. Findings: ${said}`
  const source = encodeURIComponent(svg.replace(/<\/svg>\s*$/, `${marks}</svg>`))
  return `<figure><img src="data:image/svg+xml,${source}" alt="${escapeXml(text)}" title="${escapeXml(said)}"></figure>`
}

/** The move that should not exist: a dashed bow from the state it started in to where it led. */
function jumpOf(
  pin: Pin,
  lifecycle: Lifecycle,
  { states }: PlacedLifecycle,
): { left: number; path: string } | undefined {
  const target = lifecycle.arrows.find(({ name }) => name === pin.transition)?.to
  const [from, to] = [pin.state, target].map((name) => states.find((each) => each.name === name))
  if (from === undefined || to === undefined || from === to) return undefined
  const { path, head, edge } = bowBetween(from, to)
  const line = `<path d="${path}" fill="none" stroke="${red}" stroke-width="2" stroke-dasharray="6 4"/>`
  return { left: Math.floor(edge) - 8, path: `${line}<path d="${head}" fill="${red}"/>` }
}

/** Makes room on the left; the same on the right, so that the drawing stays in the middle. */
function widened(svg: string, left: number): string {
  return svg.replace(/viewBox="0 0 ([\d.]+) ([\d.]+)" width="[\d.]+"/, (_, width: string, height: string) => {
    const whole = Number(width) - 2 * left
    return `viewBox="${left} 0 ${whole} ${height}" width="${whole}"`
  })
}

function drawMarks({ number, transition, state }: Pin, { states, arrows }: PlacedLifecycle): string {
  const place = states.find(({ name }) => name === state)
  const arrow = arrows.find((each) => each.arrows.some(({ name }) => name === transition))
  return [place, arrow?.label]
    .filter((box) => box !== undefined)
    .map((box) => drawFrame(box, number))
    .join('')
}

function drawFrame({ x, y, width, height }: Box, number: number): string {
  const [left, top] = [x - width / 2 - 2, y - height / 2 - 1]
  const frame = `<rect x="${left}" y="${top}" width="${width + 4}" height="${height + 2}" rx="9" fill="none" stroke="${red}" stroke-width="2"/>`
  const pin = `<circle cx="${left + width + 4}" cy="${top}" r="10" fill="#b3202f"/>`
  const label = `<text x="${left + width + 4}" y="${top + 4}" text-anchor="middle" style="fill:#fff;font-size:11.5px;font-weight:700">${number}</text>`
  return frame + pin + label
}
