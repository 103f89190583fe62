import { layOut } from '../../explain/layout.ts'
import { type Lifecycle, lifecyclesOf } from '../../explain/lifecycle.ts'
import { printSvg } from '../../explain/svg.ts'
import type { Finding, Outcome } from '../finding.ts'
import type { ReportContext } from './context.ts'
import { escapeXml } from './markup.ts'
import { bySeverity } from './show.ts'

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
    const state = tactic.kind === 'from-state' && tactic.slot === 'object' ? { state: tactic.state } : {}
    return [{ number: index + 1, transition, title, ...state }]
  })
}

function splitUse(use: string): [string, string] {
  const dot = use.indexOf('.')
  return [use.slice(0, dot), use.slice(dot + 1)]
}

/** As an image: its style stays its own, and it follows the reader's light or dark setting all the same. */
function printFigure(lifecycle: Lifecycle, pins: readonly Pin[]): string {
  const svg = printSvg(lifecycle).replace(/<\/svg>\s*$/, `${drawPins(lifecycle, pins)}</svg>`)
  const said = pins.map(({ number, transition, title }) => `${number} at ${transition}: ${title}`).join('; ')
  const text = `Lifecycle of ${lifecycle.object}. Findings: ${said}`
  return `<figure><img src="data:image/svg+xml,${encodeURIComponent(svg)}" alt="${escapeXml(text)}" title="${escapeXml(said)}"></figure>`
}

function drawPins(lifecycle: Lifecycle, pins: readonly Pin[]): string {
  const { states, arrows } = layOut(lifecycle)
  return pins
    .map(({ number, transition, state }) => {
      const arrow = arrows.find((each) => each.arrows.some(({ name }) => name === transition))
      const box = states.find(({ name }) => name === state)
      const ring =
        box === undefined
          ? ''
          : `<rect x="${box.x - box.width / 2}" y="${box.y - box.height / 2}" width="${box.width}" height="${box.height}" rx="10" fill="none" stroke="#d23a4b" stroke-width="2.5"/>${drawPin(number, box.x + box.width / 2, box.y - box.height / 2)}`
      if (arrow === undefined) return ring
      const { label } = arrow
      const frame = `<rect x="${label.x - label.width / 2 - 2}" y="${label.y - label.height / 2 - 1}" width="${label.width + 4}" height="${label.height + 2}" rx="6" fill="none" stroke="#d23a4b" stroke-width="2"/>`
      return ring + frame + drawPin(number, label.x + label.width / 2 + 2, label.y - label.height / 2)
    })
    .join('')
}

function drawPin(number: number, x: number, y: number): string {
  return `<circle cx="${x}" cy="${y}" r="10" fill="#b3202f"/><text x="${x}" y="${y + 4}" text-anchor="middle" style="fill:#fff;font-size:11.5px;font-weight:700">${number}</text>`
}
