import { type CharSet, type Pattern, parsePattern, WORD } from './pattern.ts'

type Assertion = Extract<Pattern, { kind: 'assert' }>['at']

/** Instructions of a nondeterministic automaton; targets are instruction numbers. */
type Instruction =
  | { readonly kind: 'chars'; readonly set: CharSet }
  | { readonly kind: 'assert'; readonly at: Assertion }
  | { readonly kind: 'split'; first: number; second: number }
  | { readonly kind: 'jump'; to: number }
  | { readonly kind: 'accept' }

/** Tells whether a pattern occurs anywhere in a text; undefined if the text is longer than 4096 UTF-16 units. */
export type Matcher = (text: string) => boolean | undefined

/** A matcher, or why there is none. */
export type MatcherResult =
  | { readonly ok: true; readonly matches: Matcher }
  | { readonly ok: false; readonly message: string; readonly offset: number }

const MAX_TEXT = 4096
const MAX_PATTERN = 512
const MAX_INSTRUCTIONS = 1000

/**
 * Compiles a pattern to an automaton that follows all alternatives at once (Thompson 1968), so that matching takes time
 * linear in the text whatever the pattern, nested repeats included: nothing a caller sends can make it backtrack.
 */
export function compilePattern(source: string): MatcherResult {
  if (source.length > MAX_PATTERN)
    return { ok: false, message: `pattern longer than ${MAX_PATTERN}`, offset: MAX_PATTERN }
  const parsed = parsePattern(source)
  if (!parsed.ok) return parsed
  const program: Instruction[] = []
  if (!emit(parsed.pattern, program)) return { ok: false, message: 'pattern repeats too much', offset: 0 }
  program.push({ kind: 'accept' })
  return { ok: true, matches: (text) => (text.length > MAX_TEXT ? undefined : run(program, text, parsed.ignoreCase)) }
}

function emit(pattern: Pattern, program: Instruction[]): boolean {
  if (program.length > MAX_INSTRUCTIONS) return false
  switch (pattern.kind) {
    case 'chars':
    case 'assert':
      program.push(pattern)
      return true
    case 'sequence':
      return pattern.items.every((item) => emit(item, program))
    case 'choice':
      return emitChoice(pattern.options, program)
    case 'repeat':
      return emitRepeat(pattern.item, pattern.min, pattern.max, program)
  }
}

function emitChoice(options: readonly Pattern[], program: Instruction[]): boolean {
  const ends: { kind: 'jump'; to: number }[] = []
  for (const [index, option] of options.entries()) {
    const split = { kind: 'split' as const, first: program.length + 1, second: 0 }
    if (index < options.length - 1) program.push(split)
    if (!emit(option, program)) return false
    const end = { kind: 'jump' as const, to: 0 }
    program.push(end)
    ends.push(end)
    split.second = program.length
  }
  for (const end of ends) end.to = program.length
  return true
}

function emitRepeat(item: Pattern, min: number, max: number | undefined, program: Instruction[]): boolean {
  const before = program.length
  for (let count = 0; count < min; count++) {
    if (!emit(item, program)) return false
    // SECURITY: repeating nothing would otherwise run unbounded by the size of the program.
    if (program.length === before) return true
  }
  if (max === undefined) {
    const split = { kind: 'split' as const, first: program.length + 1, second: 0 }
    const start = program.push(split) - 1
    if (!emit(item, program)) return false
    program.push({ kind: 'jump', to: start })
    split.second = program.length
    return true
  }
  const splits: { second: number }[] = []
  for (let count = min; count < max; count++) {
    const split = { kind: 'split' as const, first: program.length + 1, second: 0 }
    program.push(split)
    splits.push(split)
    if (!emit(item, program)) return false
  }
  for (const split of splits) split.second = program.length
  return true
}

function run(program: readonly Instruction[], text: string, ignoreCase: boolean): boolean {
  const marks = new Int32Array(program.length).fill(-1)
  let states: number[] = []
  for (let at = 0; at <= text.length; ) {
    // A new start at every position makes the match unanchored.
    const open = follow(program, [...states, 0], { text, at, marks })
    if (open === undefined) return true
    const code = text.codePointAt(at)
    if (code === undefined) return false
    states = advance(program, open, code, ignoreCase)
    at += code > 0xffff ? 2 : 1
  }
  return false
}

interface Position {
  readonly text: string
  readonly at: number
  readonly marks: Int32Array
}

/** The states that wait for a character, or undefined if one of them accepts. Each instruction is visited once a position. */
function follow(program: readonly Instruction[], from: readonly number[], position: Position): number[] | undefined {
  const { at, marks } = position
  const waiting: number[] = []
  const todo = [...from]
  for (let state = todo.pop(); state !== undefined; state = todo.pop()) {
    if (marks[state] === at) continue
    marks[state] = at
    const instruction = program[state]
    if (instruction === undefined || instruction.kind === 'accept') return undefined
    if (instruction.kind === 'chars') waiting.push(state)
    else if (instruction.kind === 'jump') todo.push(instruction.to)
    else if (instruction.kind === 'split') todo.push(instruction.second, instruction.first)
    else if (holds(instruction.at, position)) todo.push(state + 1)
  }
  return waiting
}

function advance(
  program: readonly Instruction[],
  open: readonly number[],
  code: number,
  ignoreCase: boolean,
): number[] {
  const next: number[] = []
  for (const state of open) {
    const instruction = program[state]
    if (instruction?.kind === 'chars' && accepts(instruction.set, code, ignoreCase)) next.push(state + 1)
  }
  return next
}

function accepts(set: CharSet, code: number, ignoreCase: boolean): boolean {
  const isLetter = ignoreCase && ((code >= 65 && code <= 90) || (code >= 97 && code <= 122))
  const found = contains(set.ranges, code) || (isLetter && contains(set.ranges, code ^ 32))
  return found !== set.negated
}

function contains(ranges: CharSet['ranges'], code: number): boolean {
  for (const [low, high] of ranges) if (code >= low && code <= high) return true
  return false
}

function holds(at: Assertion, { text, at: index }: Position): boolean {
  if (at === 'start') return index === 0
  if (at === 'end') return index === text.length
  const isBoundary = isWordAt(text, index - 1) !== isWordAt(text, index)
  return isBoundary === (at === 'word')
}

function isWordAt(text: string, index: number): boolean {
  return index >= 0 && index < text.length && contains(WORD.ranges, text.charCodeAt(index))
}
