/** A lifecycle with a place for everything in it. */
import { groupBy } from '../charter/group-by.ts'
import { type Arrow, type Lifecycle, start } from './lifecycle.ts'
import { type Box, type PlacedLink, placeGraph, type Size, sizeOfAll, textWidth } from './place.ts'
import { wrapName } from './wrap.ts'

export interface PlacedState extends Box {
  readonly name: string
  /** What happens in the state without leaving it, written inside, as UML writes internal transitions. */
  readonly inner: readonly Arrow[]
}

/** All arrows between two different states, drawn as one line with a label for each. */
export interface PlacedArrow extends PlacedLink {
  readonly arrows: readonly Arrow[]
}

export interface PlacedLifecycle extends Size {
  readonly states: readonly PlacedState[]
  readonly arrows: readonly PlacedArrow[]
}

/** Longer names of states and moves go on below. */
const longestLine = 28
/** Height of a state with nothing but its name, where that is on one line. */
const stateHeight = 36
/** Height of an internal transition. */
export const innerHeight = 16
/** Beside the name of a move, for how often it was made, asked and refused. */
const numbersWidth = 72
/** Height of a line of a label. */
export const lineHeight = 14

/** The name of a state or move as it is drawn. */
export function nameLines(name: string): readonly string[] {
  return wrapName(name, longestLine)
}

/** How far down a state is its name. */
export function nameHeight(name: string): number {
  return stateHeight + (nameLines(name).length - 1) * innerHeight
}

/** Height of a label: its name, who may, and its marks where it has any. */
export function labelHeight({ name, marks }: Arrow): number {
  return 3 + (nameLines(name).length + (marks.length === 0 ? 1 : 2)) * lineHeight
}

/** Places a lifecycle in layers from the start downwards. The same input gives the same drawing. */
export function layOut(lifecycle: Lifecycle): PlacedLifecycle {
  const innerOf = (name: string): readonly Arrow[] =>
    lifecycle.arrows.filter(({ from, to }) => from === name && to === name)
  const between = lifecycle.arrows.filter(({ from, to }) => from !== to)
  const groups = [...groupBy(between, (arrow) => JSON.stringify([arrow.from, arrow.to])).values()]
  const names = groups.some(([arrow]) => arrow?.from === start) ? [start, ...lifecycle.states] : lifecycle.states
  const { boxes, links } = placeGraph(
    new Map(names.map((name) => [name, sizeOfState(name, innerOf(name))])),
    groups.flatMap((arrows) => arrows.slice(0, 1).map(({ from, to }) => ({ from, to, ...sizeOfLabel(arrows) }))),
  )
  const states = [...boxes].map(([name, box]) => ({ name, inner: innerOf(name), ...box }))
  const arrows = links.map((link, index) => ({ arrows: groups[index] ?? [], ...link }))
  return { ...sizeOfAll(states, arrows), states, arrows }
}

function sizeOfState(name: string, inner: readonly Arrow[]): Size {
  if (name === start) return { width: 14, height: 14 }
  const widths = inner.map((arrow) => textWidth(innerText(arrow), 11, 400) + 24 + numbersWidth)
  const width = Math.max(72, widthOfLines(name, 13) + 30, ...widths)
  return { width, height: nameHeight(name) + (inner.length === 0 ? 0 : inner.length * innerHeight + 8) }
}

function widthOfLines(name: string, size: number): number {
  return Math.max(...nameLines(name).map((line) => textWidth(line, size, 600)))
}

/** An internal transition as one line. */
export function innerText({ name, who, marks }: Arrow): string {
  return [name, who, ...marks.map(({ text }) => text)].join(' · ')
}

/** The marks of an arrow as one line. */
export function markText({ marks }: Arrow): string {
  return marks.map(({ text }) => text).join(' · ')
}

function sizeOfLabel(arrows: readonly Arrow[]): Size {
  const height = arrows.reduce((sum, arrow) => sum + labelHeight(arrow), 0)
  return { width: labelWidth(arrows, numbersWidth), height }
}

/** How wide the words of a label are. @param beside - What stands beside each name. */
export function labelWidth(arrows: readonly Arrow[], beside = 0): number {
  const widths = arrows.flatMap((arrow) => [
    widthOfLines(arrow.name, 12) + beside,
    textWidth(arrow.who, 11, 400),
    textWidth(markText(arrow), 11, 400),
  ])
  return Math.ceil(Math.max(...widths)) + 10
}
