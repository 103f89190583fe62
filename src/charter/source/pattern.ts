import { compilePattern } from './conform.ts'

/** Writes a part of a string; `extra` is how often optional and repeated parts are to occur beyond their minimum. */
type Writer = (random: () => number, extra: number) => string

const ranges = (...pairs: string[]): string[] =>
  pairs.flatMap((pair) => {
    const [first = 0, last = first] = [...pair].map((each) => each.codePointAt(0) ?? 0)
    return Array.from({ length: last - first + 1 }, (_, index) => String.fromCodePoint(first + index))
  })
const digits = ranges('09')
const words = ranges('az', '09')
const printable = ranges('az', 'AZ', '09').concat([...' -_.,:;!?@#$%&*+=/()'])
const escapes: Readonly<Record<string, readonly string[]>> = {
  d: digits,
  w: words,
  s: [' '],
  D: ranges('az'),
  W: ['-', '.'],
  S: words,
  n: ['\n'],
  t: ['\t'],
}

/**
 * A string that a pattern accepts, of a length in the bounds; undefined when none was found.
 *
 * Knows literals, classes, groups, alternatives, anchors and quantifiers; not look-around and back references. The result was
 * checked against the pattern.
 */
export function stringMatching(
  pattern: string,
  random: () => number,
  bounds: { min: number; max: number },
): string | undefined {
  const expression = compilePattern(pattern)
  const writer = new PatternReader(pattern).read()
  if (expression === undefined || writer === undefined) return undefined
  for (let extra = 0; extra < 80; extra++) {
    const text = writer(random, extra)
    const padded = pattern.endsWith('$') ? text : text.padEnd(bounds.min, 'a')
    const { length } = [...padded]
    if (length >= bounds.min && length <= bounds.max && expression.test(padded)) return padded
  }
  return undefined
}

class PatternReader {
  readonly #text: readonly string[]
  #at = 0

  constructor(pattern: string) {
    this.#text = [...pattern]
  }

  read(): Writer | undefined {
    const writer = this.#alternatives()
    return this.#at === this.#text.length ? writer : undefined
  }

  #alternatives(): Writer | undefined {
    const branches: Writer[] = []
    do {
      const branch = this.#sequence()
      if (branch === undefined) return undefined
      branches.push(branch)
    } while (this.#take('|'))
    return (random, extra) => branches[Math.floor(random() * branches.length)]?.(random, extra) ?? ''
  }

  #sequence(): Writer | undefined {
    const parts: Writer[] = []
    while (this.#at < this.#text.length && this.#peek() !== '|' && this.#peek() !== ')') {
      if (this.#take('^') || this.#take('$')) continue
      const atom = this.#atom()
      const part = atom && this.#quantified(atom)
      if (part === undefined) return undefined
      parts.push(part)
    }
    return (random, extra) => parts.map((part) => part(random, extra)).join('')
  }

  #atom(): Writer | undefined {
    if (this.#take('(')) return this.#group()
    if (this.#take('[')) return this.#class()
    if (this.#take('.')) return oneOf(words)
    if (this.#take('\\')) return oneOf(this.#escape() ?? [])
    const char = this.#next()
    return char === undefined || '*+?'.includes(char) ? undefined : () => char
  }

  #group(): Writer | undefined {
    if (this.#take('?') && !this.#take(':')) {
      // A named group; look-around is not known.
      if (!this.#take('<') || this.#peek() === '=' || this.#peek() === '!') return undefined
      while (this.#at < this.#text.length && !this.#take('>')) this.#at++
    }
    const writer = this.#alternatives()
    return this.#take(')') ? writer : undefined
  }

  #class(): Writer | undefined {
    const negated = this.#take('^')
    const chars: string[] = []
    while (this.#at < this.#text.length && !this.#take(']')) {
      const first = this.#take('\\') ? this.#escape() : [this.#next() ?? '']
      if (first === undefined) return undefined
      const isRange = first.length === 1 && this.#peek() === '-' && this.#text[this.#at + 1] !== ']'
      if (!isRange) chars.push(...first)
      else {
        this.#at++
        const last = this.#take('\\') ? this.#escape()?.[0] : this.#next()
        chars.push(...ranges(`${first[0]}${last ?? ''}`).slice(0, 256))
      }
    }
    return oneOf(negated ? printable.filter((each) => !chars.includes(each)) : chars)
  }

  #escape(): readonly string[] | undefined {
    const char = this.#next()
    if (char === undefined || /[1-9bBkpPux]/.test(char)) return undefined
    return Object.hasOwn(escapes, char) ? escapes[char] : [char]
  }

  #quantified(atom: Writer): Writer | undefined {
    const [min, max] = this.#bounds()
    this.#take('?')
    if (!(min <= 10_000)) return undefined
    return (random, extra) =>
      Array.from({ length: Math.min(max, min + extra) }, () => atom(random, extra > 3 ? 1 : extra)).join('')
  }

  #bounds(): [number, number] {
    if (this.#take('*')) return [0, 64]
    if (this.#take('+')) return [1, 64]
    if (this.#take('?')) return [0, 1]
    const braces = /^\{(\d+)(,?)(\d*)\}/.exec(this.#text.slice(this.#at, this.#at + 16).join(''))
    if (braces === null) return [1, 1]
    this.#at += braces[0].length
    const min = Number(braces[1])
    if (braces[2] === '') return [min, min]
    return [min, braces[3] === '' ? min + 64 : Number(braces[3])]
  }

  #peek(): string | undefined {
    return this.#text[this.#at]
  }

  #next(): string | undefined {
    return this.#text[this.#at++]
  }

  #take(char: string): boolean {
    if (this.#peek() !== char) return false
    this.#at++
    return true
  }
}

function oneOf(chars: readonly string[]): Writer | undefined {
  if (chars.length === 0) return undefined
  return (random) => chars[Math.floor(random() * chars.length)] ?? ''
}
