/** Lines of a drawing as SVG paths: the same in a file, a report and the browser. */
import type { Box, Point } from './place.ts'

/** Smooth through every point, upright at each: that keeps lines on their labels and apart from each other. Empty for no points. */
export function pathThrough(points: readonly Point[]): string {
  const [first] = points
  if (first === undefined) return ''
  const curves = points.slice(1).map((point, index) => {
    const before = points[index] ?? point
    const middle = round((before.y + point.y) / 2)
    return `C${round(before.x)} ${middle} ${round(point.x)} ${middle} ${round(point.x)} ${round(point.y)}`
  })
  return `M${round(first.x)} ${round(first.y)}${curves.join('')}`
}

/** The tip of an arrow that comes to `tip` from above or, when `down` is false, from below. */
export function headAt(tip: Point, down: boolean): string {
  const [x, y, up] = [round(tip.x), round(tip.y), down ? -9 : 9]
  return `M${x} ${y}l-4.5 ${up}h9Z`
}

/** A line beside everything that is laid out, between two states no line of the lifecycle joins like this. */
export interface Bow {
  readonly path: string
  readonly head: string
  /** The outermost point. */
  readonly middle: Point
  /** How far out it reaches. */
  readonly edge: number
}

/** A bow is wider the longer it is, as far as that helps to tell it from others. */
const farthest = 120

export interface BowOptions {
  readonly side?: 'left' | 'right'
  /** Of several on one side: each goes further out than the one before. */
  readonly nth?: number
  /** What it goes around, where that stands between the two. */
  readonly around?: readonly Box[]
}

export function bowBetween(from: Box, to: Box, { side = 'left', nth = 0, around = [] }: BowOptions = {}): Bow {
  if (Math.abs(to.y - from.y) < (from.height + to.height) / 2) return bowBelow(from, to, nth)
  const out = side === 'left' ? -1 : 1
  const [start, end] = [from.x + (out * from.width) / 2, to.x + (out * to.width) / 2]
  const passed = around.filter((box) => box.y > Math.min(from.y, to.y) && box.y < Math.max(from.y, to.y))
  const edges = passed.map((box) => out * box.x + box.width / 2)
  const [near, edge] = [Math.max(out * start, out * end), Math.max(out * start, out * end, ...edges)]
  // Such a curve comes three quarters of the way to where it is drawn to.
  const far = out * (near + ((edge - near) * 4) / 3 + 30 + 26 * nth + Math.min(farthest, Math.abs(to.y - from.y) / 8))
  const tip = round(end)
  return {
    path: `M${round(start)} ${round(from.y)}C${round(far)} ${round(from.y)} ${round(far)} ${round(to.y)} ${round(end + out * 8)} ${round(to.y)}`,
    head: `M${tip} ${round(to.y)}l${out * 10} -5v10z`,
    middle: { x: round((start + 6 * far + end) / 8), y: round((from.y + to.y) / 2) },
    edge: far,
  }
}

/** Between two that stand beside each other: below both. */
function bowBelow(from: Box, to: Box, nth: number): Bow {
  const [start, end] = [from.y + from.height / 2, to.y + to.height / 2]
  const deep = Math.max(start, end) + 40 + 26 * nth
  const tip = { x: to.x, y: end }
  return {
    path: `M${round(from.x)} ${round(start)}C${round(from.x)} ${round(deep)} ${round(to.x)} ${round(deep)} ${round(to.x)} ${round(end)}`,
    head: headAt(tip, false),
    middle: { x: round((from.x + to.x) / 2), y: round((start + 6 * deep + end) / 8) },
    edge: Math.min(from.x, to.x),
  }
}

export function round(value: number): number {
  return Math.round(value * 10) / 10
}
