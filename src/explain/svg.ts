import {
  innerHeight,
  innerText,
  labelHeight,
  layOut,
  markText,
  type PlacedArrow,
  type PlacedState,
  stateHeight,
} from './layout.ts'
import { type Arrow, type Lifecycle, start } from './lifecycle.ts'
import { headAt, pathThrough, round } from './path.ts'

/** Draws a lifecycle as one self-contained SVG that follows the reader's light or dark setting. */
export function printSvg(lifecycle: Lifecycle): string {
  const placed = layOut(lifecycle)
  const title = `Lifecycle of ${lifecycle.object}`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${placed.width} ${placed.height}" width="${placed.width}" height="${placed.height}" role="img" aria-label="${escapeXml(title)}">`,
    `<title>${escapeXml(title)}</title>`,
    `<style>${styles}</style>`,
    `<rect class="page" width="100%" height="100%" rx="10"/>`,
    `<text class="title" x="20" y="30">${escapeXml(lifecycle.object)}</text>`,
    ...placed.arrows.map(drawLine),
    ...placed.states.map((state) => drawState(state, lifecycle)),
    ...placed.arrows.map(drawLabel),
    '</svg>',
  ].join('\n')
}

// No definitions with ids (markers): several of these may stand in one page.
const styles = [
  'svg{--page:#ffffff;--ink:#1c2330;--soft:#5b6678;--line:#8b96a8;--fill:#f3f6fb;--edge:#9fb0c9;--end:#e7f4ec;--end-edge:#5f9d7a;--mark:#8a5200}',
  '@media(prefers-color-scheme:dark){svg{--page:#11151c;--ink:#e6ebf4;--soft:#9aa7ba;--line:#65738a;--fill:#1c2432;--edge:#4a5c78;--end:#16291f;--end-edge:#4f8a69;--mark:#e0b061}}',
  'text{font-family:ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:var(--ink)}',
  '.page{fill:var(--page)}.title{font-size:16px;font-weight:650}',
  '.state{fill:var(--fill);stroke:var(--edge);stroke-width:1.25}.final{fill:var(--end);stroke:var(--end-edge)}.ring{fill:none;stroke:var(--end-edge)}',
  '.start{fill:var(--ink)}.name{font-size:13px;font-weight:600;text-anchor:middle}',
  '.line{fill:none;stroke:var(--line);stroke-width:1.4}.head{fill:var(--line)}',
  '.move{font-size:12px;font-weight:600;text-anchor:middle}.who,.mark{font-size:11px;fill:var(--soft);text-anchor:middle}.mark{fill:var(--mark)}',
  '.rule{stroke:var(--edge);stroke-width:1}',
  '.behind{fill:var(--page)}',
].join('')

function drawState(state: PlacedState, { final }: Lifecycle): string {
  const { x, y, width, height, name } = state
  if (name === start) return `<circle class="start" cx="${x}" cy="${y}" r="7"/>`
  const ended = final.includes(name)
  const box = (kind: string, inset: number): string =>
    `<rect class="${kind}" x="${round(x - width / 2 + inset)}" y="${round(y - height / 2 + inset)}" width="${round(width - 2 * inset)}" height="${round(height - 2 * inset)}" rx="${10 - inset}"/>`
  const ring = ended ? box('ring', 3) : ''
  const top = y - height / 2
  const title = `<text class="name" x="${round(x)}" y="${round(top + stateHeight / 2 + 4.5)}">${escapeXml(name)}</text>`
  return `${box(ended ? 'state final' : 'state', 0)}${ring}${title}${drawInner(state, top + stateHeight)}`
}

function drawInner({ x, width, inner }: PlacedState, top: number): string {
  if (inner.length === 0) return ''
  const rule = `<path class="rule" d="M${round(x - width / 2 + 8)} ${round(top)}h${round(width - 16)}"/>`
  const lines = inner.map((arrow, index) => {
    const y = top + 14 + index * innerHeight
    return `<text class="who" x="${round(x)}" y="${round(y)}">${escapeXml(innerText(arrow))}</text>`
  })
  return rule + lines.join('')
}

function drawLine({ points }: PlacedArrow): string {
  const tip = points.at(-1)
  const before = points.at(-2)
  if (tip === undefined || before === undefined) return ''
  return `<path class="line" d="${pathThrough(points)}"/><path class="head" d="${headAt(tip, tip.y >= before.y)}"/>`
}

function drawLabel({ label, arrows }: PlacedArrow): string {
  const top = label.y - label.height / 2
  const back = `<rect class="behind" x="${round(label.x - label.width / 2)}" y="${round(top)}" width="${round(label.width)}" height="${round(label.height)}" rx="4"/>`
  const lines = arrows.map((arrow, index) => {
    const above = arrows.slice(0, index).reduce((sum, each) => sum + labelHeight(each), 0)
    return labelLines(arrow, label.x, top + above)
  })
  return back + lines.join('')
}

function labelLines(arrow: Arrow, x: number, top: number): string {
  const { name, who, marks } = arrow
  const mark =
    marks.length === 0
      ? ''
      : `<text class="mark" x="${round(x)}" y="${round(top + 39)}">${escapeXml(markText(arrow))}</text>`
  return `<text class="move" x="${round(x)}" y="${round(top + 13)}">${escapeXml(name)}</text><text class="who" x="${round(x)}" y="${round(top + 26)}">${escapeXml(who)}</text>${mark}`
}

function escapeXml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character)
}
