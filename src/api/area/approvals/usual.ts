/** What differs in a call from those of its kind that were approved before. Pure. */
import Big from 'big.js'
import type { Argument } from './brief.ts'

export interface Usual {
  readonly says: string
  /** It stands out. */
  readonly odd: boolean
}

/** Of fewer, nothing is usual. */
const enough = 3

/**
 * How one argument compares with those at the same place. A number stands out above all earlier ones; a text where earlier calls kept to
 * few texts and this is none of them, so that names of new things do not.
 */
export function compareWithUsual(argument: Argument, earlier: readonly (readonly Argument[])[]): Usual | undefined {
  const before = earlier.flatMap((each) =>
    each.filter(({ in: part, at }) => part === argument.in && at === argument.at),
  )
  if (before.length < enough || argument.kind === 'other') return undefined
  return argument.kind === 'number' ? compareNumber(argument, before) : compareText(argument, before)
}

function compareNumber({ text }: Argument, before: readonly Argument[]): Usual | undefined {
  const numbers = before.flatMap((each) => (each.kind === 'number' ? [new Big(each.text)] : []))
  const [first, ...others] = numbers
  if (first === undefined || numbers.length < enough) return undefined
  const least = others.reduce((low, each) => (each.lt(low) ? each : low), first)
  const largest = others.reduce((high, each) => (each.gt(high) ? each : high), first)
  const span = least.eq(largest) ? `always ${least}` : `${least} to ${largest}`
  const among = `${numbers.length} approved before: ${span}`
  const value = new Big(text)
  if (value.gt(largest)) return { says: `more than in any of the ${among}`, odd: true }
  if (value.lt(least)) return { says: `less than in any of the ${among}`, odd: false }
  return { says: `as in the ${among}`, odd: false }
}

function compareText({ text }: Argument, before: readonly Argument[]): Usual | undefined {
  const same = before.filter((each) => each.text === text).length
  const known = new Set(before.map((each) => each.text)).size
  if (same > 0) return { says: `the same in ${same} of the ${before.length} approved before`, odd: false }
  return known * 2 > before.length
    ? undefined
    : { says: `in none of the ${before.length} approved before, which had ${known}`, odd: true }
}
