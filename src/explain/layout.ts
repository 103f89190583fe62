import * as dagre from '@dagrejs/dagre'
import { groupBy } from '../charter/group-by.ts'
import { type Arrow, type Lifecycle, start } from './lifecycle.ts'

/** A point of the drawing, in pixels from its upper left corner. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** A box around its middle. */
export interface Box extends Point {
  readonly width: number
  readonly height: number
}

export interface PlacedState extends Box {
  readonly name: string
  /** What happens in the state without leaving it, written inside, as UML writes internal transitions. */
  readonly inner: readonly Arrow[]
}

/** All arrows between two different states, drawn as one line with a label for each. */
export interface PlacedArrow {
  readonly arrows: readonly Arrow[]
  readonly points: readonly Point[]
  readonly label: Box
}

export interface PlacedLifecycle {
  readonly width: number
  readonly height: number
  readonly states: readonly PlacedState[]
  readonly arrows: readonly PlacedArrow[]
}

const margin = 20
const titleHeight = 30
const minWidth = 220
/** Height of a state with nothing but its name. */
export const stateHeight = 36
/** Height of an internal transition. */
export const innerHeight = 16
/** Height of a label: its name, who may, and its marks where it has any. */
export function labelHeight({ marks }: Arrow): number {
  return marks.length === 0 ? 31 : 45
}

/** Places a lifecycle in layers from the start downwards; labels have room of their own. The same input gives the same drawing. */
export function layOut(lifecycle: Lifecycle): PlacedLifecycle {
  const graph = new dagre.Graph({ multigraph: true })
  graph.setGraph({ rankdir: 'TB', nodesep: 36, edgesep: 24, ranksep: 44, marginx: margin, marginy: margin })
  const innerOf = (name: string): readonly Arrow[] =>
    lifecycle.arrows.filter(({ from, to }) => from === name && to === name)
  const between = lifecycle.arrows.filter(({ from, to }) => from !== to)
  const groups = [...groupBy(between, (arrow) => JSON.stringify([arrow.from, arrow.to])).values()]
  const names = groups.some(([arrow]) => arrow?.from === start) ? [start, ...lifecycle.states] : lifecycle.states
  for (const name of names) graph.setNode(nodeOf(name), sizeOfState(name, innerOf(name)))
  for (const arrows of groups) {
    const [first] = arrows
    if (first !== undefined)
      graph.setEdge(nodeOf(first.from), nodeOf(first.to), { ...sizeOfLabel(arrows), labelpos: 'c' })
  }
  dagre.layout(graph)
  const states = names.map((name) => {
    const inner = innerOf(name)
    return { name, inner, ...sizeOfState(name, inner), ...shifted(graph.node(nodeOf(name))) }
  })
  const arrows = groups
    .flatMap((each) => placeArrow(each, (from, to) => graph.edge(nodeOf(from), nodeOf(to))))
    .map((arrow) => withEnds(arrow, states))
  return { ...sizeOfAll(states, arrows), states, arrows }
}

/** dagre keeps nodes in plain objects, where a state called `constructor` would be found before it is there. */
function nodeOf(state: string): string {
  return `state ${state}`
}

interface EdgePlace extends Point {
  readonly points: readonly Point[]
}

function placeArrow(arrows: readonly Arrow[], edgeOf: (from: string, to: string) => unknown): PlacedArrow[] {
  const [first] = arrows
  const place = first === undefined ? undefined : edgeOf(first.from, first.to)
  if (!isEdgePlace(place)) return []
  return [{ arrows, points: place.points.map(shifted), label: { ...sizeOfLabel(arrows), ...shifted(place) } }]
}

/** Lines leave and enter states through the top and bottom, not at the sides. */
function withEnds(arrow: PlacedArrow, states: readonly PlacedState[]): PlacedArrow {
  const [first] = arrow.arrows
  const from = states.find((state) => state.name === first?.from)
  const to = states.find((state) => state.name === first?.to)
  const [start, ...inner] = arrow.points
  const end = inner.pop()
  if (from === undefined || to === undefined || start === undefined || end === undefined) return arrow
  const points = [border(from, start, inner[0] ?? end), ...inner, border(to, end, inner.at(-1) ?? start)]
  return { ...arrow, points }
}

function border(box: Box, point: Point, next: Point): Point {
  const reach = Math.max(0, box.width / 2 - 14)
  const x = Math.min(box.x + reach, Math.max(box.x - reach, point.x))
  return { x, y: box.y + (next.y >= box.y ? box.height : -box.height) / 2 }
}

function isEdgePlace(value: unknown): value is EdgePlace {
  return typeof value === 'object' && value !== null && 'points' in value && Array.isArray(value.points) && 'x' in value
}

/** Below the title; dagre leaves places out of nodes it was not given. */
function shifted(point: { readonly x?: number; readonly y?: number } | undefined): Point {
  return { x: point?.x ?? 0, y: (point?.y ?? 0) + titleHeight }
}

function sizeOfAll(states: readonly Box[], arrows: readonly PlacedArrow[]): { width: number; height: number } {
  const boxes = [...states, ...arrows.map((arrow) => arrow.label)]
  const points = arrows.flatMap((arrow) => arrow.points)
  const right = Math.max(
    minWidth - margin,
    ...boxes.map((box) => box.x + box.width / 2),
    ...points.map((point) => point.x),
  )
  const bottom = Math.max(0, ...boxes.map((box) => box.y + box.height / 2), ...points.map((point) => point.y))
  return { width: Math.ceil(right + margin), height: Math.ceil(bottom + margin) }
}

function sizeOfState(name: string, inner: readonly Arrow[]): { width: number; height: number } {
  if (name === start) return { width: 14, height: 14 }
  const widths = inner.map((arrow) => textWidth(innerText(arrow), 11, 400) + 24)
  const width = Math.max(72, textWidth(name, 13, 600) + 30, ...widths)
  return { width, height: stateHeight + (inner.length === 0 ? 0 : inner.length * innerHeight + 8) }
}

/** An internal transition as one line. */
export function innerText({ name, who, marks }: Arrow): string {
  return [name, who, ...marks.map(({ text }) => text)].join(' · ')
}

/** The marks of an arrow as one line. */
export function markText({ marks }: Arrow): string {
  return marks.map(({ text }) => text).join(' · ')
}

function sizeOfLabel(arrows: readonly Arrow[]): { width: number; height: number } {
  const widths = arrows.flatMap((arrow) => [
    textWidth(arrow.name, 12, 600),
    textWidth(arrow.who, 11, 400),
    textWidth(markText(arrow), 11, 400),
  ])
  const height = arrows.reduce((sum, arrow) => sum + labelHeight(arrow), 0)
  return { width: Math.ceil(Math.max(...widths)) + 10, height }
}

const narrow: ReadonlySet<string> = new Set("iljtfrI.,:;|!'-()[] ")
const broad: ReadonlySet<string> = new Set('mwMW@%')

/** A little more than the text takes in any common sans serif, since nothing can be measured here. */
function textWidth(text: string, size: number, weight: number): number {
  const units = [...text].map((letter) => {
    if (narrow.has(letter)) return 0.38
    if (broad.has(letter)) return 0.92
    return /[A-Z\u0100-\uffff]/.test(letter) ? 0.72 : 0.6
  })
  return units.reduce((sum, each) => sum + each, 0) * size * (weight >= 600 ? 1.06 : 1)
}
