/** What every drawing has: a page of its own that follows the reader's light or dark setting, lines, and text that is only text. */
import { headAt, pathThrough, round } from './path.ts'
import type { Point, Size } from './place.ts'

/** @param parts - SVG, drawn in this order. */
export function printPage(title: string, heading: string, { width, height }: Size, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(title)}">`,
    `<title>${escapeXml(title)}</title>`,
    `<style>${styles}</style>`,
    `<rect class="page" width="100%" height="100%" rx="10"/>`,
    `<text class="title" x="20" y="30">${escapeXml(heading)}</text>`,
    ...parts,
    '</svg>',
  ].join('\n')
}

// No definitions with ids (markers): several of these may stand in one page.
const styles = [
  'svg{--page:#ffffff;--ink:#1c2330;--soft:#5b6678;--line:#8b96a8;--fill:#f3f6fb;--edge:#9fb0c9;--end:#e7f4ec;--end-edge:#5f9d7a;--mark:#8a5200;--never:#b3202f}',
  '@media(prefers-color-scheme:dark){svg{--page:#11151c;--ink:#e6ebf4;--soft:#9aa7ba;--line:#65738a;--fill:#1c2432;--edge:#4a5c78;--end:#16291f;--end-edge:#4f8a69;--mark:#e0b061;--never:#ff8f98}}',
  'text{font-family:ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:var(--ink)}',
  '.page{fill:var(--page)}.title{font-size:16px;font-weight:650}',
  '.state{fill:var(--fill);stroke:var(--edge);stroke-width:1.25}.final{fill:var(--end);stroke:var(--end-edge)}.ring{fill:none;stroke:var(--end-edge)}',
  '.start{fill:var(--ink)}.name{font-size:13px;font-weight:600;text-anchor:middle}',
  '.line{fill:none;stroke:var(--line);stroke-width:1.4}.head{fill:var(--line)}',
  '.line.value{stroke-dasharray:2 3}.line.never{stroke:var(--never);stroke-dasharray:6 4}.head.never{fill:var(--never)}.line.before,.line.apart,.line.after{stroke-width:2.2}',
  '.move{font-size:12px;font-weight:600;text-anchor:middle}.who,.mark,.order{font-size:11px;fill:var(--soft);text-anchor:middle}.mark{fill:var(--mark)}.order{font-weight:600}.order.never{fill:var(--never)}',
  '.rule{stroke:var(--edge);stroke-width:1}',
  '.behind{fill:var(--page)}',
].join('')

/** A line with its tip. @param kind - Further classes. */
export function drawLine(points: readonly Point[], kind = ''): string {
  const tip = points.at(-1)
  const before = points.at(-2)
  if (tip === undefined || before === undefined) return ''
  const classes = (own: string): string => [own, kind].filter((each) => each !== '').join(' ')
  return `<path class="${classes('line')}" d="${pathThrough(points)}"/><path class="${classes('head')}" d="${headAt(tip, tip.y >= before.y)}"/>`
}

export function drawText(kind: string, { x, y }: Point, text: string): string {
  return `<text class="${kind}" x="${round(x)}" y="${round(y)}">${escapeXml(text)}</text>`
}

export function escapeXml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character)
}
