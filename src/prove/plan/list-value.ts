/** Lists worth trying in place of one: longer, shorter, with an element twice, with a member of elements changed. */
import { comparisons } from '../../cel/traverse.ts'
import type { Use } from '../../charter/charter.ts'
import { getPointer, type Pointer } from '../../charter/pointer.ts'
import { optionsOf } from '../../charter/source/schema.ts'
import { putValue } from '../../wire/place.ts'
import { type Argument, argumentOf, descriptionOf, fitting, type Ground } from './argument.ts'
import { namedObjects } from './implicit-ref.ts'
import { writtenPath } from './instance.ts'

const longest = 1000

/** A list that rules look at, with what is needed to make others of it. */
export interface Listed {
  readonly elements: readonly unknown[]
  /** One more element; undefined when nothing says what elements are like. */
  readonly sample: unknown
  /** Members by which rules tell elements apart. */
  readonly keys: readonly Pointer[]
  /** Values an element's member may have, where the description counts them. */
  readonly options: (member: Pointer) => readonly unknown[]
}

/** Understands an argument as a list. */
export function listedOf(ground: Ground, argument: Argument, read: readonly string[]): Listed {
  const elements: readonly unknown[] = Array.isArray(argument.current) ? argument.current : []
  const first = argumentOf(ground, [...read, '0'])
  const description = descriptionOf(ground)
  return {
    elements,
    sample: elements.at(-1) ?? fitting(ground, first?.schema, ''),
    keys: namesObjects(ground, argument) ? [[]] : keysIn(ground.use, read),
    options: (member) => optionsOf(description, argumentOf(ground, [...read, '0', ...member])?.schema),
  }
}

/** Whether the elements of a list are keys of objects: nobody names one twice. */
function namesObjects({ charter, use }: Ground, { at }: Argument): boolean {
  const own = use.object === undefined ? [] : [use.object.key]
  return [...own, ...namedObjects(charter, use).map(({ key }) => key)].some(
    (key) =>
      key.from === 'request' &&
      at.from === 'request' &&
      key.in === 'body' &&
      at.in === 'body' &&
      key.pointer.join('/') === [...at.pointer, '0'].join('/'),
  )
}

/** Members that rules tell elements apart by, as in `xs.exists_one(y, y.id == x.id)` and `xs.exists(x, x.kind == 'main')`. */
function keysIn(use: Use, read: readonly string[]): Pointer[] {
  const list = JSON.stringify(read)
  const keys = use.constraints.flatMap((each) => {
    if (each.kind !== 'when' || !each.rule.reads.some((path) => JSON.stringify(path) === list)) return []
    const ofVariable = (path: readonly string[] | undefined): path is readonly string[] =>
      path !== undefined && !each.rule.reads.some(([root]) => root === path[0])
    return comparisons(each.rule).flatMap(({ op, left, right }): Pointer[] =>
      op === '==' || op === '!=' ? [writtenPath(left), writtenPath(right)].filter(ofVariable) : [],
    )
  })
  return [...new Map(keys.map(([, ...member]) => [member.join('\n'), member])).values()]
}

/** The list with its last element twice, then the empty one: what is forgotten most. */
export function usualLists({ elements, sample }: Listed): unknown[] {
  return sample === undefined ? [[]] : [[...elements, sample], []]
}

/** Lists of so many elements: of copies, and of copies that rules tell apart. None when the number is no length. */
export function sized(list: Listed, length: number): unknown[][] {
  const { elements, sample } = list
  if (!Number.isInteger(length) || length < 0 || length > longest) return []
  if (length <= elements.length) return [elements.slice(0, length)]
  if (sample === undefined) return []
  const missing = Array.from({ length: length - elements.length }, (_, index) => index + 1)
  const copies = [...elements, ...missing.map(() => sample)]
  return list.keys.length === 0 ? [copies] : [[...elements, ...missing.map((number) => apart(list, number))], copies]
}

/** Lists with one element more that has a value at a member, and the list with the value in every element. */
export function withMember(list: Listed, member: Pointer, value: unknown): { more: unknown[][]; all: unknown[] } {
  const { elements } = list
  return {
    more: sized(list, elements.length + 1).map((longer) => [
      ...elements,
      ...longer.slice(-1).map((each) => putValue(each, member, value)),
    ]),
    all: elements.map((each) => putValue(each, member, value)),
  }
}

/** A copy of the sample that rules tell apart from the others. */
function apart(list: Listed, number: number): unknown {
  return list.keys.reduce(
    (copy: unknown, member) => putValue(copy, member, other(getPointer(copy, member), number, list.options(member))),
    list.sample,
  )
}

function other(value: unknown, number: number, options: readonly unknown[]): unknown {
  if (options.length > 0) return options.filter((each) => each !== value)[number - 1] ?? value
  if (typeof value === 'number') return value + number
  if (typeof value !== 'string') return value
  const counted = /^(.*?)(\d+)$/s.exec(value)
  if (counted === null) return `${value}-${number + 1}`
  const [, stem = '', digits = ''] = counted
  // Ids may have more digits than a number holds exactly.
  const tail = digits.slice(-9)
  return `${stem}${digits.slice(0, -9)}${String(Number(tail) + number).padStart(tail.length, '0')}`
}
