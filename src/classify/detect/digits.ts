import { traitsOf } from '../traits.ts'
import type { Hit } from './hit.ts'

/** One or more groups of digits beside each other, as numbers are written: `4111 1111 1111 1111`, `(555) 010-9999`, `+34 600 …`. */
export interface DigitRun {
  /** Without separators. */
  readonly digits: string
  /** As written. */
  readonly text: string
  readonly start: number
  readonly end: number
  /** How many digits each group has. */
  readonly groups: readonly number[]
}

const written = /(?<![\w.])\+?\(?\d(?:[ .\-/()\u00a0\u2010-\u2013]{0,2}\d){5,}(?![\w])/g
const longest = 20
/** More groups than this belong to no one number. */
const mostGroups = 8

/** Several detectors ask about the same text in turn. */
let last: { readonly text: string; readonly runs: readonly DigitRun[] } = { text: '', runs: [] }

/** Every way to read a number of six to twenty digits out of groups that stand beside each other. Linear in the length of the text. */
export function digitRuns(text: string): readonly DigitRun[] {
  if (traitsOf(text).digits < 6) return []
  if (last.text !== text) last = { text, runs: findRuns(text) }
  return last.runs
}

function findRuns(text: string): DigitRun[] {
  const runs: DigitRun[] = []
  for (const match of text.matchAll(written)) {
    const groups = [...match[0].matchAll(/\d+/g)].map((each) => ({
      start: match.index + each.index,
      end: match.index + each.index + each[0].length,
    }))
    for (let first = 0; first < groups.length; first++) {
      for (let end = first; end < Math.min(groups.length, first + mostGroups); end++) {
        const run = runOf(text, groups.slice(first, end + 1))
        if (run.digits.length > longest) break
        if (run.digits.length >= 6) runs.push(run)
      }
    }
  }
  return runs
}

function runOf(text: string, groups: readonly { start: number; end: number }[]): DigitRun {
  const from = groups[0]?.start ?? 0
  const end = groups.at(-1)?.end ?? from
  const before = text[from - 1]
  const start = before === '+' ? from - 1 : before === '(' ? from - (text[from - 2] === '+' ? 2 : 1) : from
  return {
    digits: groups.map((group) => text.slice(group.start, group.end)).join(''),
    text: text.slice(start, end),
    start,
    end,
    groups: groups.map((group) => group.end - group.start),
  }
}

/** Leaves out what lies within a longer hit. */
export function longestHits(hits: readonly Hit[]): readonly Hit[] {
  const sorted = [...hits].sort((a, b) => a.start - b.start || b.end - a.end)
  const kept: Hit[] = []
  for (const hit of sorted) {
    const before = kept.at(-1)
    if (before === undefined || hit.end > before.end) kept.push(hit)
  }
  return kept
}
