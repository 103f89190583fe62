/** Places boxes and the lines between them in layers from above to below. Pure: the same input gives the same drawing. */
import * as dagre from '@dagrejs/dagre'

/** A point of the drawing, in pixels from its upper left corner. */
export interface Point {
  readonly x: number
  readonly y: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

/** A box around its middle. */
export type Box = Point & Size

/** A line from one box to another; its size is that of its label. */
export interface Link extends Size {
  readonly from: string
  readonly to: string
}

export interface PlacedLink {
  readonly points: readonly Point[]
  readonly label: Box
}

export interface PlacedGraph {
  readonly boxes: ReadonlyMap<string, Box>
  /** In the order of the links. */
  readonly links: readonly PlacedLink[]
}

/** Around everything that is drawn. */
export const margin = 20
/** Left free above. */
export const titleHeight = 30
const minWidth = 220

/** At most one link for each pair; labels have room of their own. */
export function placeGraph(sizes: ReadonlyMap<string, Size>, links: readonly Link[]): PlacedGraph {
  const graph = new dagre.Graph({ multigraph: true })
  graph.setGraph({ rankdir: 'TB', nodesep: 36, edgesep: 24, ranksep: 44, marginx: margin, marginy: margin })
  for (const [name, size] of sizes) graph.setNode(nodeOf(name), { ...size })
  for (const { from, to, width, height } of links)
    graph.setEdge(nodeOf(from), nodeOf(to), { width, height, labelpos: 'c' })
  dagre.layout(graph)
  const boxes = new Map([...sizes].map(([name, size]) => [name, { ...size, ...shifted(graph.node(nodeOf(name))) }]))
  return { boxes, links: links.map((link) => placeLink(link, boxes, graph.edge(nodeOf(link.from), nodeOf(link.to)))) }
}

/** dagre keeps nodes in plain objects, where a box called `constructor` would be found before it is there. */
function nodeOf(name: string): string {
  return `node ${name}`
}

interface LinkPlace extends Point {
  readonly points: readonly Point[]
}

function placeLink({ from, to, width, height }: Link, boxes: ReadonlyMap<string, Box>, place: unknown): PlacedLink {
  if (!isLinkPlace(place)) return { points: [], label: { x: 0, y: 0, width, height } }
  const points = place.points.map(shifted)
  return { points: withEnds(points, boxes.get(from), boxes.get(to)), label: { width, height, ...shifted(place) } }
}

/** Lines leave and enter boxes through the top and bottom, not at the sides. */
function withEnds(points: readonly Point[], from: Box | undefined, to: Box | undefined): readonly Point[] {
  const [first, ...inner] = points
  const end = inner.pop()
  if (from === undefined || to === undefined || first === undefined || end === undefined) return points
  return [border(from, first, inner[0] ?? end), ...inner, border(to, end, inner.at(-1) ?? first)]
}

function border(box: Box, point: Point, next: Point): Point {
  const reach = Math.max(0, box.width / 2 - 14)
  const x = Math.min(box.x + reach, Math.max(box.x - reach, point.x))
  return { x, y: box.y + (next.y >= box.y ? box.height : -box.height) / 2 }
}

function isLinkPlace(value: unknown): value is LinkPlace {
  return typeof value === 'object' && value !== null && 'points' in value && Array.isArray(value.points) && 'x' in value
}

/** Below the title; dagre leaves places out of nodes it was not given. */
function shifted(point: { readonly x?: number; readonly y?: number } | undefined): Point {
  return { x: point?.x ?? 0, y: (point?.y ?? 0) + titleHeight }
}

/** How large a drawing is that has all of these in it. */
export function sizeOfAll(boxes: readonly Box[], links: readonly PlacedLink[]): Size {
  const all = [...boxes, ...links.map(({ label }) => label)]
  const points = links.flatMap((link) => link.points)
  const right = Math.max(minWidth - margin, ...all.map((box) => box.x + box.width / 2), ...points.map(({ x }) => x))
  const bottom = Math.max(0, ...all.map((box) => box.y + box.height / 2), ...points.map(({ y }) => y))
  return { width: Math.ceil(right + margin), height: Math.ceil(bottom + margin) }
}

const narrow: ReadonlySet<string> = new Set("iljtfrI.,:;|!'-()[] ")
const broad: ReadonlySet<string> = new Set('mwMW@%')

/** A little more than the text takes in any common sans serif, since nothing can be measured here. */
export function textWidth(text: string, size: number, weight: number): number {
  const units = [...text].map((letter) => {
    if (narrow.has(letter)) return 0.38
    if (broad.has(letter)) return 0.92
    return /[A-Z\u0100-\uffff]/.test(letter) ? 0.72 : 0.6
  })
  return units.reduce((sum, each) => sum + each, 0) * size * (weight >= 600 ? 1.06 : 1)
}
