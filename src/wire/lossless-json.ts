import Big from 'big.js'

/** A double keeps every decimal of up to 15 significant digits (IEEE 754 binary64). */
const exactDigits = 15
/** Arithmetic on a number with a huge exponent would write out as many zeros; such numbers stay doubles. */
const largestExponent = 1000
const longNumber = /\d[\d.]{15}/

/**
 * Parses JSON text without changing any number: one with more than 15 significant digits becomes a `Big`, every other a number.
 *
 * Undefined when the text is not JSON or is nested too deeply to walk. Members named `__proto__` are ordinary members.
 */
export function parseLosslessJson(text: string): unknown {
  try {
    const value: unknown = longNumber.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}

/** Writes JSON text with `Big` numbers as number literals, so that `parseLosslessJson` reads back the same digits. */
export function printLosslessJson(value: unknown): string {
  return hasExact(value) ? printExact(value) : (JSON.stringify(value) ?? 'null')
}

/** Whether a value has numbers that `JSON.stringify` would write as texts. */
export function hasExact(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return value instanceof Big || Object.values(value).some(hasExact)
}

function printExact(value: unknown): string {
  if (value instanceof Big) return value.toString()
  if (Array.isArray(value)) return `[${value.map((element) => printExact(element ?? null)).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${printExact(member)}`).join(',')}}`
}

function keepDigits(_key: string, value: unknown, ...rest: unknown[]): unknown {
  if (typeof value !== 'number') return value
  const source = sourceText(rest[0])
  return source !== undefined && needsBig(source) ? new Big(source) : value
}

/** The third argument of a reviver: ECMA-262 "JSON.parse source text access". */
function sourceText(context: unknown): string | undefined {
  if (typeof context !== 'object' || context === null || !('source' in context)) return undefined
  return typeof context.source === 'string' ? context.source : undefined
}

function needsBig(source: string): boolean {
  const [mantissa = '', exponent = '0'] = source.toLowerCase().split('e')
  const digits = mantissa.replace(/[-.]/g, '').replace(/^0+/, '')
  const significant = mantissa.includes('.') ? digits : digits.replace(/0+$/, '')
  return significant.length > exactDigits && Math.abs(Number(exponent)) <= largestExponent
}
