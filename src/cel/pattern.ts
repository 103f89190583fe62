/** A set of code points as inclusive ranges, perhaps complemented. */
export interface CharSet {
  readonly ranges: readonly (readonly [low: number, high: number])[]
  readonly negated: boolean
}

/** A regular expression without anything that needs backtracking. `max` undefined means unbounded. */
export type Pattern =
  | { readonly kind: 'chars'; readonly set: CharSet }
  | { readonly kind: 'assert'; readonly at: 'start' | 'end' | 'word' | 'not-word' }
  | { readonly kind: 'sequence'; readonly items: readonly Pattern[] }
  | { readonly kind: 'choice'; readonly options: readonly Pattern[] }
  | { readonly kind: 'repeat'; readonly item: Pattern; readonly min: number; readonly max: number | undefined }

/** A pattern, or why the text is none; `offset` counts UTF-16 units. */
export type PatternResult =
  | { readonly ok: true; readonly pattern: Pattern; readonly ignoreCase: boolean }
  | { readonly ok: false; readonly message: string; readonly offset: number }

const DIGIT: CharSet = { ranges: [[48, 57]], negated: false }
const SPACE: CharSet = {
  ranges: [
    [9, 10],
    [12, 13],
    [32, 32],
  ],
  negated: false,
}
/** RE2's `\w`. */
export const WORD: CharSet = {
  ranges: [
    [48, 57],
    [65, 90],
    [95, 95],
    [97, 122],
  ],
  negated: false,
}
const CLASSES: ReadonlyMap<string, CharSet> = new Map([
  ['d', DIGIT],
  ['s', SPACE],
  ['w', WORD],
  ['D', { ...DIGIT, negated: true }],
  ['S', { ...SPACE, negated: true }],
  ['W', { ...WORD, negated: true }],
])
const ANY: CharSet = { ranges: [[10, 10]], negated: true }
const CONTROLS: ReadonlyMap<string, number> = new Map([
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['f', 12],
  ['v', 11],
])
const MAX_NESTING = 50
const MAX_REPEAT = 1000

class PatternError extends Error {
  readonly offset: number
  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

/**
 * Parses the part of RE2's syntax that CEL expressions need: literals, `.`, classes, `\d \w \s`, `^ $ \b`, groups,
 * alternation, greedy and lazy repeats to 1000, and a leading `(?i)` (ASCII letters only).
 * Refused with a message: backreferences and lookaround (RE2 has none either), `\p{…}`, POSIX classes, inner flags.
 */
export function parsePattern(text: string): PatternResult {
  const ignoreCase = text.startsWith('(?i)')
  const parser = new PatternParser(text, ignoreCase ? 4 : 0)
  try {
    return { ok: true, pattern: parser.parse(), ignoreCase }
  } catch (error) {
    if (error instanceof PatternError) return { ok: false, message: error.message, offset: error.offset }
    throw error
  }
}

class PatternParser {
  readonly #text: string
  #at: number
  #nesting = 0

  constructor(text: string, start: number) {
    this.#text = text
    this.#at = start
  }

  parse(): Pattern {
    const pattern = this.#choice()
    if (this.#at < this.#text.length) this.#fail('unmatched )')
    return pattern
  }

  #fail(message: string): never {
    throw new PatternError(message, this.#at)
  }

  #take(expected: string): boolean {
    if (!this.#text.startsWith(expected, this.#at)) return false
    this.#at += expected.length
    return true
  }

  #next(): string {
    const code = this.#text.codePointAt(this.#at)
    if (code === undefined) return this.#fail('unfinished pattern')
    const char = String.fromCodePoint(code)
    this.#at += char.length
    return char
  }

  #choice(): Pattern {
    if (++this.#nesting > MAX_NESTING) this.#fail('groups nested too deep')
    const options = [this.#sequence()]
    while (this.#take('|')) options.push(this.#sequence())
    this.#nesting--
    const [only] = options
    return options.length === 1 && only !== undefined ? only : { kind: 'choice', options }
  }

  #sequence(): Pattern {
    const items: Pattern[] = []
    while (this.#at < this.#text.length && !'|)'.includes(this.#text.charAt(this.#at))) items.push(this.#repeat())
    return { kind: 'sequence', items }
  }

  #repeat(): Pattern {
    const item = this.#atom()
    const bounds = this.#bounds()
    if (bounds === undefined) return item
    this.#take('?')
    if (this.#bounds() !== undefined) this.#fail('a repeat of a repeat needs a group')
    return { kind: 'repeat', item, ...bounds }
  }

  #bounds(): { min: number; max: number | undefined } | undefined {
    if (this.#take('*')) return { min: 0, max: undefined }
    if (this.#take('+')) return { min: 1, max: undefined }
    if (this.#take('?')) return { min: 0, max: 1 }
    const counted = /^\{(\d{1,5})(,(\d{1,5})?)?\}/.exec(this.#text.slice(this.#at, this.#at + 14))
    if (counted === null) return undefined
    const min = Number(counted[1])
    const max = counted[2] === undefined ? min : counted[3] === undefined ? undefined : Number(counted[3])
    if (Math.max(min, max ?? 0) > MAX_REPEAT || (max !== undefined && max < min)) this.#fail('bad repeat count')
    this.#at += counted[0].length
    return { min, max }
  }

  #atom(): Pattern {
    if ('*+?'.includes(this.#text.charAt(this.#at))) this.#fail('nothing to repeat')
    const char = this.#next()
    switch (char) {
      case '.':
        return { kind: 'chars', set: ANY }
      case '^':
        return { kind: 'assert', at: 'start' }
      case '$':
        return { kind: 'assert', at: 'end' }
      case '(':
        return this.#group()
      case '[':
        return { kind: 'chars', set: this.#bracket() }
      case '\\':
        return this.#escape()
      default:
        return { kind: 'chars', set: single(char) }
    }
  }

  #group(): Pattern {
    if (this.#take('?') && !this.#take(':') && !this.#name()) this.#fail('lookaround and inner flags are not supported')
    const inner = this.#choice()
    if (!this.#take(')')) this.#fail('missing )')
    return inner
  }

  #name(): boolean {
    const match = /^P?<[A-Za-z_]\w{0,60}>/.exec(this.#text.slice(this.#at, this.#at + 65))
    this.#at += match?.[0].length ?? 0
    return match !== null
  }

  #escape(): Pattern {
    if (this.#take('b')) return { kind: 'assert', at: 'word' }
    if (this.#take('B')) return { kind: 'assert', at: 'not-word' }
    if (this.#take('A')) return { kind: 'assert', at: 'start' }
    if (this.#take('z')) return { kind: 'assert', at: 'end' }
    return { kind: 'chars', set: this.#escapedSet() }
  }

  #escapedSet(): CharSet {
    const char = this.#next()
    const named = CLASSES.get(char)
    if (named !== undefined) return named
    const control = CONTROLS.get(char)
    if (control !== undefined) return { ranges: [[control, control]], negated: false }
    const hex =
      char === 'x'
        ? /^(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})/.exec(this.#text.slice(this.#at, this.#at + 8))
        : null
    if (hex !== null) {
      this.#at += hex[0].length
      const code = Number.parseInt(hex[1] ?? hex[2] ?? '', 16)
      return { ranges: [[code, code]], negated: false }
    }
    if (/[0-9]/.test(char)) this.#fail('backreferences are not supported')
    if (/[A-Za-z]/.test(char)) this.#fail(`\\${char} is not supported`)
    return single(char)
  }

  #bracket(): CharSet {
    const negated = this.#take('^')
    const ranges: (readonly [number, number])[] = []
    let first = true
    while (first || !this.#take(']')) {
      first = false
      if (this.#text.startsWith('[:', this.#at)) this.#fail('POSIX classes are not supported')
      const low = this.#bracketItem()
      if (low.negated) ranges.push(...complement(low.ranges))
      else ranges.push(...this.#rangeFrom(low))
    }
    return { ranges, negated }
  }

  #rangeFrom(low: CharSet): readonly (readonly [number, number])[] {
    const dash = this.#text.charAt(this.#at) === '-' && this.#text.charAt(this.#at + 1) !== ']'
    const from = low.ranges[0]
    if (!dash || low.ranges.length !== 1 || from === undefined || from[0] !== from[1]) return low.ranges
    this.#at++
    const to = this.#bracketItem().ranges[0]
    if (to === undefined || to[0] !== to[1] || to[0] < from[0]) return this.#fail('bad range in [ ]')
    return [[from[0], to[0]]]
  }

  #bracketItem(): CharSet {
    const char = this.#next()
    return char === '\\' ? this.#escapedSet() : single(char)
  }
}

function single(char: string): CharSet {
  const code = char.codePointAt(0) ?? 0
  return { ranges: [[code, code]], negated: false }
}

function complement(ranges: CharSet['ranges']): (readonly [number, number])[] {
  const gaps: (readonly [number, number])[] = []
  let from = 0
  for (const [low, high] of ranges) {
    if (low > from) gaps.push([from, low - 1])
    from = high + 1
  }
  gaps.push([from, 0x10ffff])
  return gaps
}
